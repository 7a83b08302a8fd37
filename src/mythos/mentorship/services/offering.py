"""Saying that an assistant teaches, what, and on which terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.drafts.queries import get_version
from mythos.errors import Invalid, NotFound
from mythos.mentorship.models import AssistantMentorTag, MentorPromptSet
from mythos.mentorship.services.standing import stand_later
from mythos.mentorship.signals import mentorship_offered

MOST_SETS = 10
MOST_SUBJECTS = 10
LONGEST_SUBJECT = 40
LONGEST_NAME = 80
LONGEST_NOTES = 2000


def offer_mentorship(
    *,
    actor: Actor,
    assistant: Assistant,
    sets: Sequence[Mapping[str, Any]],
    subjects: Sequence[str] = (),
    notes: str = "",
) -> AssistantMentorTag:
    """Offer prompt sets, in place of what was offered before; a set is {"name", "prompts"}, prompts by number."""
    require(actor, "mentorship.offer", assistant)
    version = get_version(actor, assistant)
    pinned = set(version.pins.values_list("prompt_id", flat=True))
    words = list(dict.fromkeys(word.strip().lower() for word in subjects if word.strip()))
    clean = _clean_sets(sets, pinned)
    fields = _problems(words, notes)
    if fields:
        raise Invalid("The mentorship cannot be offered.", fields=fields)
    with transaction.atomic():
        tag, _ = AssistantMentorTag.objects.get_or_create(assistant=assistant)
        tag.is_offering, tag.subjects, tag.mentorship_notes = True, words, notes.strip()
        tag.offered_by_name = actor_name(actor)
        tag.save()
        tag.prompt_sets.all().delete()
        for name, prompts in clean.items():
            MentorPromptSet.objects.create(tag=tag, name=name).prompts.set(prompts)
        stand_later(assistant.pk, assistant.swarm_id)
        _announce(assistant, is_offering=True)
    return tag


def withdraw_mentorship(*, actor: Actor, assistant: Assistant) -> AssistantMentorTag:
    """Offer nothing from now on; what was adopted stays, and is updated no more."""
    require(actor, "mentorship.offer", assistant)
    tag = AssistantMentorTag.objects.filter(assistant=assistant, is_offering=True).first()
    if tag is None:
        raise NotFound(f"{assistant.name} offers no mentorship.")
    with transaction.atomic():
        tag.is_offering = False
        tag.save()
        _announce(assistant, is_offering=False)
    return tag


def _clean_sets(sets: Sequence[Mapping[str, Any]], pinned: set[int]) -> dict[str, list[int]]:
    if not 1 <= len(sets) <= MOST_SETS:
        raise Invalid("The mentorship cannot be offered.", fields={"sets": f"Between 1 and {MOST_SETS} prompt sets."})
    found: dict[str, list[int]] = {}
    fields: dict[str, str] = {}
    for number, row in enumerate(sets):
        name, prompts = str(row.get("name", "")).strip(), list(dict.fromkeys(row.get("prompts", ())))
        if not name or len(name) > LONGEST_NAME:
            fields[f"sets.{number}.name"] = f"A name of at most {LONGEST_NAME} characters."
        elif name in found:
            fields[f"sets.{number}.name"] = "Two sets have the same name."
        elif not prompts:
            fields[f"sets.{number}.prompts"] = "Choose a prompt."
        elif not set(prompts) <= pinned:
            fields[f"sets.{number}.prompts"] = "The assistant does not speak from all of them."
        found[name] = prompts
    if fields:
        raise Invalid("The mentorship cannot be offered.", fields=fields)
    return found


def _problems(subjects: Sequence[str], notes: str) -> dict[str, str]:
    fields = {}
    if len(subjects) > MOST_SUBJECTS or any(len(word) > LONGEST_SUBJECT for word in subjects):
        fields["subjects"] = f"At most {MOST_SUBJECTS} of {LONGEST_SUBJECT} characters."
    if len(notes) > LONGEST_NOTES:
        fields["notes"] = f"At most {LONGEST_NOTES:,} characters."
    return fields


def _announce(assistant: Assistant, *, is_offering: bool) -> None:
    tell = partial(
        mentorship_offered.send_robust, AssistantMentorTag, assistant_id=assistant.pk, is_offering=is_offering
    )
    transaction.on_commit(tell)
