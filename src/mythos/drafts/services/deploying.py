"""The gate an assistant's text passes before anybody speaks from it, and every version that passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.assistants.services import create_assistant, set_prompt_cluster
from mythos.drafts.compiling import Compilation, compile_composition
from mythos.drafts.composition import Composition, Row, clean_rows, composition_of_draft, composition_of_version
from mythos.drafts.models import AssistantDraft, AssistantPrompt, AssistantVersion
from mythos.drafts.queries import get_draft, get_version
from mythos.drafts.signals import assistant_deployed
from mythos.errors import ClauseBroken, Invalid, Stale

# What a request may spend on comparing pairs that nobody has looked at; what is left then refuses, with that reason.
SECONDS = 20.0


def deploy_draft(*, actor: Actor, draft_id: int, base: int, reason: str = "") -> AssistantVersion:
    """Make the assistant, or its next version, with the draft's checkpoints pinned; ClauseBroken lists every reason."""
    draft = get_draft(actor, draft_id)
    require(actor, "assistants.deploy", draft)
    _refuse_stale(draft, base)
    _refuse_taken(draft)
    composition = composition_of_draft(draft)
    compilation = _passed(composition, draft.name)
    with transaction.atomic():
        locked = (
            AssistantDraft.objects.select_for_update(of=("self",)).select_related("swarm", "assistant").get(pk=draft.pk)
        )
        _refuse_stale(locked, base)
        assistant = locked.assistant or create_assistant(
            actor=actor, swarm=locked.swarm, slug=slugify(locked.name), name=locked.name
        )
        version = _publish(actor, assistant, compilation, origin=AssistantVersion.Origin.DRAFT, reason=reason)
        locked.assistant = assistant
        locked.save(update_fields=["assistant"])
    return version


def roll_back_assistant(
    *, actor: Actor, assistant: Assistant, number: int, base: int, reason: str = ""
) -> AssistantVersion:
    """Copy an old version forward as the newest, through the same gate; `base` is the newest one saw."""
    require(actor, "assistants.deploy", assistant)
    old = get_version(actor, assistant, number)
    compilation = _passed(composition_of_version(old), f"{assistant.name} v{number}")
    with transaction.atomic():
        _refuse_newer(assistant, base)
        return _publish(
            actor, assistant, compilation, origin=AssistantVersion.Origin.ROLLBACK, reason=reason, restored=number
        )


def move_pin(
    *, actor: Actor, assistant: Assistant, prompt_id: int, checkpoint_id: int, base: int, reason: str = ""
) -> AssistantVersion:
    """Pin another checkpoint of one prompt in a new version, through the same gate."""
    return move_pins(actor=actor, assistant=assistant, pins={prompt_id: checkpoint_id}, base=base, reason=reason)


def move_pins(
    *, actor: Actor, assistant: Assistant, pins: Mapping[int, int], base: int, reason: str = ""
) -> AssistantVersion:
    """Pin other checkpoints of some prompts in one new version, through the same gate."""
    require(actor, "assistants.deploy", assistant)
    composition = composition_of_version(get_version(actor, assistant))
    if not pins.keys() <= {row["prompt"] for row in composition.rows}:
        raise Invalid("The pin cannot be moved.", fields={"prompt": f"{assistant.name} does not use it."})
    rows = [{**row, "checkpoint": pins.get(row["prompt"], row["checkpoint"])} for row in composition.rows]
    origin = AssistantVersion.Origin.PIN
    return recompose_assistant(actor=actor, assistant=assistant, rows=rows, base=base, origin=origin, reason=reason)


def recompose_assistant(
    *, actor: Actor, assistant: Assistant, rows: Sequence[Row], base: int, origin: str, reason: str = ""
) -> AssistantVersion:
    """Speak from other rows in a new version, through the same gate; everything else stays as it was deployed."""
    require(actor, "assistants.deploy", assistant)
    composition = composition_of_version(get_version(actor, assistant))
    compilation = _passed(replace(composition, rows=clean_rows(assistant.swarm, rows)), assistant.name)
    with transaction.atomic():
        _refuse_newer(assistant, base)
        return _publish(actor, assistant, compilation, origin=origin, reason=reason)


