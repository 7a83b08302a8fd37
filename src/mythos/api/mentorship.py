"""Mentorship over HTTP: what is offered, who could teach whom, adoptions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version
from mythos.api.schemas import mentorship as shapes
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant
from mythos.errors import NotFound
from mythos.mentorship import queries, services
from mythos.mentorship.previewing import Preview, preview_adoption
from mythos.mentorship.ranking import rank_mentors
from mythos.mentorship.reporting import log_document, preview_document, ranking_document, tag_document
from mythos.prompts.queries import get_prompt
from mythos.rituals.queries import get_ritual

router = Router(tags=["mentorship"])
adoptions = Router(tags=["mentorship"])


@router.get("/{slug}/mentorship", response=shapes.RankingOut)
def rank(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """Mentors for an assistant, best first, with every part of the ranking."""
    return ranking_document(rank_mentors(actor_of(request), _assistant(request, slug, swarm)))


@router.get("/{slug}/mentorship/offer", response=shapes.MentorTagOut)
def get_offer(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """What an assistant offers, and its mentor score."""
    assistant = _assistant(request, slug, swarm)
    tag = queries.tag_of(actor_of(request), assistant)
    if tag is None:
        raise NotFound(f"{assistant.name} offers no mentorship.")
    return tag_document(tag)


@router.put("/{slug}/mentorship/offer", response=shapes.MentorTagOut)
def offer_mentorship(request: HttpRequest, slug: str, body: shapes.MentorshipOfferIn, swarm: str | None = None) -> Any:
    """Offer prompt sets, in place of what was offered before."""
    actor, assistant = actor_of(request), _assistant(request, slug, swarm)
    sets = [
        {"name": row.name, "prompts": [get_prompt(actor, name, assistant.swarm).pk for name in row.prompts]}
        for row in body.sets
    ]
    tag = services.offer_mentorship(
        actor=actor, assistant=assistant, sets=sets, subjects=body.subjects, notes=body.mentorship_notes
    )
    return tag_document(tag)


@router.delete("/{slug}/mentorship/offer", response=shapes.MentorTagOut)
def withdraw_mentorship(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """Offer nothing from now on; what was adopted stays, frozen."""
    assistant = _assistant(request, slug, swarm)
    return tag_document(services.withdraw_mentorship(actor=actor_of(request), assistant=assistant))


@router.post("/{slug}/mentorship/try", response={201: shapes.TriedOut})
def try_assistants(request: HttpRequest, slug: str, body: shapes.MentorshipTryIn, swarm: str | None = None) -> Any:
    """Run rituals on the whole text of the assistant and of its mentors, so that they can be ranked."""
    actor, pupil = actor_of(request), _assistant(request, slug, swarm)
    setting: dict[str, Any] = {"provider": body.provider, "model": body.model}
    rituals = _rituals(request, body.rituals, pupil)
    if body.assistants:
        named = [_assistant(request, name, swarm) for name in body.assistants]
        runs = services.try_assistants(actor=actor, assistants=named, rituals=rituals, **setting)
    else:
        runs = services.gather_evidence(actor=actor, mentee=pupil, rituals=rituals, **setting)
    return Status(201, {"runs": [run.pk for run in runs]})


@router.post("/{slug}/mentorship/preview", response=shapes.PreviewOut)
def preview(request: HttpRequest, slug: str, body: shapes.AdoptIn, swarm: str | None = None) -> Any:
    """What adopting a prompt set would do; nothing is written."""
    return preview_document(_preview(request, _assistant(request, slug, swarm), body))


@router.get("/{slug}/mentorship/adoptions", response=shapes.AdoptionPage)
def list_adoptions(
    request: HttpRequest, slug: str, swarm: str | None = None, limit: int = 50, cursor: str | None = None
) -> Any:
    """What an assistant adopted, newest first."""
    rows = page(queries.logs_with(actor_of(request), _assistant(request, slug, swarm)), limit, cursor)
    return rows | {"items": [log_document(row) for row in rows["items"]]}


@router.post("/{slug}/mentorship/adoptions", response={201: shapes.AdoptionOut})
def adopt_prompts(request: HttpRequest, slug: str, body: shapes.AdoptIn, swarm: str | None = None) -> Any:
    """Fork a prompt set with its contracts and speak from it, through the gate; all of it or nothing."""
    actor, mentee = actor_of(request), _assistant(request, slug, swarm)
    log = services.adopt_prompts(
        actor=actor,
        mentee=mentee,
        mentor_id=get_assistant(actor, body.mentor, mentee.swarm).pk,
        set_name=body.set,
        base=base_version(request, body.base),
        in_place_of=_in_place_of(request, mentee, body),
        notes=body.notes,
        expected=body.digest,
    )
    return Status(201, log_document(log))


@adoptions.get("/{int:log_id}", response=shapes.AdoptionOut)
def get_adoption(request: HttpRequest, log_id: int) -> Any:
    """One adoption and what came of it."""
    return log_document(queries.get_log(actor_of(request), log_id))


@adoptions.post("/{int:log_id}/measure", response=shapes.AdoptionOut)
def measure_adoption(request: HttpRequest, log_id: int, body: shapes.MeasureIn) -> Any:
    """Start the same rituals before and after; the trust delta follows when all runs are finished."""
    actor = actor_of(request)
    log = queries.get_log(actor, log_id)
    rituals = _rituals(request, body.rituals, log.mentee)
    measured = services.measure_adoption(
        actor=actor, log_id=log.pk, rituals=rituals, provider=body.provider, model=body.model
    )
    return log_document(measured)


@adoptions.post("/{int:log_id}/undo", response=shapes.UndoneOut)
def undo_adoption(request: HttpRequest, log_id: int, body: shapes.UndoIn) -> Any:
    """Speak without what was adopted, in one act."""
    version = services.undo_adoption(actor=actor_of(request), log_id=log_id, reason=body.reason)
    return {"version": version.number}


@adoptions.post("/{int:log_id}/feedback", response=shapes.AdoptionOut)
def give_feedback(request: HttpRequest, log_id: int, body: shapes.VoiceIn) -> Any:
    """Say how an adoption did; one voice a person."""
    log = services.give_feedback(actor=actor_of(request), log_id=log_id, value=body.value, note=body.note)
    return log_document(log)


def _assistant(request: HttpRequest, slug: str, swarm: str | None) -> Assistant:
    return get_assistant(actor_of(request), slug, swarm_of(request, swarm))


def _rituals(request: HttpRequest, slugs: list[str], assistant: Assistant) -> list[int]:
    return [get_ritual(actor_of(request), slug, assistant.swarm).pk for slug in slugs]


def _in_place_of(request: HttpRequest, mentee: Assistant, body: shapes.AdoptIn) -> dict[int, int]:
    actor = actor_of(request)
    slugs = {name for pair in body.in_place_of.items() for name in pair}
    ids = {slug: get_prompt(actor, slug, mentee.swarm).pk for slug in slugs}
    return {ids[mentors]: ids[mentees] for mentors, mentees in body.in_place_of.items()}


def _preview(request: HttpRequest, mentee: Assistant, body: shapes.AdoptIn) -> Preview:
    actor = actor_of(request)
    mentor = get_assistant(actor, body.mentor, mentee.swarm)
    return preview_adoption(actor, mentee, mentor.pk, body.set, _in_place_of(request, mentee, body))
