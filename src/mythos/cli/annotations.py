"""`mythos ritual annotate` and `agreement`: people beside the judge model, on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm, User
from mythos.accounts.queries import members_of
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.errors import Invalid, NotFound
from mythos.rituals.judging import Agreement, Question, agreement, to_annotate
from mythos.rituals.models import Ritual, RitualAnnotation
from mythos.rituals.queries import get_ritual
from mythos.rituals.services import Answer, annotate, annotate_many
from mythos.rituals.talking import messages_of

KEYS = {verdict[0]: verdict for verdict in RitualAnnotation.Verdict.values}
LEAVES = {"s": "skip", "q": "quit"}

ritual_option = click.option("--ritual", "slug", default="", help="Only of this ritual.")


@click.command("annotate")
@click.option("--by", "email", required=True, help="Account of the person who judges.")
@click.option("--answers", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=None,
              help="JSON Lines of result, expectation, verdict and note, instead of asking.")  # fmt: skip
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 500), help="How many replies.")
@ritual_option
@swarm_option
@json_option
def annotate_replies(email: str, answers: Path | None, most: int, slug: str, swarm_slug: str, as_json: bool) -> None:
    """Judge replies a judge model has judged, without seeing its verdict; with --json, print what waits."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    who = _person(email, swarm)
    if answers is not None:
        click.echo(f"{annotate_many(actor=who, answers=_read(answers))} answers kept.")
        return
    waiting = to_annotate(who, swarm, ritual=_ritual(slug, swarm), most=most)
    if as_json:
        print_json([_question_data(question) for question in waiting])
        return
    kept = _ask_all(who, waiting)
    click.echo(f"{kept} of {len(waiting)} answered." if waiting else "Nothing waits.")


@click.command("agreement")
@ritual_option
@swarm_option
@json_option
def agreement_of_judges(slug: str, swarm_slug: str, as_json: bool) -> None:
    """Say how far each judge model agrees with people (Cohen's kappa)."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    rows = agreement(SYSTEM, swarm, ritual=_ritual(slug, swarm))
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        click.echo(_in_words(row))
    if not rows:
        click.echo("Nobody has annotated yet.")


def _ask_all(who: User, waiting: list[Question]) -> int:
    kept = 0
    for number, question in enumerate(waiting, start=1):
        result = question.result
        click.echo(f"\n[{number} of {len(waiting)}] {result.run.ritual.slug}: {result.case.ref}")
        for message in messages_of(result.run, result.case):
            click.echo(f"\n{message.role}:\n{message.content}")
        click.echo(
            f"\nreply:\n{result.reply.text if result.reply else ''}\n\nDoes the reply meet this? {question.rubric}"
        )
        choices = click.Choice([*KEYS, *LEAVES])
        key = click.prompt("[m]et, [b]roken, [u]nsure, [s]kip, [q]uit", type=choices, show_choices=False)
        if key == "q":
            break
        if key in KEYS:
            annotate(actor=who, result_id=result.pk, expectation=question.expectation, verdict=KEYS[key])
            kept += 1
    return kept


def _read(file: Path) -> Iterator[Answer]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        place = f"{file.name}:{number}"
        try:
            row = json.loads(line)
            given = {name: str(row.get(name, "")) for name in ("expectation", "verdict", "note")}
            yield Answer(place, int(row["result"]), **given)
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise Invalid(f"{place}: result, expectation and verdict are needed.") from error


def _question_data(question: Question) -> dict[str, Any]:
    result = question.result
    return {
        "result": result.pk,
        "expectation": question.expectation,
        "rubric": question.rubric,
        "ritual": result.run.ritual.slug,
        "run": result.run_id,
        "case": result.case.ref,
        "messages": [asdict(message) for message in messages_of(result.run, result.case)],
        "reply": result.reply.text if result.reply else None,
    }


def _in_words(row: Agreement) -> str:
    kappa = row.kappa
    value = "not defined" if kappa.value is None else f"{kappa.value:.2f}"
    if kappa.interval:
        value += f" [{kappa.interval[0]:.2f}, {kappa.interval[1]:.2f}]"
    simulated = " (simulated)" if row.is_simulated else ""
    left = f", {row.unsure} left out" if row.unsure else ""
    return f"{row.judge}{simulated}: kappa {value}, same answer in {kappa.agreed} of {kappa.n}{left}"


def _person(email: str, swarm: Swarm) -> User:
    member = members_of(SYSTEM, swarm).filter(user__email__iexact=email).first()
    if member is None:
        raise NotFound(f"{email} is not a member of {swarm.slug}.", fields={"by": "Unknown account."})
    return member.user


def _ritual(slug: str, swarm: Swarm) -> Ritual | None:
    return get_ritual(SYSTEM, slug, swarm) if slug else None
