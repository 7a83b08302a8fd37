"""`mythos import codex` and `mythos import prompts`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from django.db import transaction

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.assistants.queries import get_assistant
from mythos.cli.audits import audit_rows, finish_audits, show_audits
from mythos.cli.database import prepare, swarm_option, swarm_to_fill
from mythos.cli.output import Progress, json_option, print_json
from mythos.codex.planning import CodexPlan, plan_import
from mythos.codex.services import CodexImportReport, import_codex
from mythos.errors import Invalid
from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.formats.prompts import ENDINGS, Item, left_out, read_prompts
from mythos.formats.prompts.folder import read_file
from mythos.prompts.services import ImportReport, import_prompts
from mythos.text.normalize import decode

WORDS = {
    "new": "new",
    "changed": "changed",
    "retired": "retired",
    "revived": "brought back",
    "described": "changed beside the rule text",
    "same": "unchanged",
}
LONGEST_LIST = 200


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
    if dry_run:
        with _swarm_for_a_look(swarm_slug) as swarm:
            plan = plan_import(actor=SYSTEM, swarm=swarm, codex_slug=codex_slug, document=document)
        _show_plan(plan, None, as_json)
        return
    report = import_codex(
        actor=SYSTEM,
        swarm=swarm_to_fill(swarm_slug),
        codex_slug=codex_slug,
        document=document,
        title=title,
        label=label,
    )
    if not no_audit:
        finish_audits([audit.pk for audit in report.audits])
    _show_plan(report.plan, report, as_json)


@contextmanager
def _swarm_for_a_look(slug: str) -> Iterator[Swarm]:
    """The swarm of a dry run: one made for it is unmade again."""
    with transaction.atomic():
        yield swarm_to_fill(slug)
        transaction.set_rollback(True)


def _read(file: Path) -> CodexDocument:
    try:
        data = read_file(file)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", data={"file": str(file)}) from error
    return read_codex(decode(data, name=file.name), name=file.name)


def _show_plan(plan: CodexPlan, report: CodexImportReport | None, as_json: bool) -> None:
    """What changed, or in a dry run (no report) would change; then what the comparison found."""
    rows = [row for row in plan.rows if row.kind != "same"]
    audits = audit_rows([audit.pk for audit in report.audits]) if report else []
    edition = report.edition.label if report and report.edition else None
    if as_json:
        print_json(
            {
                "codex": plan.codex_slug,
                "dry_run": report is None,
                "edition": edition,
                "counts": plan.counts,
                "rows": [{"ref": row.ref, "kind": row.kind, "line": row.line} for row in rows],
                "warnings": [str(warning) for warning in plan.document.warnings],
                "audits": audits,
            }
        )
        return
    for warning in plan.document.warnings:
        click.echo(f"note: {warning}", err=True)
    if plan.is_empty:
        click.echo(f"{plan.codex_slug}: nothing changed, {plan.counts['same']} clauses are as they were.")
        return
    counts = ", ".join(f"{number} {WORDS[kind]}" for kind, number in plan.counts.items() if number)
    click.echo(f"{plan.codex_slug}{f' {edition}' if edition else ''}: {counts}")
    if report is None:
        for row in rows[:LONGEST_LIST]:
            click.echo(f"  {row.kind:9} {row.ref}")
        click.echo("Nothing was written.")
    show_audits(audits)


@group.command("prompts")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--assistant", "assistant_slug", default="", help="Slug of the assistant that owns them.")
@click.option("--strict", is_flag=True, help="All or nothing: one bad row stops the whole import.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@swarm_option
@json_option
def prompts(path: Path, assistant_slug: str, strict: bool, dry_run: bool, swarm_slug: str, as_json: bool) -> int:
    """Import prompts from a file, a folder, a table, a JSON of revisions or a git repository.

    The format of each file is recognised: .md, .txt, .prompty, .prompt, .prompt.yml, SKILL.md, a promptfoo config,
    Langfuse JSON, .csv. A bad row is named with its file and line and does not stop the others; exit code 2 tells.
    """
    try:
        records, left = [_as_given(path, item) for item in read_prompts(path)], left_out(path)
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", data={"file": str(path)}) from error
    if not records:
        raise Invalid(f"{path} holds no prompts.", hint=f"Files of prompts end in {', '.join(ENDINGS)}.")
    prepare()
    with _swarm_for_a_look(swarm_slug) if dry_run else _swarm(swarm_slug) as swarm, Progress(len(records)) as progress:
        report = import_prompts(
            actor=SYSTEM,
            swarm=swarm,
            records=records,
            strict=strict,
            dry_run=dry_run,
            assistant=get_assistant(SYSTEM, assistant_slug, swarm) if assistant_slug else None,
            on_progress=progress.at,
        )
    report.notes[:0] = left
    _show_report(report, as_json)
    return 2 if report.problems else 0


@contextmanager
def _swarm(slug: str) -> Iterator[Swarm]:
    yield swarm_to_fill(slug)


def _as_given(path: Path, item: Item) -> Item:
    """The record with its file as it was named on the command line, so that a terminal finds it."""
    return replace(item, file=str((path if path.is_dir() else path.parent) / item.file))


def _show_report(report: ImportReport, as_json: bool) -> None:
    for problem in report.problems:
        click.echo(f"error: {problem}", err=True)
    for note in report.notes:
        click.echo(f"note: {note}", err=True)
    if as_json:
        print_json(
            {
                "dry_run": report.dry_run,
                "created": report.created,
                "revised": report.revised,
                "described": report.described,
                "unchanged": report.unchanged,
                "checkpoints": report.checkpoints,
                "notes": report.notes,
                "problems": [vars(problem) for problem in report.problems],
            }
        )
        return
    found = {
        "new": report.created,
        "revised": report.revised,
        "changed beside the text": report.described,
        "unchanged": report.unchanged,
    }
    counts = ", ".join(f"{len(slugs)} {word}" for word, slugs in found.items() if slugs) or "none"
    click.echo(f"Prompts: {counts}. Checkpoints added: {0 if report.dry_run else report.checkpoints}.")
    for row in [row for row in report.rows if row.action == "revised"][:LONGEST_LIST]:
        click.echo(f"  revised  {row.slug}  by {row.file}:{row.line}")
    if report.dry_run:
        click.echo(f"Nothing was written; {report.checkpoints} checkpoints would be added.")
    if report.problems:
        taken = "could be" if report.dry_run else "were"
        others = f"the others {taken} imported." if report.rows else "there was nothing else."
        click.echo(f"{len(report.problems)} could not be read, as said above; {others}", err=True)
