"""`mythos vault`: the history of prompts, its proof, the trash, and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from typing import IO

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option, swarm_to_fill
from mythos.cli.output import Progress, json_option, print_json
from mythos.cli.times import moment
from mythos.errors import Invalid, NotFound
from mythos.prompts.carrying import export_lines
from mythos.prompts.lineage import lineage_of
from mythos.prompts.mutations import TEXTS, matching_mutations, mutation_as_row
from mythos.prompts.queries import get_prompt, trashed_prompts
from mythos.prompts.services import import_vault, purge_expired, untrash_prompt
from mythos.prompts.verifying import Proof, verify_vault


@click.group("vault")
def group() -> None:
    """The history of prompts: changes, proof, trash, export and import."""


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


@group.command("log")
@click.argument("query", nargs=-1)
@click.option("--result", default="", help="kept, on_trial, rejected or rolled_back.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=40, show_default=True, help="How many to list.")
@swarm_option
@json_option
def log(query: tuple[str, ...], result: str, limit: int, swarm_slug: str, as_json: bool) -> None:
    """Changes that match a QUERY such as tag:@regression trait:formality- author:ines, newest first."""
    prepare()
    found = matching_mutations(SYSTEM, chosen_swarm(swarm_slug), " ".join(query), result).defer(*TEXTS)
    rows = [mutation_as_row(row) for row in found[:limit]]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        moved = ", ".join(f"{name} {value:+g}" for name, value in row["trait_delta"].items())
        click.echo(f"{moment(row['created_at'])}  {row['prompt']} v{row['from_version']} → v{row['to_version']}")
        click.echo(f"    {' '.join(row['symbolic_tags']) or 'no tags'}; {moved or 'no trait moved'}")


@group.command("lineage")
@click.argument("slug")
@swarm_option
@json_option
def lineage(slug: str, swarm_slug: str, as_json: bool) -> None:
    """Versions of a prompt and of its family of forks, newest first."""
    prepare()
    graph = lineage_of(SYSTEM, get_prompt(SYSTEM, slug, chosen_swarm(swarm_slug)))
    origins = {edge.newer.checkpoint.pk: f"{edge.kind} of {edge.older.checkpoint}" for edge in graph.edges}
    rows = [
        {
            "version": str(node.checkpoint),
            "made_from": origins.get(node.checkpoint.pk, ""),
            "labels": node.labels,
            "is_current": node.is_current,
        }
        for node in graph.nodes
    ]
    if as_json:
        print_json({"versions": rows, "hidden": graph.hidden})
        return
    for node, row in zip(graph.nodes, rows, strict=True):
        mark = "*" if row["is_current"] else "o"
        click.echo(f"{'  ' * node.lane}{mark} {' '.join([str(row['version']), str(row['made_from']), *node.labels])}")
    if graph.hidden:
        click.echo(f"The nearest {len(rows)}; {graph.hidden} more are further away.")


@group.command("trash")
@click.option("--restore", "slug", metavar="SLUG", help="Take this prompt out again, with everything it had.")
@swarm_option
def trash(slug: str | None, swarm_slug: str) -> None:
    """What is in the trash, the last one first."""
    prepare()
    found = trashed_prompts(SYSTEM, chosen_swarm(swarm_slug))
    if slug is not None:
        prompt = found.filter(slug=slug).first()
        if prompt is None:
            raise NotFound(f"There is no prompt {slug!r} in the trash.")
        untrash_prompt(actor=SYSTEM, prompt_id=prompt.pk)
        click.echo(f"{slug} is back.")
        return
    for prompt in found:
        click.echo(f"{moment(prompt.deleted_at) if prompt.deleted_at else ''}  {prompt.slug}")


@group.command("purge")
@click.option("--older-than", "days", type=click.IntRange(0), required=True, help="Days in the trash.")
@swarm_option
def purge(days: int, swarm_slug: str) -> None:
    """Remove for good what has been in the trash that long. MYTHOS_TRASH_DAYS does it by itself."""
    prepare()
    purged, kept = purge_expired(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), days=days)
    click.echo(f"{purged} {'prompt' if purged == 1 else 'prompts'} purged.")
    for reason in kept:
        click.echo(f"  {reason}")


@group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True))
@swarm_option
def export(file: IO[str], swarm_slug: str) -> None:
    """Write the swarm's prompts with their history as lines of JSON to FILE; - is stdout. No backup of the rest."""
    prepare()
    rows = 0
    with Progress(0) as progress:
        for rows, line in zip(count(), export_lines(actor=SYSTEM, swarm=chosen_swarm(swarm_slug)), strict=False):
            file.write(line)
            if progress.is_terminal and rows % 10_000 == 0:
                progress.at(rows, "rows")
    click.echo(f"{rows - 1} rows.", err=True)


@contextmanager
def named(file: str) -> Iterator[None]:
    """A line that cannot be read is told with its file."""
    try:
        yield
    except Invalid as error:
        if "line" in error.data:
            error.data["file"] = file
        raise


@group.command("import")
@click.argument("file", type=click.File("rb"))
@swarm_option
@json_option
def import_(file: IO[bytes], swarm_slug: str, as_json: bool) -> None:
    """Bring an exported vault into a swarm without prompts; all of it, proven, or nothing."""
    prepare()
    with Progress(0) as progress, named(file.name):
        report = import_vault(
            actor=SYSTEM,
            swarm=swarm_to_fill(swarm_slug),
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
