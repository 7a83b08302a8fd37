"""Audits in the foreground: done here or by a worker beside us, then shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.output import Progress
from mythos.codex.models import CodexClauseAudit
from mythos.codex.queries import visible_audits
from mythos.work.services import run_due

PATIENCE_SECONDS = 120.0
UNFINISHED = (CodexClauseAudit.Status.PENDING, CodexClauseAudit.Status.RUNNING)


def finish_audits(ids: Sequence[int]) -> None:
    """Measure these edits; those a running worker has taken are waited for."""
    left = len(ids)
    moved_at = time.monotonic()
    with Progress(len(ids)) as progress:
        while left and time.monotonic() - moved_at < PATIENCE_SECONDS:
            if not run_due(limit=1):
                time.sleep(0.2)
            now = visible_audits(SYSTEM).filter(pk__in=ids, status__in=UNFINISHED).count()
            if now != left:
                left, moved_at = now, time.monotonic()
                progress.at(len(ids) - left, "rules compared")


def audit_rows(ids: Sequence[int]) -> list[dict[str, Any]]:
    """What the comparison found, in the order of the document."""
    rows = visible_audits(SYSTEM).filter(pk__in=ids).order_by("clause__position", "id")
    return [
        {
            "id": row.pk,
            "clause_id": row.clause_id,
            "ref": row.clause.ref,
            "version": row.version,
            "status": row.status,
            "error": row.error,
            "verdict": row.verdict,
            "regression": row.regression_flag,
            "confidence": row.confidence,
            "similarity": row.similarity,
            "findings": row.findings,
        }
        for row in rows
    ]


def show_audits(audits: Sequence[dict[str, Any]]) -> None:
    """Flagged clauses with their reasons; the others only counted."""
    if not audits:
        return
    flagged = [audit for audit in audits if audit["regression"] or audit["verdict"] == "uncertain"]
    for audit in flagged:
        mark = "!" if audit["regression"] else "?"
        click.echo(f"{mark} {audit['ref']} v{audit['version']}: {audit['verdict']}")
        for finding in audit["findings"][:3]:
            click.echo(f"    {finding['title']}: {finding['reason']}")
    for audit in audits:
        if audit["status"] == CodexClauseAudit.Status.FAILED:
            click.echo(f"x {audit['ref']} v{audit['version']} could not be compared: {audit['error']}")
    waiting = sum(audit["status"] in UNFINISHED for audit in audits)
    click.echo(
        f"{len(audits)} changed rules: {len(flagged)} flagged, {len(audits) - len(flagged) - waiting} not flagged"
        + (f", {waiting} wait for the worker" if waiting else "")
        + "."
    )
