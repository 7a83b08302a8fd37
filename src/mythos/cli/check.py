"""`mythos check`: plain files beside what they were in git. Needs no server and no database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mythos.checking import Plan, check, read_plan
from mythos.checking.findings import LEVELS, Level
from mythos.checking.plan import NAME, with_choices
from mythos.checking.reports import FORMS
from mythos.errors import Invalid, NotConfigured


@click.command("check")
@click.argument("prompts", nargs=-1, type=click.Path(path_type=Path))
@click.option("--codex", type=click.Path(path_type=Path), default=None, help="Rule book in Markdown.")
@click.option("--base", default="", help="Branch or commit to compare with; default the last commit.")
@click.option("--config", type=click.Path(path_type=Path), default=None,
              help=f"Plan with paths, contracts and waivers; default {NAME} of this folder.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="text", show_default=True, help="On stdout.")
@click.option("--output", "outputs", multiple=True, help="FORMAT=FILE, besides stdout; may be given again.")
@click.option(
    "--fail-on", type=click.Choice(LEVELS), default="warning", show_default=True, help="Least level for exit 1."
)
def check_files(
    prompts: tuple[Path, ...],
    codex: Path | None,
    base: str,
    config: Path | None,
    form: str,
    outputs: tuple[str, ...],
    fail_on: Level,
) -> int:
    """Say which rules and prompts got weaker, and which prompts break a rule.

    Exit 0: clean. 1: findings. 2: wrong input. 3: nothing to check, or something is missing.
    """
    files = [_output(text) for text in outputs]
    plan = with_choices(_plan(config), prompts=prompts, codex=codex, base=base)
    if not plan.prompts and plan.codex is None:
        raise NotConfigured("Nothing was checked: no path was given.", hint=f"Name prompts, --codex, or write {NAME}.")
    report = check(plan, today=datetime.now(tz=UTC).date())
    for name, file in files:
        try:
            file.write_text(FORMS[name](report), encoding="utf-8")
        except OSError as error:
            raise Invalid(f"{file} cannot be written: {error.strerror}.", data={"file": str(file)}) from error
    click.echo(FORMS[form](report), nl=False)
    return 1 if report.fails(fail_on) else 0


def _plan(config: Path | None) -> Plan:
    if config is None and not Path(NAME).is_file():
        return Plan(Path.cwd())
    return read_plan(config or Path(NAME))


def _output(text: str) -> tuple[str, Path]:
    name, _, file = text.partition("=")
    if name not in FORMS or not file:
        raise click.BadParameter(f"{text!r}: give one of {', '.join(FORMS)}, then = and a file.", param_hint="--output")
    return name, Path(file)
