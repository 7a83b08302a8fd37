"""`mythos ritual`: list, import, export, run, affected, compare; annotating stands beside it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.annotations import agreement_of_judges, annotate_replies
from mythos.cli.database import chosen_swarm, prepare, swarm_option, swarm_to_fill
from mythos.cli.output import Progress, json_option, print_json
from mythos.cli.ritual_reports import (
    comparison_data,
    run_data,
    show_comparison,
    show_run,
    show_standing,
    standing_data,
)
from mythos.errors import Invalid
from mythos.formats.prompts.folder import read_file
from mythos.formats.rituals import OpenFile, read_ritual
from mythos.prompts.queries import checkpoint_of, get_prompt
from mythos.rituals.affected import standing_of_rituals
from mythos.rituals.comparing import compare_runs
from mythos.rituals.exporting import FORMATS, export_ritual
from mythos.rituals.models import Ritual, RitualRun
from mythos.rituals.queries import get_ritual, get_run, visible_rituals
from mythos.rituals.services import import_ritual, start_run
from mythos.text.normalize import decode
from mythos.work.services import run_due

UNFINISHED = (RitualRun.State.PENDING, RitualRun.State.RUNNING)


@click.group("ritual")
def group() -> None:
    """Try prompts out: scenarios with cases, runs, comparisons."""


group.add_command(annotate_replies)
group.add_command(agreement_of_judges)


@group.command("list")
@swarm_option
@json_option
def list_rituals(swarm_slug: str, as_json: bool) -> None:
    """Rituals of the swarm."""
    prepare()
    rows = [
        {
            "slug": ritual.slug,
            "type": ritual.type,
            "cases": ritual.case_count,  # type: ignore[attr-defined]
            "prompt": ritual.prompt.slug if ritual.prompt else None,
            "last_run": ritual.last_run_id,  # type: ignore[attr-defined]
        }
        for ritual in visible_rituals(SYSTEM, chosen_swarm(swarm_slug))
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        run = f", last run {row['last_run']}" if row["last_run"] else ""
        click.echo(f"{row['slug']}: {row['type']}, {row['cases']} cases{run}")
    if not rows:
        click.echo("There are no rituals.")


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--slug", required=True, help="Slug of the ritual; made when new.")
@click.option("--format", "kind", default="", help="promptfoo, csv, jsonl or prompt.yml; default by the name.")
@click.option("--type", "type_", default="", help="Type of a new ritual.")
@click.option("--prompt", "prompt_slug", default="", help="Slug of the prompt it tries out.")
@swarm_option
@json_option
def import_(file: Path, slug: str, kind: str, type_: str, prompt_slug: str, swarm_slug: str, as_json: bool) -> None:
    """Import a promptfoo config, a CSV, JSON Lines or the testData of a .prompt.yml.

    What the file refers to is read only from its own folder.
    """
    document = read_ritual(_read(file), file.name, kind=kind, open_file=_beside(file))
    prepare()
    swarm = swarm_to_fill(swarm_slug)
    prompt = get_prompt(SYSTEM, prompt_slug, swarm) if prompt_slug else None
    made = import_ritual(actor=SYSTEM, swarm=swarm, slug=slug, document=document, type=type_, prompt=prompt)
    changes = made.changes
    counts = {name: getattr(changes, name) for name in ("added", "changed", "retired", "unchanged")}
    if as_json:
        print_json({"ritual": slug, "new": made.is_new, **counts, "ungraded": made.ungraded, "notes": made.notes})
        return
    click.echo(f"{slug}: " + ", ".join(f"{number} {name}" for name, number in counts.items() if number))
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    for name, reason in made.ungraded.items():
        click.echo(f"not graded: {name}: {reason}", err=True)


@group.command("export")
@click.argument("slug")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="promptfoo", help="What to write.")
@swarm_option
def export(slug: str, kind: str, swarm_slug: str) -> None:
    """Print a ritual for another tool; what it cannot hold is said on stderr."""
    prepare()
    given = export_ritual(SYSTEM, _ritual(slug, swarm_slug).pk, kind)
    click.echo(given.text, nl=False)
    for note in given.notes:
        click.echo(f"note: {note}", err=True)


@group.command("run")
@click.argument("slug")
@click.option("--provider", required=True, help="openai, local, replay, scripted, or one of a package.")
@click.option("--model", default="", help="Model; default the provider's own.")
@click.option("--label", default=None, help="Label of the bound prompt; default its newest version.")
@click.option("--version", type=int, default=None, help="Version of the bound prompt.")
@click.option("--text", "text_file", type=click.Path(path_type=Path), default=None, help="Try the text of this file.")
@click.option("--split", default="", help="Only train, validation or held_out.")
@click.option("--repeats", default=1, show_default=True, help="How often each case is called.")
@click.option("--max-tokens", default=512, show_default=True, help="Longest reply.")
@click.option("--temperature", default=0.0, show_default=True, help="0 is the most repeatable.")
@click.option("--judge", default="", help="Provider, or provider:model, that grades llm-rubric.")
@click.option("--budget", type=float, default=None, help="US dollars; stops before a call that would exceed it.")
@click.option("--no-cache", is_flag=True, help="Call again for requests that were answered before.")
@swarm_option
@json_option
def run(slug: str, provider: str, swarm_slug: str, as_json: bool, **options: Any) -> int:
    """Run a ritual here, or beside a worker that takes it; exit 1 when a case failed or could not be measured."""
    prepare()
    ritual = _ritual(slug, swarm_slug)
    wanted = options["label"] is not None or options["version"] is not None
    checkpoint = None
    if wanted and ritual.prompt is not None:
        checkpoint = checkpoint_of(SYSTEM, ritual.prompt, label=options["label"], version=options["version"])
    judge, _, judge_model = options["judge"].partition(":")
    started = start_run(
        actor=SYSTEM,
        ritual_id=ritual.pk,
        provider=provider,
        model=options["model"],
        checkpoint=checkpoint,
        text=_read(options["text_file"]) if options["text_file"] else None,
        parameters={"temperature": options["temperature"], "max_tokens": options["max_tokens"]},
        judge={"provider": judge, "model": judge_model} if judge else None,
        split=options["split"],
        repeats=options["repeats"],
        budget=options["budget"],
        use_cache=not options["no_cache"],
        source="cli",
    )
    done = finish_run(started.pk)
    if as_json:
        print_json(run_data(done))
    else:
        show_run(done)
    return _exit_code(done)


@group.command("affected")
@click.option("--provider", required=True, help="Where the rituals run.")
@click.option("--model", default="", help="Model; default the provider's own.")
@click.option("--clause", "clauses", multiple=True, help="Ref of a clause that changed; may be given again.")
@click.option("--all", "run_all", is_flag=True, help="Every ritual, changed or not.")
@click.option("--run", "run_now", is_flag=True, help="Run them, one after the other.")
@swarm_option
@json_option
def affected(
    provider: str, model: str, clauses: tuple[str, ...], run_all: bool, run_now: bool, swarm_slug: str, as_json: bool
) -> int:
    """Say which rituals a change touches, and why the others may be skipped; with --run, run them."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    rows = standing_of_rituals(SYSTEM, swarm, provider=provider, model=model, clauses=clauses, run_all=run_all)
    runs: dict[str, RitualRun] = {}
    for row in rows if run_now else ():
        if row.must_run:
            started = start_run(
                actor=SYSTEM,
                ritual_id=row.ritual.pk,
                provider=provider,
                model=model,
                source="cli",
                use_cache=not run_all,
            )
            runs[row.ritual.slug] = finish_run(started.pk)
    if as_json:
        print_json([standing_data(row, runs.get(row.ritual.slug)) for row in rows])
    else:
        show_standing(rows, runs)
    return max((_exit_code(done) for done in runs.values()), default=0)


