"""`mythos mentor`: who could teach whom, and what came of it."""

from __future__ import annotations

from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.drafts.queries import get_version
from mythos.errors import Invalid
from mythos.mentorship import queries, services
from mythos.mentorship.models import PromptMentorshipLog
from mythos.mentorship.previewing import Preview, preview_adoption
from mythos.mentorship.ranking import rank_mentors
from mythos.mentorship.reporting import log_document, preview_document, ranking_document, tag_document
from mythos.prompts.queries import get_prompt
from mythos.rituals.queries import get_ritual


@click.group("mentor")
def group() -> None:
    """Mentorship between assistants: offer, rank, preview, adopt, measure, undo."""


@group.command("offer")
@click.argument("slug")
@click.option("--set", "sets", multiple=True, required=True, help="NAME=PROMPT,PROMPT; several times.")
@click.option("--subject", "subjects", multiple=True, help="A word on what it teaches.")
@click.option("--notes", default="", help="The terms.")
@swarm_option
@json_option
def offer(
    slug: str, sets: tuple[str, ...], subjects: tuple[str, ...], notes: str, swarm_slug: str, as_json: bool
) -> None:
    """Let assistant SLUG offer prompt sets, in place of what it offered before."""
    assistant = _assistant(slug, swarm_slug)
    given: list[dict[str, Any]] = []
    for text in sets:
        name, _, prompts = text.partition("=")
        found = [get_prompt(SYSTEM, prompt.strip(), assistant.swarm).pk for prompt in prompts.split(",") if prompt]
        given.append({"name": name, "prompts": found})
    tag = services.offer_mentorship(actor=SYSTEM, assistant=assistant, sets=given, subjects=subjects, notes=notes)
    if as_json:
        print_json(tag_document(tag))
    else:
        click.echo(f"{assistant.name} offers {', '.join(row['name'] for row in given)}.")


@group.command("withdraw")
@click.argument("slug")
@swarm_option
def withdraw(slug: str, swarm_slug: str) -> None:
    """Offer nothing from now on; what was adopted stays, frozen."""
    assistant = _assistant(slug, swarm_slug)
    services.withdraw_mentorship(actor=SYSTEM, assistant=assistant)
    click.echo(f"{assistant.name} offers nothing any more.")


@group.command("rank")
@click.argument("slug")
@swarm_option
@json_option
def rank(slug: str, swarm_slug: str, as_json: bool) -> int:
    """Mentors for assistant SLUG, best first. Exit code 1 when the evidence does not say who is best."""
    ranking = rank_mentors(SYSTEM, _assistant(slug, swarm_slug))
    if as_json:
        print_json(ranking_document(ranking))
    else:
        for row in ranking.mentors:
            parts = f"teach {row.teach:.3f}, overlap {row.overlap:.2f}, score {row.score:.3f}, {row.cases} cases"
            click.echo(f"{row.place:3}  {row.mentor.slug:20}  fit {row.fit:.3f}  {parts}  {row.missing}".rstrip())
        if ranking.missing:
            click.echo(f"Not enough evidence. {ranking.missing}", err=True)
    return 0 if ranking.best else 1


@group.command("try")
@click.argument("slugs", nargs=-1, required=True)
@click.option("--ritual", "rituals", multiple=True, required=True, help="Slug of a ritual; several times.")
@click.option("--provider", required=True)
@click.option("--model", default="")
@swarm_option
def try_assistants(
    slugs: tuple[str, ...], rituals: tuple[str, ...], provider: str, model: str, swarm_slug: str
) -> None:
    """Queue rituals on the whole text of each assistant, so that they can be ranked."""
    chosen = [_assistant(slug, swarm_slug) for slug in slugs]
    runs = services.try_assistants(
        actor=SYSTEM, assistants=chosen, rituals=_rituals(rituals, chosen[0]), provider=provider, model=model
    )
    click.echo(f"{len(runs)} runs queued: {', '.join(str(run.pk) for run in runs)}.")


@group.command("preview")
@click.argument("slug")
@click.argument("mentor")
@click.argument("set_name", metavar="SET")
@click.option("--in-place-of", "places", multiple=True, help="MENTORS_PROMPT=OWN_PROMPT; several times.")
@swarm_option
@json_option
def preview(slug: str, mentor: str, set_name: str, places: tuple[str, ...], swarm_slug: str, as_json: bool) -> int:
    """What assistant SLUG would become with a SET of MENTOR. Exit code 1 when it may not be adopted."""
    found = _preview(_assistant(slug, swarm_slug), mentor, set_name, places)
    if as_json:
        print_json(preview_document(found))
    else:
        for row in found.handovers:
            click.echo(f"{row.source.slug}@v{row.source.version} -> {row.slug} ({row.section})")
        click.echo(f"{found.compilation.tokens.total} of {found.compilation.tokens.limit} tokens.")
        for name, lines in (("clash", found.clashes), ("stale", found.stale), ("refused", found.refusals)):
            for line in lines:
                click.echo(f"{name}: {line}", err=True)
    return 1 if found.refusals else 0


