"""`mythos pull` and `mythos push`: a folder of prompt files in step with a swarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option, swarm_to_fill
from mythos.cli.output import json_option, print_json
from mythos.errors import Invalid
from mythos.prompts.files import format_named
from mythos.prompts.services import SyncReport, pull_folder, push_folder

WORDS = {
    "new": "new",
    "changed": "changed",
    "merged": "merged",
    "removed": "removed",
    "gone": "removed on the other side, kept here (--delete removes)",
    "waits": "changed on this side only",
    "conflict": "in conflict",
    "same": "the same",
}


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        json_option,
        swarm_option,
        click.option("--dry-run", is_flag=True, help="Say what would change; write nothing."),
        click.option("--delete", is_flag=True, help="Take away what was removed on the other side."),
        click.option(
            "--format", "format_name", default="markdown", show_default=True, help="Format of files that are new."
        ),
        click.argument("folder", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@click.command("pull")
@_options
@click.option("--force", is_flag=True, help="Where both sides changed, take the swarm's.")
def pull(
    folder: Path, format_name: str, delete: bool, dry_run: bool, swarm_slug: str, as_json: bool, force: bool
) -> int:
    """Write what changed in the swarm into FOLDER. Exit 1 where both sides changed and a person must decide."""
    prepare()
    if folder.exists() and not folder.is_dir():
        raise Invalid(f"{folder} is no folder.", data={"file": str(folder), "line": 1})
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
    report = pull_folder(
        actor=SYSTEM,
        swarm=chosen_swarm(swarm_slug),
        folder=folder,
        form=format_named(format_name),
        force=force,
        delete=delete,
        dry_run=dry_run,
    )
    return _show(report, as_json)


@click.command("push")
@_options
@click.option("--force", is_flag=True, help="Where both sides changed, take the folder's.")
@click.option("--message", default="", help="What the new versions change, and why.")
def push(
    folder: Path,
    format_name: str,
    delete: bool,
    dry_run: bool,
    swarm_slug: str,
    as_json: bool,
    force: bool,
    message: str,
) -> int:
    """Save what changed in FOLDER as versions of prompts, all of it or nothing. Exit 1 where both sides changed."""
    prepare()
    report = push_folder(
        actor=SYSTEM,
        swarm=swarm_to_fill(swarm_slug),
        folder=folder,
        form=format_named(format_name),
        message=message,
        force=force,
        delete=delete,
        dry_run=dry_run,
    )
    return _show(report, as_json)


def _show(report: SyncReport, as_json: bool) -> int:
    for problem in report.problems:
        click.echo(f"error: {problem}", err=True)
    if as_json:
        rows = [asdict(row) for row in report.rows]
        problems = [vars(problem) for problem in report.problems]
        print_json({"direction": report.direction, "dry_run": report.dry_run, "prompts": rows, "problems": problems})
    else:
        _tell(report)
    return 1 if report.of("conflict") else 2 if report.problems else 0


def _tell(report: SyncReport) -> None:
    for row in report.rows:
        if row.action == "same":
            continue
        click.echo(f"{row.action:8}  {row.slug}  {row.file}")
        for loss in row.losses if row.action in ("new", "changed") else ():
            click.echo(f"          lost: {loss.field}: {loss.reason}")
        if row.action == "conflict":
            click.echo(f"          both sides changed: {', '.join(row.fields) or 'one of them removed it'}")
            for line in row.merged.split("\n") if "text" in row.fields else ():
                click.echo(f"          | {line}")
    counts = [f"{len(report.of(action))} {word}" for action, word in WORDS.items() if report.of(action)]
    click.echo(f"{report.direction.capitalize()}: {', '.join(counts) or 'no prompts'}.")
    if report.of("conflict"):
        click.echo(
            "Where both sides changed, nothing was written: edit the file and push --force, or pull --force.", err=True
        )
    if report.dry_run:
        click.echo("Nothing was written.")