def _passed(composition: Composition, name: str) -> Compilation:
    compilation = compile_composition(composition, seconds=SECONDS)
    reasons = compilation.refusals
    if reasons:
        more = f" And {len(reasons) - 1} more." if len(reasons) > 1 else ""
        raise ClauseBroken(
            f"{name} may not be deployed. {reasons[0]}{more}",
            hint="Mend the blocks, answer for the conflicts with a reason, or choose another type of contract.",
            data={"reasons": reasons, "findings": [{"text": reason} for reason in reasons]},
        )
    return compilation


def _refuse_stale(draft: AssistantDraft, base: int) -> None:
    if draft.version != base:
        raise Stale(
            f"{draft.editor_name} saved this draft since you looked at it.",
            hint="Look at what is there now, then deploy.",
            data={"base": base, "current": draft.version},
        )


def _refuse_taken(draft: AssistantDraft) -> None:
    slug = slugify(draft.name)
    if draft.assistant_id is not None:
        return
    if not slug:
        raise Invalid("The assistant cannot be made.", fields={"name": "The name needs letters or digits."})
    if Assistant.objects.filter(swarm=draft.swarm_id, slug=slug).exists():
        raise Invalid(
            f"There is an assistant {slug} already.",
            hint="Choose it as the assistant of this draft, or give the draft another name.",
            fields={"name": "An assistant has this name."},
        )


def _refuse_newer(assistant: Assistant, base: int) -> None:
    Assistant.objects.select_for_update().get(pk=assistant.pk)
    newest = assistant.versions.values_list("number", flat=True).first() or 0
    if newest != base:
        raise Stale(
            f"Version {newest} of {assistant.name} was deployed since you looked at it.",
            hint="Look at it, then decide again.",
            data={"base": base, "current": newest},
        )


def _publish(actor: Actor, assistant: Assistant, found: Compilation, **given: Any) -> AssistantVersion:
    """Write the next version and move the assistant to it; the same as the newest writes nothing."""
    Assistant.objects.select_for_update().get(pk=assistant.pk)
    newest: AssistantVersion | None = assistant.versions.first()
    composition = found.composition
    if newest is not None and _is_same(newest, found):
        return newest
    version = AssistantVersion(
        assistant=assistant,
        number=1 + (newest.number if newest else 0),
        name=composition.name,
        tone=composition.tone,
        codex_contract_type=composition.codex_contract_type,
        model=composition.model,
        token_limit=composition.token_limit,
        text=found.compiled.text,
        sha256=found.compiled.sha256,
        token_count=found.tokens.total,
        answers=dict(composition.answers),
        report=_report(found),
        author=person(actor),
        author_name=actor_name(actor),
        **given,
    )
    version.save()
    AssistantPrompt.objects.bulk_create(
        AssistantPrompt(
            version=version,
            section=part.block.section,
            order=order,
            prompt=part.prompt,
            checkpoint=part.checkpoint,
        )
        for order, part in enumerate(found.parts)
    )
    rows = [
        {"section": part.block.section, "order": order, "prompt": part.prompt.pk, "checkpoint": part.checkpoint.pk}
        for order, part in enumerate(found.parts)
    ]
    set_prompt_cluster(actor=actor, assistant=assistant, cluster=rows)
    tell = partial(assistant_deployed.send_robust, AssistantVersion, assistant_id=assistant.pk, version_id=version.pk)
    transaction.on_commit(tell)
    return version


def _is_same(newest: AssistantVersion, found: Compilation) -> bool:
    pins = list(newest.pins.order_by("order").values_list("section", "checkpoint"))
    wanted = [(part.block.section, part.checkpoint.pk) for part in found.parts]
    fields = ("tone", "codex_contract_type", "model", "token_limit")
    same = all(getattr(newest, name) == getattr(found.composition, name) for name in fields)
    return same and pins == wanted and newest.sha256 == found.compiled.sha256


def _report(found: Compilation) -> list[dict[str, Any]]:
    """What was known when it was deployed and did not hold it back, for whoever asks later."""
    rows = [
        {"kind": "conflict", "text": f"{c.one.block.source} and {c.other.block.source}: {c.answer}"}
        for c in found.clashes
    ]
    rows += [
        {"kind": promise.state, "text": f"{promise.part.block.source}: {promise.name}. {promise.text}".strip()}
        for promise in found.promises
        if promise.state != "kept"
    ]
    rows += [{"kind": "gap", "text": f"No block carries {gap.clause.ref}."} for gap in found.gaps]
    return rows
