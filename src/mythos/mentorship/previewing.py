"""An adoption before it is made: what would be forked, what the text would become, and what stands in its way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mythos.accounts.actors import Actor
from mythos.assistants.models import Assistant
from mythos.codex.models import CodexClause, CodexContract, ContractClause, State
from mythos.codex.queries import contract_in_force
from mythos.drafts.compiling import Compilation, compile_composition
from mythos.drafts.composition import composition_of_version
from mythos.drafts.models import AssistantPrompt, AssistantVersion
from mythos.drafts.queries import get_version, pins_of
from mythos.errors import Invalid, NotFound
from mythos.mentorship.models import AssistantMentorTag, MentorPromptSet, MentorshipFork, SkillRecord
from mythos.mentorship.queries import live_forks, visible_tags
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.rituals.models import Ritual
from mythos.text.coverage import Conflict
from mythos.text.diff import DiffSpan, word_diff

# What a request may spend on comparing pairs of texts that nobody has looked at.
SECONDS = 20.0


@dataclass(frozen=True)
class Handover:
    """One prompt that would be handed over: as a new fork, on top of an earlier one, or in place of a prompt."""

    source: PromptCheckpoint
    section: str
    slug: str
    contract: CodexContract | None
    earlier: MentorshipFork | None = None
    replaces: AssistantPrompt | None = None
    own_changes: bool = False

    @property
    def elsewhere(self) -> list[str]:
        """Labels of the mentor's prompt that give programs another version than the mentor speaks from."""
        labels = self.source.prompt.labels.select_related("checkpoint")
        return [f"{row} is at v{row.checkpoint.version}" for row in labels if row.checkpoint_id != self.source.pk]

    @property
    def is_update(self) -> bool:
        return self.earlier is not None