@group.command("adopt")
@click.argument("slug")
@click.argument("mentor")
@click.argument("set_name", metavar="SET")
@click.option("--in-place-of", "places", multiple=True, help="MENTORS_PROMPT=OWN_PROMPT; several times.")
@click.option("--notes", default="", help="Why, for the log.")
@swarm_option
@json_option
def adopt(
    slug: str, mentor: str, set_name: str, places: tuple[str, ...], notes: str, swarm_slug: str, as_json: bool
) -> None:
    """Let assistant SLUG speak from forks of a SET of MENTOR, through the gate."""
    mentee = _assistant(slug, swarm_slug)
    log = services.adopt_prompts(
        actor=SYSTEM,
        mentee=mentee,
        mentor_id=get_assistant(SYSTEM, mentor, mentee.swarm).pk,
        set_name=set_name,
        base=get_version(SYSTEM, mentee).number,
        in_place_of=_places(mentee, places),
        notes=notes,
    )
    _told(log, as_json)


@group.command("measure")
@click.argument("adoption", type=int)
@click.option("--ritual", "rituals", multiple=True, required=True, help="Slug of a ritual; several times.")
@click.option("--provider", required=True)
@click.option("--model", default="")
@json_option
def measure(adoption: int, rituals: tuple[str, ...], provider: str, model: str, as_json: bool) -> None:
    """Queue the same rituals before and after an ADOPTION; a worker does them."""
    prepare()
    log = queries.get_log(SYSTEM, adoption)
    chosen = _rituals(rituals, log.mentee)
    _told(
        services.measure_adoption(actor=SYSTEM, log_id=log.pk, rituals=chosen, provider=provider, model=model), as_json
    )


@group.command("undo")
@click.argument("adoption", type=int)
@click.option("--reason", default="", help="Why, for the log.")
def undo(adoption: int, reason: str) -> None:
    """Speak without what was adopted, in one act."""
    prepare()
    version = services.undo_adoption(actor=SYSTEM, log_id=adoption, reason=reason)
    click.echo(f"{version.assistant.name} speaks from version {version.number}: {version.token_count} tokens.")


@group.command("log")
@click.argument("slug")
@swarm_option
@json_option
def show_log(slug: str, swarm_slug: str, as_json: bool) -> None:
    """What assistant SLUG adopted, newest first."""
    rows = list(queries.logs_with(SYSTEM, _assistant(slug, swarm_slug)))
    if as_json:
        print_json([log_document(row) for row in rows])
        return
    for row in rows:
        _line(row)


def _assistant(slug: str, swarm_slug: str) -> Assistant:
    prepare()
    return get_assistant(SYSTEM, slug, chosen_swarm(swarm_slug))


def _rituals(slugs: tuple[str, ...], assistant: Assistant) -> list[int]:
    return [get_ritual(SYSTEM, slug, assistant.swarm).pk for slug in slugs]


def _places(mentee: Assistant, places: tuple[str, ...]) -> dict[int, int]:
    found = {}
    for text in places:
        mentors, sign, own = text.partition("=")
        if not sign:
            raise Invalid("The option cannot be read.", fields={"in-place-of": "MENTORS_PROMPT=OWN_PROMPT"})
        found[get_prompt(SYSTEM, mentors, mentee.swarm).pk] = get_prompt(SYSTEM, own, mentee.swarm).pk
    return found


def _preview(mentee: Assistant, mentor: str, set_name: str, places: tuple[str, ...]) -> Preview:
    mentor_id = get_assistant(SYSTEM, mentor, mentee.swarm).pk
    return preview_adoption(SYSTEM, mentee, mentor_id, set_name, _places(mentee, places))


def _told(log: PromptMentorshipLog, as_json: bool) -> None:
    if as_json:
        print_json(log_document(log))
    else:
        _line(log)


def _line(log: PromptMentorshipLog) -> None:
    value = (
        f"trust {log.trust_delta:+.3f}" if log.state == PromptMentorshipLog.State.MEASURED else log.get_state_display()
    )
    gone = f", undone by {log.undone_by_name}" if log.undone_at else ""
    click.echo(f"{log.pk:5}  {log.mentee.slug} from {log.mentor.slug}: {log.set_name}, {value}{gone}")
