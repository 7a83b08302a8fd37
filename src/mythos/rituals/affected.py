"""Which rituals a change touches, and why the others may be skipped: clause → contract → prompt → ritual."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from mythos import plugins
from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.codex.models import CodexClause, ContractClause
from mythos.codex.queries import versions_since
from mythos.errors import MythosError, NotFound
from mythos.providers.base import Provider
from mythos.rituals.evidence import named_by
from mythos.rituals.models import Ritual, RitualCase, RitualRun
from mythos.rituals.pinning import pinned_cases, tried_text
from mythos.rituals.queries import visible_rituals

_PINNED = {"text_sha256": "its prompt", "cases_sha256": "its cases", "graders": "a grader"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One ritual, whether it has to run, and the reason either way."""

    ritual: Ritual
    must_run: bool
    reason: str
    last_run: RitualRun | None


@dataclass(frozen=True, slots=True)
class Clauses:
    """What a ritual depends on in the rule book: the clauses its cases name, and those its prompt's contract binds."""

    named: frozenset[str]
    bound: frozenset[str]
    since: dict[str, datetime]

    def touching(self, changed: Collection[str]) -> str:
        """The first of the changed clauses that this ritual depends on, and by which path; empty for none."""
        for refs, words in ((self.named, "It checks the clause"), (self.bound, "Its prompt's contract binds")):
            for ref in sorted(refs & set(changed)):
                return f"{words} {ref}"
        return ""

    def moved_since(self, moment: datetime) -> set[str]:
        """The clauses of which a newer version came in force after that."""
        return {ref for ref, since in self.since.items() if since > moment}


def standing_of_rituals(
    actor: Actor,
    swarm: Swarm,
    *,
    provider: str,
    model: str = "",
    clauses: Collection[str] = (),
    run_all: bool = False,
) -> list[Standing]:
    """Every ritual: one runs when something it is pinned to changed since its last finished run on this model, or
    when a clause changed that its cases name or that the contract of its prompt binds."""
    service: Provider = plugins.find("provider", provider)
    chosen = model or service.model()
    rituals = list(visible_rituals(actor, swarm))
    depends = _clauses_of(swarm, rituals)
    _refuse_unknown(swarm, clauses, depends.values())
    done = _last_runs(rituals, provider, chosen)
    return [_standing(ritual, chosen, done.get(ritual.pk), depends[ritual.pk], clauses, run_all) for ritual in rituals]


def _refuse_unknown(swarm: Swarm, clauses: Collection[str], depends: Iterable[Clauses]) -> None:
    """A misspelt clause would touch nothing, and every ritual would be skipped for a wrong reason."""
    known = set(CodexClause.objects.filter(codex__swarm=swarm, ref__in=clauses).values_list("ref", flat=True))
    missing = sorted(set(clauses) - known.union(*(each.named for each in depends)))
    if missing:
        raise NotFound(f"There is no clause {missing[0]!r}.", fields={"clauses": f"Unknown clause {missing[0]}."})


def _standing(
    ritual: Ritual, model: str, done: RitualRun | None, depends: Clauses, clauses: Collection[str], run_all: bool
) -> Standing:
    if not ritual.case_count:  # type: ignore[attr-defined]
        return Standing(ritual, False, "It has no cases.", done)
    if run_all:
        return Standing(ritual, True, "Every ritual was asked for.", done)
    if done is None:
        return Standing(ritual, True, f"It has no finished run on {model}.", None)
    touching = depends.touching(clauses)
    if touching:
        return Standing(ritual, True, f"{touching}, which changed.", done)
    moved = depends.touching(depends.moved_since(done.created_at))
    if moved:
        return Standing(ritual, True, f"{moved}, of which a newer version is in force since run {done.pk}.", done)
    try:
        now = tried_text(ritual, None, None) | pinned_cases(ritual)
    except MythosError as error:
        return Standing(ritual, True, f"Its prompt cannot be read: {error.message}", done)
    changed = [words for field, words in _PINNED.items() if getattr(done, field) != now[field]]
    if changed:
        return Standing(ritual, True, f"Changed since run {done.pk}: {', '.join(changed)}.", done)
    return Standing(ritual, False, f"Nothing it depends on changed since run {done.pk}.", done)


def _last_runs(rituals: Iterable[Ritual], provider: str, model: str) -> dict[int, RitualRun]:
    """Ritual -> its newest finished run of all cases on this model."""
    rows = RitualRun.objects.filter(
        ritual__in=[ritual.pk for ritual in rituals],
        provider=provider,
        model=model,
        split="",
        state=RitualRun.State.DONE,
    )
    newest = {ritual: pk for pk, ritual in rows.order_by("pk").values_list("pk", "ritual_id")}
    return {run.ritual_id: run for run in RitualRun.objects.filter(pk__in=newest.values())}


def _clauses_of(swarm: Swarm, rituals: Iterable[Ritual]) -> dict[int, Clauses]:
    """Ritual -> the clauses it depends on, and since when each is in force; four questions for all of them."""
    named: dict[int, set[str]] = {ritual.pk: set() for ritual in rituals}
    cases = RitualCase.objects.filter(ritual__in=named, retired_version=None)
    for pk, expectations in cases.values_list("ritual_id", "expectations").iterator(chunk_size=1000):
        named[pk] |= named_by(expectations)
    bound: dict[int, set[str]] = {ritual.prompt_id: set() for ritual in rituals if ritual.prompt_id}
    promises = ContractClause.objects.filter(contract__prompt__in=bound, is_live=True)
    for prompt, ref in promises.values_list("contract__prompt_id", "clause__ref"):
        bound[prompt].add(ref)
    wanted = set().union(*named.values(), *bound.values())
    rows = CodexClause.objects.filter(codex__swarm=swarm, ref__in=wanted)
    keys = {(pk, version): ref for pk, ref, version in rows.values_list("pk", "ref", "accepted_version")}
    since: dict[str, datetime] = {}
    for key, moment in versions_since(keys.keys()).items():
        since[keys[key]] = max(moment, since.get(keys[key], moment))
    found = {}
    for ritual in rituals:
        by_prompt = bound.get(ritual.prompt_id, set()) if ritual.prompt_id else set()
        mine = named[ritual.pk] | by_prompt
        times = {ref: since[ref] for ref in mine if ref in since}
        found[ritual.pk] = Clauses(frozenset(named[ritual.pk]), frozenset(by_prompt), times)
    return found