@dataclass(frozen=True)
class Preview:
    """Everything a person needs to decide about an adoption; `digest` says what was looked at."""

    mentee: Assistant
    mentor: Assistant
    set_name: str
    base: AssistantVersion
    handovers: tuple[Handover, ...]
    skipped: tuple[str, ...]
    compilation: Compilation
    diff: tuple[DiffSpan, ...]
    clashes: tuple[str, ...]
    stale: tuple[str, ...]
    refusals: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def compared(self) -> tuple[str, ...]:
        """The prompts of the mentee that stay, each held against what would come."""
        new = {handover.source.pk for handover in self.handovers}
        return tuple(part.block.source for part in self.compilation.parts if part.checkpoint.pk not in new)

    @property
    def tokens_added(self) -> int:
        return self.compilation.tokens.total - self.base.token_count

    @property
    def digest(self) -> str:
        parts = [self.base.pk, [(h.source.pk, h.replaces.pk if h.replaces else 0) for h in self.handovers]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def preview_adoption(
    actor: Actor, mentee: Assistant, mentor_id: int, set_name: str, in_place_of: Mapping[int, int] | None = None
) -> Preview:
    """What adopting a prompt set would do; `in_place_of` maps a mentor's prompt to the prompt it takes the place of."""
    tag = _tag(actor, mentee, mentor_id)
    chosen = tag.prompt_sets.filter(name=set_name).first()
    if chosen is None:
        raise NotFound(f"{tag.assistant.name} offers no set {set_name!r}.", fields={"set": "Unknown prompt set."})
    base = get_version(actor, mentee)
    handovers, skipped = _handovers(actor, mentee, tag.assistant, chosen, base, in_place_of or {})
    rows = planned_rows(base, handovers, {h.source.pk: (h.source.prompt_id, h.source.pk) for h in handovers})
    compilation = compile_composition(replace(composition_of_version(base), rows=rows), seconds=SECONDS)
    refusals = list(compilation.refusals) if handovers else ["There is nothing in it that is not here already."]
    return Preview(
        mentee=mentee,
        mentor=tag.assistant,
        set_name=set_name,
        base=base,
        handovers=tuple(handovers),
        skipped=tuple(skipped),
        compilation=compilation,
        diff=tuple(word_diff(base.text, compilation.compiled.text)),
        clashes=tuple(_clashes(compilation, handovers)),
        stale=tuple(_stale(base, compilation, handovers)),
        refusals=(*refusals, *_unsignable(handovers)),
        rows=tuple(rows),
    )


def planned_rows(
    base: AssistantVersion, handovers: Sequence[Handover], made: Mapping[int, tuple[int, int]]
) -> list[dict[str, Any]]:
    """The mentee's rows with the adopted ones in place; `made` gives prompt and checkpoint for each source."""
    rows: list[dict[str, Any]] = [
        {"section": pin.section, "prompt": pin.prompt_id, "checkpoint": pin.checkpoint_id} for pin in pins_of(base)
    ]
    for handover in handovers:
        prompt, checkpoint = made[handover.source.pk]
        old = handover.earlier.prompt_id if handover.earlier else None
        old = handover.replaces.prompt_id if handover.replaces else old
        fresh = {"section": handover.section, "prompt": prompt, "checkpoint": checkpoint}
        if old is None:
            rows.append(fresh)
        else:
            rows = [fresh | {"section": row["section"]} if row["prompt"] == old else row for row in rows]
    return [row | {"order": order} for order, row in enumerate(rows)]


def _tag(actor: Actor, mentee: Assistant, mentor_id: int) -> AssistantMentorTag:
    if mentor_id == mentee.pk:
        raise Invalid("An assistant cannot be its own mentor.", fields={"mentor": "Choose another assistant."})
    tag = visible_tags(actor, mentee.swarm).filter(assistant=mentor_id).first()
    if tag is None:
        raise NotFound(f"There is no mentor {mentor_id}.", fields={"mentor": "Unknown mentor."})
    if not tag.is_offering:
        raise Invalid(f"{tag.assistant.name} offers no mentorship any more.", fields={"mentor": "It was withdrawn."})
    return tag


def _handovers(
    actor: Actor,
    mentee: Assistant,
    mentor: Assistant,
    chosen: MentorPromptSet,
    base: AssistantVersion,
    in_place_of: Mapping[int, int],
) -> tuple[list[Handover], list[str]]:
    wanted = set(chosen.prompts.values_list("pk", flat=True))
    given = [pin for pin in pins_of(get_version(actor, mentor)) if pin.prompt_id in wanted]
    own = {pin.prompt_id: pin for pin in pins_of(base)}
    unknown = [key for key, old in in_place_of.items() if key not in wanted or old not in own]
    if unknown:
        raise Invalid("The prompts do not fit.", fields={"in_place_of": "Choose prompts of the set and of the mentee."})
    earlier = {fork.source.prompt_id: fork for fork in live_forks(actor, mentee) if fork.log.mentor_id == mentor.pk}
    found: list[Handover] = []
    skipped = [f"{slug}: {mentor.name} no longer speaks from it." for slug in _gone(chosen, given)]
    taken: set[str] = set()
    for pin in given:
        fork = earlier.get(pin.prompt_id)
        if pin.prompt_id in own or (fork is not None and fork.source.sha256 == pin.checkpoint.sha256):
            skipped.append(f"{pin.prompt.slug}: {mentee.name} speaks from it already.")
            continue
        slug = fork.prompt.slug if fork else _free_slug(mentee, pin.prompt, taken)
        replaces = None if fork else own.get(in_place_of.get(pin.prompt_id, 0))
        changed = fork is not None and own[fork.prompt_id].checkpoint.sha256 != fork.checkpoint.sha256
        contract = contract_in_force(pin.prompt_id)
        found.append(Handover(pin.checkpoint, pin.section, slug, contract, fork, replaces, changed))
    return found, skipped


def _gone(chosen: MentorPromptSet, given: Sequence[AssistantPrompt]) -> list[str]:
    here = {pin.prompt_id for pin in given}
    return [prompt.slug for prompt in chosen.prompts.all() if prompt.pk not in here]


def _free_slug(mentee: Assistant, prompt: Prompt, taken: set[str]) -> str:
    """A name for the fork that nobody has, below the mentee's own."""
    stem = f"{mentee.slug}/{prompt.slug.rsplit('/', 1)[-1]}"[:150]
    used = set(Prompt.objects.filter(swarm=mentee.swarm_id, slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 2
    while slug in used | taken:
        slug, number = f"{stem}-{number}", number + 1
    taken.add(slug)
    return slug


def _clashes(compilation: Compilation, handovers: Sequence[Handover]) -> list[str]:
    """Disagreements of the adopted texts with the rest, and rules they would break here."""
    new = {handover.source.pk for handover in handovers}
    found = [
        f"{clash.one.block.source} and {clash.other.block.source} disagree: {_sentences(clash.conflicts[0])}"
        for clash in compilation.clashes
        if {clash.one.checkpoint.pk, clash.other.checkpoint.pk} & new
    ]
    found += [
        f"{promise.part.block.source}: {promise.name} is {promise.state}. {promise.text}".strip()
        for promise in compilation.promises
        if promise.part.checkpoint.pk in new and promise.state == State.BREACHED
    ]
    return found


def _sentences(found: Conflict) -> str:
    return f"“{found.a_sentence.strip()}” and “{found.b_sentence.strip()}”. {found.reason}"


def _stale(base: AssistantVersion, compilation: Compilation, handovers: Sequence[Handover]) -> list[str]:
    """What would no longer rest on a test of this very text, and what is pinned behind its rule."""
    if not handovers:
        return []
    tried = SkillRecord.objects.filter(assistant=base.assistant_id, sha256=base.sha256).values("ritual")
    found = [f"The results of {ritual.slug} are of the text before." for ritual in Ritual.objects.filter(pk__in=tried)]
    new = {handover.source.pk for handover in handovers}
    found += [
        f"{promise.part.block.source}: {promise.name} is stale. {promise.text}".strip()
        for promise in compilation.promises
        if promise.part.checkpoint.pk in new and promise.state == State.STALE
    ]
    return found


def _unsignable(handovers: Sequence[Handover]) -> list[str]:
    """Contracts that could not be signed for the fork, because a clause of theirs is retired."""
    contracts = [handover.contract.pk for handover in handovers if handover.contract and not handover.earlier]
    rows = ContractClause.objects.filter(contract__in=contracts, clause__status=CodexClause.Status.RETIRED)
    return [
        f"The contract of {row.contract.prompt.slug} names {row.clause.ref}, which is retired."
        for row in rows.select_related("contract__prompt", "clause")
    ]
