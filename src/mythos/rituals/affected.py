"""Which rituals a change touches, and why the others may be skipped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mythos import plugins
from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.errors import MythosError
from mythos.providers.base import Provider
from mythos.rituals.models import Ritual, RitualRun
from mythos.rituals.pinning import pinned_cases, tried_text
from mythos.rituals.queries import cases_of, visible_rituals

_PINNED = {"text_sha256": "its prompt", "cases_sha256": "its cases", "graders": "a grader"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One ritual, whether it has to run, and the reason either way."""

    ritual: Ritual
    must_run: bool
    reason: str
    last_run: RitualRun | None


def standing_of_rituals(
    actor: Actor,
    swarm: Swarm,
    *,
    provider: str,
    model: str = "",
    clauses: Collection[str] = (),
    run_all: bool = False,
) -> list[Standing]:
    """Every ritual: one runs when something it is pinned to changed since its last finished run on this model,
    or when one of its expectations is about a clause that changed."""
    service: Provider = plugins.find("provider", provider)
    chosen = model or service.model()
    return [
        _standing(ritual, provider, chosen, frozenset(clauses), run_all)
        for ritual in visible_rituals(actor, swarm)
        if cases_of(ritual).exists()
    ]


def _standing(ritual: Ritual, provider: str, model: str, clauses: frozenset[str], run_all: bool) -> Standing:
    done = RitualRun.objects.filter(
        ritual=ritual, provider=provider, model=model, split="", state=RitualRun.State.DONE
    ).first()
    if run_all:
        return Standing(ritual, True, "Every ritual was asked for.", done)
    if done is None:
        return Standing(ritual, True, f"It has no finished run on {model}.", None)
    touched = sorted(clauses & _clauses_of(ritual))
    if touched:
        return Standing(ritual, True, f"It checks the clause {touched[0]}, which changed.", done)
    try:
        now = tried_text(ritual, None, None) | pinned_cases(ritual)
    except MythosError as error:
        return Standing(ritual, True, f"Its prompt cannot be read: {error.message}", done)
    changed = [words for field, words in _PINNED.items() if getattr(done, field) != now[field]]
    if changed:
        return Standing(ritual, True, f"Changed since run {done.pk}: {', '.join(changed)}.", done)
    return Standing(ritual, False, f"Nothing it depends on changed since run {done.pk}.", done)


def _clauses_of(ritual: Ritual) -> frozenset[str]:
    lists = cases_of(ritual).values_list("expectations", flat=True)
    return frozenset(str(entry["clause"]) for entries in lists for entry in entries if entry.get("clause"))
