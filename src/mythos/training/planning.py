"""Making a plan: which prompts of which assistants, on which cases, under which promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.assistants.models import Assistant
from mythos.codex.models import CodexContract
from mythos.codex.queries import live_waivers
from mythos.codex.services.checks import pinned_texts, rule_of
from mythos.drafts.models import AssistantPrompt
from mythos.drafts.queries import newest_versions
from mythos.errors import Invalid
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.rendering import included, with_includes
from mythos.rituals.models import Ritual, RitualCase, Split
from mythos.rituals.pinning import grader_versions
from mythos.text.template import includes
from mythos.training.plan import ClauseTerm, Component, Part, Plan, PlannedCase, Voice

MOST_COMPONENTS = 60
MOST_CASES = 5000


def make_plan(
    actor: Actor, swarm: Swarm, assistants: Sequence[Assistant], *, prompts: Iterable[str] | None = None, **given: Any
) -> Plan:
    """Pin what these assistants speak from, and the cases that try it; `prompts` names the only ones to change.

    An assistant that was never deployed brings the prompts of its own that a ritual tries out.
    """
    pins = _pins(assistants)
    lone = _lone_prompts(swarm, [a for a in assistants if a.slug not in pins])
    components = _components(pins, lone, None if prompts is None else set(prompts))
    if not components:
        raise Invalid(
            "There is nothing to train.",
            hint="Deploy the assistant, or let a ritual try out one of its prompts.",
            fields={"assistants": "None of them has a prompt that may be changed."},
        )
    if len(components) > MOST_COMPONENTS:
        raise Invalid("That is too much for one chain.", fields={"prompts": f"At most {MOST_COMPONENTS} prompts."})
    by_prompt = {component.prompt: component for component in components}
    voices = _voices(pins, lone, by_prompt)
    cases = _cases(swarm, voices, by_prompt)
    terms, expectations = _promises(components)
    rows = RitualCase.objects.filter(pk__in=[case.id for case in cases]).values_list("expectations", flat=True)
    types = sorted({entry["type"] for entries in rows for entry in entries})
    return Plan(
        components=tuple(components),
        voices={name: voice for name, voice in voices.items() if any(case.voice == name for case in cases)},
        cases=tuple(cases),
        terms=tuple(terms),
        expectations=tuple(expectations),
        includes=_includes(swarm, components, voices.values()),
        graders=grader_versions(types),
        **given,
    )


def _pins(assistants: Sequence[Assistant]) -> dict[str, list[AssistantPrompt]]:
    """Slug -> what the assistant speaks from, for those that were deployed."""
    found: dict[str, list[AssistantPrompt]] = defaultdict(list)
    versions = newest_versions().filter(assistant__in=[assistant.pk for assistant in assistants])
    rows = AssistantPrompt.objects.filter(version__in=versions.values("pk"))
    for pin in rows.select_related("version__assistant", "prompt", "checkpoint").order_by("order"):
        found[pin.version.assistant.slug].append(pin)
    return found


def _lone_prompts(swarm: Swarm, assistants: Sequence[Assistant]) -> list[tuple[str, Prompt]]:
    rows = Prompt.objects.filter(swarm=swarm, deleted_at=None, assistant__in=assistants, rituals__isnull=False)
    prompts = rows.select_related("current", "assistant").distinct().order_by("slug")
    return [(prompt.assistant.slug, prompt) for prompt in prompts if prompt.assistant is not None]


def _components(
    pins: Mapping[str, Sequence[AssistantPrompt]], lone: Sequence[tuple[str, Prompt]], only: set[str] | None
) -> list[Component]:
    found: dict[int, Component] = {}
    for slug, rows in pins.items():
        for pin in rows:
            if pin.prompt.deleted_at is None:
                found.setdefault(pin.prompt_id, _component(slug, pin.prompt, pin.checkpoint))
    for slug, prompt in lone:
        assert prompt.current is not None
        found.setdefault(prompt.pk, _component(slug, prompt, prompt.current))
    if only is None:
        return list(found.values())
    unknown = sorted(only - {component.slug for component in found.values()})
    if unknown:
        raise Invalid("The chain cannot be planned.", fields={"prompts": f"No assistant speaks from {unknown[0]}."})
    return [component for component in found.values() if component.slug in only]


def _component(assistant: str, prompt: Prompt, checkpoint: PromptCheckpoint) -> Component:
    return Component(
        key=f"{assistant}/{prompt.slug}",
        assistant=assistant,
        prompt=prompt.pk,
        slug=prompt.slug,
        checkpoint=checkpoint.pk,
        version=checkpoint.version,
        current=prompt.current_id or checkpoint.pk,
        text=checkpoint.text,
        tokens=checkpoint.token_count,
    )


def _voices(
    pins: Mapping[str, Sequence[AssistantPrompt]],
    lone: Sequence[tuple[str, Prompt]],
    by_prompt: Mapping[int, Component],
) -> dict[str, Voice]:
    voices = {
        slug: Voice(slug, "system", tuple(_part(pin, by_prompt.get(pin.prompt_id)) for pin in rows))
        for slug, rows in pins.items()
    }
    for slug, prompt in lone:
        component = by_prompt.get(prompt.pk)
        if component is not None:
            role = "user" if prompt.kind == Prompt.Kind.USER else "system"
            voices[component.key] = Voice(slug, role, (Part("", 0, component.key),))
    return voices


def _part(pin: AssistantPrompt, component: Component | None) -> Part:
    if component is None:
        return Part(pin.section, pin.order, "", pin.checkpoint.text)
    return Part(pin.section, pin.order, component.key)


def _cases(swarm: Swarm, voices: Mapping[str, Voice], by_prompt: Mapping[int, Component]) -> list[PlannedCase]:
    voice_of: dict[str, str] = {}
    for name, voice in voices.items():
        for key in voice.components:
            voice_of.setdefault(key, name)
    rituals = Ritual.objects.filter(swarm=swarm, prompt__in=list(by_prompt)).order_by("slug")
    found = []
    for ritual in rituals:
        about = by_prompt[ritual.prompt_id or 0].key
        rows = RitualCase.objects.filter(ritual=ritual, retired_version=None)
        for pk, split, weight in rows.values_list("pk", "split", "weight"):
            found.append(PlannedCase(pk, ritual.slug, split, voice_of[about], about, weight))
    if len(found) > MOST_CASES:
        raise Invalid("That is too much for one chain.", fields={"assistants": f"At most {MOST_CASES:,} cases."})
    most = max((case.weight for case in found), default=1.0)
    return [replace(case, weight=case.weight / most) for case in found]


def refuse_empty_splits(plan: Plan) -> None:
    """Training learns on one split and chooses on another; both need cases."""
    empty = [split.label for split in (Split.TRAIN, Split.VALIDATION) if not plan.ids(split)]
    if empty:
        raise Invalid(
            f"The rituals have no {' and no '.join(map(str, empty))} cases.",
            hint="Open the ritual and say which cases are for training and which for validation.",
            fields={"assistants": f"No {empty[0]} cases."},
        )


def _promises(
    components: Sequence[Component],
) -> tuple[list[ClauseTerm], list[tuple[str, Mapping[str, Any]]]]:
    """What the contracts in force ask of the texts; what somebody answers for until a date is left out."""
    by_prompt = {component.prompt: component.key for component in components}
    contracts = CodexContract.objects.filter(prompt__in=list(by_prompt), status=CodexContract.Status.IN_FORCE)
    terms: list[ClauseTerm] = []
    expectations: list[tuple[str, Mapping[str, Any]]] = []
    for contract in contracts.select_related("prompt", "checkpoint").order_by("prompt__slug"):
        key = by_prompt[contract.prompt_id]
        waived = {waiver.clause_id for waiver in live_waivers(contract.prompt)}
        rows = [row for row in contract.clauses.select_related("clause") if row.clause_id not in waived]
        texts = pinned_texts(rows)
        signed = contract.checkpoint.text if contract.checkpoint else ""
        terms += [
            ClauseTerm(key, row.clause.ref, row.clause.severity, rule_of(row, texts), row.anchor, signed)
            for row in rows
        ]
        expectations += [(key, row) for row in contract.symbolic_expectations if row["on"] == "prompt"]
    return terms, expectations


def _includes(swarm: Swarm, components: Sequence[Component], voices: Iterable[Voice]) -> dict[str, str]:
    texts = {(component.slug, component.text) for component in components}
    texts |= {("", part.text) for voice in voices for part in voice.parts if part.text}
    found: dict[str, str] = {}
    for owner, text in texts:
        for slug, label in includes(text):
            path = (owner,) if owner else ()
            found[f"{slug}@{label}"] = with_includes(swarm, included(swarm, slug, label, path), (*path, slug))
    return found


def with_texts(plan: Plan, texts: Mapping[str, str]) -> Plan:
    """The same plan from other texts."""
    return replace(plan, components=tuple(replace(c, text=texts.get(c.key, c.text)) for c in plan.components))
