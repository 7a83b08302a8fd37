"""`mythos export prompts`: prompts as files of another tool's format, with what they cannot hold."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.errors import Invalid
from mythos.formats.prompts import FORMATS
from mythos.formats.prompts.working_folder import write_file
from mythos.prompts.files import ExportedPrompt, format_named, prompt_as_file, record_of
from mythos.prompts.queries import get_prompt, visible_prompts


@click.group("export")
def group() -> None:
    """Write what is here as files for other tools."""


@group.command("prompts")
@click.argument("slugs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every prompt of the swarm.")
@click.option("--format", "format_name", default="markdown", show_default=True, help=f"One of {', '.join(FORMATS)}.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.option("--label", help="The version this label points at; default the newest.")
@click.option("--dry-run", is_flag=True, help="Say what would be lost; write nothing.")
@swarm_option
@json_option
def prompts(
    slugs: tuple[str, ...],
    everything: bool,
    format_name: str,
    folder: Path,
    label: str | None,
    dry_run: bool,
    swarm_slug: str,
    as_json: bool,
) -> None:
    """Export prompts by SLUG as files of a format, and name every field the format cannot hold."""
    form = format_named(format_name)
    prepare()
    swarm = chosen_swarm(swarm_slug)
    chosen = sorted(visible_prompts(SYSTEM, swarm), key=lambda prompt: prompt.slug) if everything else [
        get_prompt(SYSTEM, slug, swarm) for slug in dict.fromkeys(slugs)
    ]  # fmt: skip
    if not chosen:
        raise Invalid("No prompt is named.", hint="Name slugs, or give --all.")
    made = [prompt_as_file(SYSTEM, prompt, format_name, label=label) for prompt in chosen]
    files = {one.written.file: one.written.data for one in made}
    if form.holds_many and len(made) > 1:
        records = [record_of(prompt, one.checkpoint) for prompt, one in zip(chosen, made, strict=True)]
        files = {f"prompts{form.suffix}": form.dump(records)}
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in sorted(files.items()):
            write_file(folder, PurePosixPath(file), data)
    _show(made, sorted(files), dry_run, as_json)


def _show(made: list[ExportedPrompt], files: list[str], dry_run: bool, as_json: bool) -> None:
    rows = [_row(one) for one in made]
    if as_json:
        print_json({"dry_run": dry_run, "files": files, "prompts": rows})
        return
    for row in rows:
        for loss in row["losses"]:
            click.echo(f"lost: {row['slug']}, {loss['field']}: {loss['reason']}", err=True)
    many = f"{len(rows)} prompts in {len(files)} files" if len(rows) > 1 else files[0]
    click.echo(f"{'Would write' if dry_run else 'Wrote'} {many}.")


def _row(one: ExportedPrompt) -> dict[str, Any]:
    return {
        "slug": one.checkpoint.slug,
        "version": one.checkpoint.version,
        "file": one.written.file,
        "losses": [{"field": loss.field, "reason": loss.reason} for loss in one.written.losses],
    }
