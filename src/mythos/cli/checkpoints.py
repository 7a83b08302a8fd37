"""`mythos checkpoint`: the grid in the terminal."""

from __future__ import annotations

from typing import IO, Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import Progress, json_option, print_json
from mythos.cli.times import moment
from mythos.prompts.limits import limited
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import restore_checkpoint, tag_checkpoints, untag_checkpoints
from mythos.prompts.services.exports import COLUMNS, export_rows, matching_rows
from mythos.prompts.services.tags import MOST
from mythos.prompts.tables import FORMATS, table_lines

EVERY = 1000


@click.group("checkpoint")
def group() -> None:
    """Saved states of prompts: find, export, tag, roll back."""


@group.command("find")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many to list.")
@swarm_option
@json_option
def find(query: tuple[str, ...], limit: int, swarm_slug: str, as_json: bool) -> None:
    """Checkpoints that match a QUERY such as tokens:>500 tone:formal tag:@clarity+, newest first."""
    prepare()
    with limited():
        rows = list(export_rows(matching_rows(SYSTEM, chosen_swarm(swarm_slug), " ".join(query))[:limit]))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        said = f"{row['token_count']} tokens, {row['tone_type']}"
        click.echo(f"{moment(row['created_at'])}  {row['prompt']} v{row['version']}  {said}".rstrip())
        if row["tags"]:
            click.echo(f"    {' '.join(row['tags'])}")


@group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True))
@click.argument("query", nargs=-1)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@swarm_option
def export(file: IO[str], query: tuple[str, ...], kind: str, swarm_slug: str) -> None:
    """Write everything a QUERY finds to FILE; - is stdout."""
    prepare()
    rows = matching_rows(SYSTEM, chosen_swarm(swarm_slug), " ".join(query))
    total, written = rows.count(), 0
    file.write("")  # an answer without rows is a file too
    with Progress(total) as progress:

        def told() -> Any:
            nonlocal written
            for row in export_rows(rows):
                written += 1
                if written % EVERY == 0:
                    progress.at(written, "checkpoints")
                yield row

        for line in table_lines(told(), COLUMNS, kind):
            file.write(line)
    click.echo(f"{written} checkpoints.", err=True)


@group.command("tag")
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="Take the tag off instead.")
@swarm_option
def tag(name: str, query: tuple[str, ...], remove: bool, swarm_slug: str) -> None:
    """Put a tag NAME of your own on everything a QUERY finds, 10,000 at most."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    with limited():
        ids = list(matching_rows(SYSTEM, swarm, " ".join(query)).values_list("pk", flat=True)[: MOST + 1])
    verb = untag_checkpoints if remove else tag_checkpoints
    click.echo(f"{verb(actor=SYSTEM, swarm=swarm, ids=ids, name=name)} checkpoints changed.")


@group.command("roll-back")
@click.argument("slug")
@click.argument("version", type=int)
@click.option("--reason", default="", help="Why, for the history.")
@swarm_option
def roll_back(slug: str, version: int, reason: str, swarm_slug: str) -> None:
    """Copy an old VERSION of prompt SLUG forward as its newest; history is never rewound."""
    prepare()
    prompt = get_prompt(SYSTEM, slug, chosen_swarm(swarm_slug))
    assert prompt.current is not None
    saved = restore_checkpoint(
        actor=SYSTEM, prompt_id=prompt.pk, version=version, base=prompt.current.version, reason=reason
    )
    if saved.version == prompt.current.version:
        click.echo(f"Version {saved.version} has the text of version {version} already; nothing was saved.")
    else:
        click.echo(f"Version {version} copied forward as version {saved.version}.")
