"""Drafts while they are put together. Saving is never refused by a rule; deploying is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.codex.models import CodexContract
from mythos.drafts.composition import clean_rows
from mythos.drafts.models import TOKEN_LIMITS, AssistantDraft, Model
from mythos.drafts.queries import get_draft, get_version, pins_of
from mythos.errors import Invalid, NotFound, Stale
from mythos.text.tone import TONES

LONGEST_NAME = 150
LONGEST_ANSWER = 500
LARGEST_LIMIT = 2_000_000
FIELDS = ("name", "tone", "codex_contract_type", "model", "token_limit", "prompt_cluster", "answers")


def create_draft(
    *, actor: Actor, swarm: Swarm, name: str, assistant: Assistant | None = None, **given: Any
) -> AssistantDraft:
    """Begin a draft; `given` are any other fields of it."""
    require(actor, "drafts.edit", swarm)
    if assistant is not None and assistant.swarm_id != swarm.pk:
        raise Invalid("The draft cannot be made.", fields={"assistant": "It belongs to another swarm."})
    draft = AssistantDraft(
        swarm=swarm, assistant=assistant, author=person(actor), author_name=actor_name(actor), name=name
    )
    draft.editor_name = draft.author_name
    _put(draft, {"name": name, **given})
    draft.save()
    return draft


def save_draft(*, actor: Actor, draft_id: int, base: int, **given: Any) -> AssistantDraft:
    """Change fields of a draft on top of version `base`; Stale when somebody saved since. No change writes nothing."""
    swarm = get_draft(actor, draft_id).swarm
    require(actor, "drafts.edit", swarm)
    with transaction.atomic():
        draft = _locked(draft_id)
        before = {name: getattr(draft, name) for name in FIELDS}
        _put(draft, given)
        if before == {name: getattr(draft, name) for name in FIELDS}:
            return draft
        if draft.version != base:
            raise Stale(
                f"{draft.editor_name} saved this draft while you edited it.",
                hint="Keep yours on top of theirs, or take theirs.",
                data={"base": base, "current": draft.version},
            )
        draft.version += 1
        draft.editor_name, draft.updated_at = actor_name(actor), timezone.now()
        draft.save()
    return draft


def delete_draft(*, actor: Actor, draft_id: int) -> None:
    """Put a draft away for good; what was deployed from it stays."""
    draft = get_draft(actor, draft_id)
    require(actor, "drafts.edit", draft)
    draft.delete()


def clone_assistant(*, actor: Actor, assistant: Assistant, name: str = "") -> AssistantDraft:
    """A draft of what an assistant speaks from: to change it, or under another name to make a new one."""
    require(actor, "drafts.edit", assistant.swarm)
    version = get_version(actor, assistant)
    rows = [
        {"section": pin.section, "prompt": pin.prompt_id, "checkpoint": pin.checkpoint_id}
        for pin in pins_of(version)
        if pin.prompt.deleted_at is None
    ]
    return create_draft(
        actor=actor,
        swarm=assistant.swarm,
        name=name.strip() or assistant.name,
        assistant=None if name.strip() else assistant,
        tone=version.tone,
        codex_contract_type=version.codex_contract_type,
        model=version.model,
        token_limit=version.token_limit,
        prompt_cluster=rows,
        answers=version.answers,
    )


def _locked(draft_id: int) -> AssistantDraft:
    found = AssistantDraft.objects.select_for_update(of=("self",)).select_related("swarm").filter(pk=draft_id).first()
    if found is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return found


def _put(draft: AssistantDraft, given: Mapping[str, Any]) -> None:
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        raise Invalid("The draft cannot be saved.", fields=dict.fromkeys(unknown, "A draft has no such field."))
    fields: dict[str, str] = {}
    choices = {"tone": TONES, "codex_contract_type": CodexContract.Type.values, "model": Model.values}
    for name, known in choices.items():
        if name in given and given[name] not in known:
            fields[name] = f"One of {', '.join(known)}."
    name = str(given.get("name", draft.name)).strip()
    if not name or len(name) > LONGEST_NAME:
        fields["name"] = f"A name of at most {LONGEST_NAME} characters."
    limit = given.get("token_limit")
    if limit is not None and (not isinstance(limit, int) or not 1 <= limit <= LARGEST_LIMIT):
        fields["token_limit"] = f"Between 1 and {LARGEST_LIMIT:,}."
    if fields:
        raise Invalid("The draft cannot be saved.", fields=fields)
    if limit is None and given.get("model", draft.model) != draft.model:
        limit = TOKEN_LIMITS[given["model"]]
    for key in choices:
        setattr(draft, key, given.get(key, getattr(draft, key)))
    draft.name, draft.token_limit = name, limit or draft.token_limit
    if "prompt_cluster" in given:
        draft.prompt_cluster = clean_rows(draft.swarm, given["prompt_cluster"])
    if "answers" in given:
        draft.answers = _clean_answers(given["answers"].items())


def _clean_answers(answers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Reasons by conflict; an empty one takes the answer back."""
    clean = {str(key): str(reason).strip() for key, reason in answers}
    if any(len(reason) > LONGEST_ANSWER for reason in clean.values()):
        raise Invalid("The reason is too long.", fields={"answers": f"At most {LONGEST_ANSWER} characters."})
    return {key: reason for key, reason in sorted(clean.items()) if reason}
