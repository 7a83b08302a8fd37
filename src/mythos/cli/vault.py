"""`mythos vault`: prove the history, take all of it out, bring it into an empty swarm."""

from __future__ import annotations

from dataclasses import asdict
from itertools import count
from typing import IO

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import Progress, json_option, print_json
from mythos.prompts.carrying import export_lines
from mythos.prompts.services import import_vault, purge_expired
from mythos.prompts.verifying import Proof, verify_vault


@click.group("vault")
def group() -> None:
    """The history of prompts: prove it, take it out, bring it in."""


@group.command("verify")
@swarm_option
@json_option
def verify(swarm_slug: str, as_json: bool) -> int:
    """Prove that every text and every change is as it was written, or name the first that is not (exit 1)."""
    prepare()
    proof = verify_vault(actor=SYSTEM, swarm=chosen_swarm(swarm_slug))
    if as_json:
        print_json({**asdict(proof), "is_whole": proof.is_whole})
    else:
        _show(proof)
    return 0 if proof.is_whole else 1


@group.command("purge")
@click.option("--older-than", "days", type=click.IntRange(0), required=True, help="Days in the trash.")
@swarm_option
def purge(days: int, swarm_slug: str) -> None:
    """Remove for good what has been in the trash that long. Nothing is purged unless this is run."""
    prepare()
    purged, kept = purge_expired(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), days=days)
    click.echo(f"{purged} prompts purged.")
    for reason in kept:
        click.echo(f"  {reason}")


@group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True))
@swarm_option
def export(file: IO[str], swarm_slug: str) -> None:
    """Write the whole vault as lines of JSON to FILE; - is stdout."""
    prepare()
    rows = 0
    with Progress(0) as progress:
        for rows, line in zip(count(), export_lines(actor=SYSTEM, swarm=chosen_swarm(swarm_slug)), strict=False):
            file.write(line)
            if progress.is_terminal and rows % 10_000 == 0:
                progress.at(rows, "rows")
    click.echo(f"{rows - 1} rows.", err=True)


@group.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@swarm_option
@json_option
def import_(file: IO[str], swarm_slug: str, as_json: bool) -> None:
    """Bring an exported vault into a swarm without prompts; all of it, proven, or nothing."""
    prepare()
    with Progress(0) as progress:
        report = import_vault(
            actor=SYSTEM,
            swarm=chosen_swarm(swarm_slug),
            lines=file,
            on_progress=(lambda number: progress.at(number, "rows")) if progress.is_terminal else None,
        )
    if as_json:
        print_json({"rows": report.rows, "proof": asdict(report.proof) if report.proof else None})
        return
    click.echo(", ".join(f"{number} {kind.replace('_', ' ')}s" for kind, number in report.rows.items()))
    if report.proof:
        _show(report.proof)


def _show(proof: Proof) -> None:
    seen = f"{proof.checkpoints} texts, {proof.mutations} changes" + (f", {proof.purged} purged" * bool(proof.purged))
    click.echo(f"Broken: {proof.broken}" if proof.broken else f"Whole: {seen}. Head {proof.head[:16] or 'none'}.")
