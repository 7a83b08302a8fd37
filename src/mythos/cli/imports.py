"""`mythos import codex` and `mythos import prompts`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.assistants.queries import get_assistant
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.codex.planning import CodexPlan, plan_import
from mythos.codex.queries import visible_audits
from mythos.codex.services import CodexImportReport, import_codex
from mythos.errors import Invalid
from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.formats.prompts import read_prompts
from mythos.formats.prompts.folder import read_file
from mythos.prompts.services import ImportReport, import_prompts
from mythos.text.normalize import decode
from mythos.work.services import run_due


@click.group("import")
def group() -> None:
    """Bring a rule book or prompts in. Importing the same thing twice changes nothing."""


@group.command("codex")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--codex", "codex_slug", required=True, help="Slug of the rule book; made when new.")
@click.option("--title", default="", help="Title of a new rule book.")
@click.option("--label", default="", help="Name of this edition; default the date in the file's name.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--no-audit", is_flag=True, help="Leave the comparison of changed rules to the worker.")
@swarm_option
@json_option
def codex(
    file: Path,
    codex_slug: str,
    title: str,
    label: str,
    dry_run: bool,
    no_audit: bool,
    swarm_slug: str,
    as_json: bool,
) -> None:
    """Import a Markdown rule book whose headings carry ids, as in `## Title {#ref authority=user}`."""
    document = _read(file)
    prepare()
    swarm = chosen_swarm(swarm_slug)
    if dry_run:
        plan = plan_import(actor=SYSTEM, swarm=swarm, codex_slug=codex_slug, document=document)
        _show_plan(plan, as_json, None)
        return
    report = import_codex(actor=SYSTEM, swarm=swarm, codex_slug=codex_slug, document=document, title=title, label=label)
    if report.audits and not no_audit:
        run_due()
    _show_plan(report.plan, as_json, report)


def _read(file: Path) -> CodexDocument:
    try:
        data = read_file(file)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", data={"file": str(file)}) from error
    return read_codex(decode(data, name=file.name), name=file.name)


def _show_plan(plan: CodexPlan, as_json: bool, report: CodexImportReport | None) -> None:
    audits = _audits(report)
    if as_json:
        rows = [{"ref": r.ref, "kind": r.kind, "line": r.line} for r in plan.rows if r.kind != "same"]
        edition = report.edition.label if report and report.edition else None
        print_json({"counts": plan.counts, "edition": edition, "rows": rows, "audits": audits})
        return
    for warning in plan.document.warnings:
        click.echo(f"note: {warning}", err=True)
    counts = ", ".join(f"{number} {kind}" for kind, number in plan.counts.items() if number)
    click.echo(f"{plan.codex_slug}: {counts or 'nothing'}" + ("" if not plan.is_empty else " (nothing written)"))
    for row in plan.rows:
        if row.kind not in {"same", "described"} and report is None:
            click.echo(f"  {row.kind:8} {row.ref}")
    for audit in audits:
        mark = "!" if audit["regression"] else "?" if audit["verdict"] == "uncertain" else " "
        click.echo(f"  {mark} {audit['ref']} v{audit['version']}: {audit['verdict'] or audit['status']}")
        for finding in audit["findings"][:3]:
            click.echo(f"      {finding['title']}: {finding['reason']}")


def _audits(report: CodexImportReport | None) -> list[dict[str, Any]]:
    if report is None:
        return []
    rows = visible_audits(SYSTEM).filter(pk__in=[audit.pk for audit in report.audits]).order_by("id")
    return [
        {
            "id": row.pk,
            "clause_id": row.clause_id,
            "ref": row.clause.ref,
            "version": row.version,
            "status": row.status,
            "verdict": row.verdict,
            "regression": row.regression_flag,
            "similarity": row.similarity,
            "findings": row.findings,
        }
        for row in rows
    ]


@group.command("prompts")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--assistant", "assistant_slug", default="", help="Slug of the assistant that owns them.")
@click.option("--strict", is_flag=True, help="All or nothing: one bad row stops the whole import.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@swarm_option
@json_option
def prompts(path: Path, assistant_slug: str, strict: bool, dry_run: bool, swarm_slug: str, as_json: bool) -> int:
    """Import prompts from a file, a folder, a CSV, a JSON of revisions or a git repository."""
    records = read_prompts(path)
    prepare()
    swarm: Swarm = chosen_swarm(swarm_slug)
    report = import_prompts(
        actor=SYSTEM,
        swarm=swarm,
        records=records,
        strict=strict,
        dry_run=dry_run,
        assistant=get_assistant(SYSTEM, assistant_slug, swarm) if assistant_slug else None,
        on_progress=_progress,
    )
    _show_report(report, as_json)
    return 2 if report.problems else 0


def _progress(number: int, slug: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{number} {slug}", nl=False, err=True)
    elif number % 50 == 0:
        click.echo(f"{number} records …", err=True)


def _show_report(report: ImportReport, as_json: bool) -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    for problem in report.problems:
        click.echo(f"error: {problem}", err=True)
    if as_json:
        print_json(
            {
                "dry_run": report.dry_run,
                "created": report.created,
                "revised": report.revised,
                "unchanged": report.unchanged,
                "checkpoints": report.checkpoints,
                "problems": [vars(problem) for problem in report.problems],
            }
        )
        return
    verb = "would add" if report.dry_run else "added"
    click.echo(
        f"{len(report.created)} new, {len(report.revised)} revised, {len(report.unchanged)} unchanged prompts; "
        f"{verb} {report.checkpoints} checkpoints; {len(report.problems)} problems"
    )
