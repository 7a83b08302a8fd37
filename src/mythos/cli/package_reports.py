"""What `mythos package` and `mythos install` print."""

from __future__ import annotations

from typing import Any

import click

from mythos.formats.bundle import Bundle
from mythos.formats.bundle.licenses import read_license
from mythos.formats.bundle.reader import FOLDERS
from mythos.packages.plan import InstallPlan, PlanRow
from mythos.packages.versioning import Reason

MOST_ROWS = 40


def bundle_data(bundle: Bundle) -> dict[str, Any]:
    """A package as JSON."""
    about, signature = bundle.about, bundle.signature
    return {
        "name": about.name,
        "version": about.version,
        "license": about.license,
        "authors": list(about.authors),
        "tags": list(about.tags),
        "codex_tags": list(about.codex_tags),
        "sha256": bundle.sha256,
        "size": len(bundle.data),
        "counts": {folder: bundle.count(folder) for folder in FOLDERS},
        "signer": signature.signer if signature else None,
        "fingerprint": signature.fingerprint if signature else None,
    }


def show_bundle(bundle: Bundle) -> None:
    """A package in a few lines."""
    about, signature = bundle.about, bundle.signature
    held = ", ".join(f"{bundle.count(folder)} {folder}" for folder in FOLDERS if bundle.count(folder))
    click.echo(f"{about.name} {about.version}, {about.license}, {len(bundle.data):,} bytes: {held}")
    if read_license(about.license)[1]:
        click.echo(f"the licence {about.license} is not on the SPDX list here")
    click.echo(f"sha256 {bundle.sha256}")
    click.echo(f"signed by {signature.signer}, key {signature.fingerprint}" if signature else "not signed")


def show_step(reason: Reason) -> None:
    """One difference."""
    click.echo(f"{reason.step:6} {reason.what}: {reason.text}")


def plan_data(plan: InstallPlan) -> dict[str, Any]:
    """A plan as JSON; rows that stay the same are only counted."""
    rows = [_row_data(row) for row in plan.rows if row.action != "same"]
    return {
        "package": bundle_data(plan.bundle),
        "signer": plan.signer.state,
        "installed_version": plan.installed_version,
        "counts": plan.counts,
        "in_bulk": plan.in_bulk,
        "rows": rows,
        "problems": plan.problems,
        "is_ready": plan.is_ready,
        "digest": plan.digest,
    }


def _row_data(row: PlanRow) -> dict[str, Any]:
    found = {"key": row.key, "action": row.action, "text": row.text, "choices": list(row.choices), "chosen": row.chosen}
    if row.choices:
        found |= {name: getattr(row, name) for name in ("base", "mine", "theirs", "merged", "wrong")}
    return found


def show_plan(plan: InstallPlan) -> None:
    """A plan for people: what has to be decided first."""
    show_bundle(plan.bundle)
    said = {
        "first": "This signer is new here; it is trusted from now on.",
        "trusted": "This signer is trusted here.",
        "changed": "This is another signer than before.",
        "revoked": "This signer is revoked here.",
        "unsigned": "Nobody vouches for it.",
    }
    click.echo(said[plan.signer.state])
    if plan.installed_version:
        click.echo(f"Version {plan.installed_version} is installed.")
    click.echo(", ".join(f"{number} {action}" for action, number in plan.counts.items()) or "nothing to do")
    shown = [row for row in plan.rows if row.action != "same"]
    for row in [*plan.open_rows, *(row for row in shown if not row.is_open)][:MOST_ROWS]:
        answers = f" [{' | '.join(row.choices)}]" if row.is_open and row.choices else ""
        chosen = f" -> {row.chosen}" if row.chosen else ""
        click.echo(f"{row.action:9} {row.key} {row.wrong or row.text}{answers}{chosen}".rstrip())
    if len(shown) > MOST_ROWS:
        click.echo(f"… and {len(shown) - MOST_ROWS} more")
    if len(plan.open_rows) > 1:
        bulk = " and ".join(f"--all {answer} would decide {number:,}" for answer, number in plan.in_bulk.items())
        click.echo(f"{len(plan.open_rows):,} to decide; {bulk}")
    for problem in plan.problems:
        click.echo(f"refused   {problem}")
