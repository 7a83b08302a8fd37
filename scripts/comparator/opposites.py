"""Made-up rules that say a thing by its opposite: “is not unsafe” keeps “is safe”, “is not safe” does not."""

from __future__ import annotations

import random

from comparator.vocabulary import DOMAINS, gerund

_CONTRARY = [
    ("safe", "unsafe"), ("complete", "incomplete"), ("valid", "invalid"), ("possible", "impossible"), ("allowed", "forbidden"),
    ("present", "absent"), ("true", "false"), ("open", "closed"), ("paid", "unpaid"), ("mandatory", "optional"), ("public", "private"),
    ("clear", "unclear"), ("lawful", "unlawful"), ("necessary", "unnecessary"), ("accurate", "inaccurate"), ("encrypted", "unencrypted"),
    ("signed", "unsigned"), ("available", "unavailable"), ("visible", "hidden"), ("enough", "insufficient"), ("locked", "unlocked"),
    ("correct", "wrong"), ("known", "unknown"), ("fit for use", "unfit for use"), ("reversible", "irreversible"), ("alive", "dead"),
]  # fmt: skip
_ARE = [
    "{s} are {n}{x}.",
    "{s} must be {n}{x}.",
    "{s} have to be {n}{x}.",
    "Make sure that {s} are {n}{x}.",
    "Only {s} that are {n}{x} count.",
]
_SAME_DEED = [
    ["{a} always {d}.", "{a} never fail to {d}.", "{a} never omit {g}.", "There is no case in which {a} do not {d}.", "{a} {d} without exception."],
    ["{a} no longer {d}.", "{a} have stopped {g}.", "{a} do not {d} any more.", "{a} have ceased to {d}."],
    ["{a} do not {d}.", "{a} refrain from {g}.", "{a} abstain from {g}.", "{a} never {d}.", "At no time do {a} {d}."],
    ["{a} may {d}.", "{a} are not forbidden to {d}.", "Nothing keeps {a} from {g}.", "It is not forbidden for {a} to {d}."],
    ["{a} still {d}.", "{a} have not stopped {g}.", "{a} continue to {d}.", "{a} keep {g}."],
    ["{a} must {d}.", "{a} must not fail to {d}.", "{a} may not omit {g}.", "{a} are not free to leave out {g}."],
]  # fmt: skip


def pair(rng: random.Random) -> dict[str, str]:
    """A state or a deed, said twice or turned round."""
    domain = rng.choice(DOMAINS)
    verb, thing = rng.choice(domain.actions)
    if rng.random() < 0.5:
        return _state(thing, rng)
    fill = {"a": rng.choice(domain.actors), "d": f"{verb} {thing}", "g": f"{gerund(verb)} {thing}"}
    group = rng.choice(_SAME_DEED)
    old, new = rng.sample(group, 2)
    label, kind = "preserved", "double_negation"
    if rng.random() < 0.5:
        other = rng.choice([g for g in _SAME_DEED if g is not group and _differ(group, g)])
        new, label, kind = rng.choice(other), "worse", "negation"
    return {"old": _cap(old.format(**fill)), "new": _cap(new.format(**fill)), "label": label, "kind": kind}


def _state(thing: str, rng: random.Random) -> dict[str, str]:
    good, bad = rng.choice(_CONTRARY)
    if rng.random() < 0.5:
        good, bad = bad, good
    form = rng.choice(_ARE)
    is_ = {"plain": form.format(s=thing, n="", x=good), "turned": form.format(s=thing, n="not ", x=bad)}
    not_ = {"plain": form.format(s=thing, n="", x=bad), "turned": form.format(s=thing, n="not ", x=good)}
    way = rng.random()
    old = is_[rng.choice(["plain", "turned"])]
    if way < 0.5:
        new, label, kind = next(text for text in is_.values() if text != old), "preserved", "double_negation"
    else:
        new, label, kind = not_[rng.choice(["plain", "turned"])], "worse", "antonym"
    return {"old": _cap(old), "new": _cap(new), "label": label, "kind": kind}


def _differ(one: list[str], other: list[str]) -> bool:
    """A ban and having stopped, or a duty and a habit, are too near to be called different."""
    near = ({1, 2}, {0, 5}, {0, 4})
    places = {_SAME_DEED.index(one), _SAME_DEED.index(other)}
    return places not in near


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