@group.command("compare")
@click.argument("old", type=int)
@click.argument("new", type=int)
@click.option("--margin", default=0.05, show_default=True, help="Differences within it count as the same.")
@json_option
def compare(old: int, new: int, margin: float, as_json: bool) -> int:
    """Say whether the run NEW is better than the run OLD; exit 1 when it is worse."""
    prepare()
    found = compare_runs(SYSTEM, old, new, margin=margin)
    if as_json:
        print_json(comparison_data(found))
    else:
        show_comparison(found)
    return 1 if found.result.verdict == "worse" else 0


def _ritual(slug: str, swarm_slug: str) -> Ritual:
    return get_ritual(SYSTEM, slug, chosen_swarm(swarm_slug))


def finish_run(run_id: int) -> RitualRun:
    """Do the run, or watch the worker that has it."""
    row = get_run(SYSTEM, run_id)
    with Progress(row.total) as progress:
        while row.state in UNFINISHED:
            if not run_due(limit=1, worker="foreground"):
                time.sleep(0.3)
            row = get_run(SYSTEM, run_id)
            progress.at(row.done, row.ritual.slug)
    return row


def _exit_code(run: RitualRun) -> int:
    """0 only when every case was measured and passed; 3 when something is missing; 4 when calls failed."""
    if run.state == RitualRun.State.FAILED:
        return 3
    if run.summary.get("failed"):
        return 4
    return 0 if run.state == RitualRun.State.DONE and run.summary["passed"] == run.total else 1


def _read(file: Path) -> str:
    try:
        return decode(read_file(file), name=file.name)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", data={"file": str(file)}) from error


def _beside(file: Path) -> OpenFile:
    """Files in the folder of this one, and below it; never above."""
    folder = file.resolve().parent

    def open_file(name: str) -> str | None:
        path = (folder / name).resolve()
        return _read(path) if path.is_relative_to(folder) and path.is_file() else None

    return open_file
