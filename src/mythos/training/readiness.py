"""Whether rituals can carry a chain, and what it would cost: shown before anything is started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.db.models import Avg

from mythos import plugins
from mythos.accounts.models import Swarm
from mythos.providers.base import Provider
from mythos.rituals.models import RitualReply, RitualResult, RitualRun, Split
from mythos.training.plan import Plan
from mythos.training.services.chains import Wish

FEW = 12  # the engine compares candidates in chunks of so many
REPLY_TOKENS = 150
SHARE_CHANGED = 0.25  # of cases that a real change makes different; with it the smallest gain that shows
REFLECTIONS = 0.25  # of all calls, where nothing better is known


@dataclass(frozen=True)
class Ready:
    """One ritual: its cases by split, what stands in the way, what to be careful of."""

    ritual: str
    assistant: str
    train: int
    validation: int
    held_out: int
    problem: str = ""
    caution: str = ""
    noise: float | None = None


@dataclass(frozen=True)
class Estimate:
    """What a chain would cost at most, as far as that can be known before it runs."""

    calls: int
    held_out_calls: int
    tokens: int
    money: float | None
    minutes: float | None
    is_simulated: bool


def readiness(plan: Plan) -> list[Ready]:
    """Each ritual of a plan: enough cases, and how noisy its replies were where they were repeated."""
    counts: dict[str, Counter[str]] = {}
    speakers: dict[str, str] = {}
    for case in plan.cases:
        counts.setdefault(case.ritual, Counter())[case.split] += 1
        speakers[case.ritual] = plan.voices[case.voice].assistant
    noise = _noise(list(counts), [case.id for case in plan.cases])
    found = []
    for ritual, by_split in sorted(counts.items()):
        train, validation, held_out = (by_split[split] for split in (Split.TRAIN, Split.VALIDATION, Split.HELD_OUT))
        problem = "" if train and validation else f"No {'training' if not train else 'validation'} cases."
        caution = _caution(validation, held_out, noise.get(ritual))
        found.append(Ready(ritual, speakers[ritual], train, validation, held_out, problem, caution, noise.get(ritual)))
    return found


def _caution(validation: int, held_out: int, noise: float | None) -> str:
    said = []
    if 0 < validation < FEW:
        said.append(f"Fewer than {FEW} validation cases: chance may choose.")
    if not held_out:
        said.append("No held-out cases: the gain will not be measured.")
    else:
        said.append(f"A gain under about {smallest_gain(held_out):.2f} will not show on {held_out} held-out cases.")
    if noise:
        said.append(f"{noise:.0%} of repeated cases came out differently.")
    return " ".join(said)


def smallest_gain(cases: int) -> float:
    """The difference of pass rates that so many pairs show with 80 % power (Connor 1987), where a quarter changes."""
    return min(1.0, 2.8 * sqrt(SHARE_CHANGED / cases))


def _noise(rituals: Sequence[str], cases: Sequence[int]) -> dict[str, float]:
    """Ritual -> share of cases whose repeats did not agree, in its newest run with repeats."""
    runs = RitualRun.objects.filter(ritual__slug__in=rituals, repeats__gt=1, state=RitualRun.State.DONE)
    newest: dict[str, int] = dict(runs.filter(ritual__cases__in=cases).order_by("pk").values_list("ritual__slug", "pk"))
    found: dict[str, float] = {}
    for slug, run in newest.items():
        outcomes: dict[int, set[bool | None]] = {}
        for case, passed in RitualResult.objects.filter(run=run).values_list("case_id", "passed"):
            outcomes.setdefault(case, set()).add(passed)
        if outcomes:
            found[slug] = sum(len(seen) > 1 for seen in outcomes.values()) / len(outcomes)
    return found


def estimate(swarm: Swarm, plan: Plan, wish: Wish) -> Estimate:
    """Calls are the limit; tokens, money and time follow from the texts, the prices and earlier replies."""
    service: Provider = plugins.find("provider", wish.provider)
    reflector: Provider = plugins.find("provider", wish.reflector or wish.provider)
    model = wish.model or service.model()
    past = RitualReply.objects.filter(swarm=swarm, model=model).aggregate(ms=Avg("latency_ms"), out=Avg("tokens_out"))
    out = past["out"] or (0 if service.is_simulated else min(wish.max_tokens, REPLY_TOKENS))
    read = _read_tokens(plan)
    each = read + out
    price, reflecting = service.price(model), reflector.price(wish.reflector_model or reflector.model())
    money = None
    if price is not None and reflecting is not None:
        answers, reflections = wish.calls * (1 - REFLECTIONS), wish.calls * REFLECTIONS
        money = answers * price.of(int(read), int(out)) + reflections * reflecting.of(int(read * 4), int(read * 2))
    minutes = wish.calls * past["ms"] / 60_000 / plan.in_flight if past["ms"] else None
    simulated = service.is_simulated or reflector.is_simulated
    return Estimate(wish.calls, plan.held_out_calls, int(wish.calls * each), money, minutes, simulated)


def _read_tokens(plan: Plan) -> float:
    """Tokens of the text a case is told, in the mean."""
    tokens = {component.key: component.tokens for component in plan.components}
    voices = {
        name: sum(tokens.get(part.component, len(part.text) // 4) for part in voice.parts)
        for name, voice in plan.voices.items()
    }
    return sum(voices[case.voice] for case in plan.cases) / len(plan.cases) if plan.cases else 0.0


def as_rows(found: Sequence[Ready]) -> list[dict[str, Any]]:
    """For programs."""
    return [{name: getattr(row, name) for name in Ready.__dataclass_fields__} for row in found]
