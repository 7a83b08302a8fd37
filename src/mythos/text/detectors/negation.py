"""Not, never, no, and opposites: a rule turned round, or a ban that is gone."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding, Swap
from mythos.text.detectors.deontic import ADVICE, only_in_other_words, stance
from mythos.text.detectors.order import EARLY, LATE
from mythos.text.lexicon import NEGATORS
from mythos.text.words import Word

_GUARDS = lexicon.word_set(
    "only until before unless excluded exempt instead first rather must required ask "
    "reserved prior consent without except"
    " after limited restrict restricted zero required requires needs against out off"
)
_OPENS = lexicon.word_set("and or that who which whose while with where if when once so")

# Words whose change other detectors name: they are opposites, but of order or of joining.
_ELSEWHERE = NEGATORS | EARLY | LATE | {"and", "or"}


def find(pair: AlignedPair) -> list[Finding]:
    """Parity of negations and opposites where little else changed; lost bans where all was reworded."""
    old, new = stance(pair.old), stance(pair.new)
    if only_in_other_words(pair):
        return []
    flips = opposites(pair)
    more = len(old.negators) - _in_parts(old.negators, [edit.old for edit in pair.edits if not edit.new])
    fewer = len(new.negators) - _in_parts(new.negators, [edit.new for edit in pair.edits if not edit.old])
    gone, came = pair.residue
    settled = not gone and not came
    if settled or pair.ratio >= 0.5:
        refusals = len(old.bans) - len(new.bans) if not settled else 0
        odd = (abs(more - fewer) + len(flips) + abs(refusals)) % 2 == 1
        if not odd:
            return []
        if more > fewer or (flips and more == fewer) or (refusals and more == fewer):
            return [_reversed(pair)]
        return [
            pair.finding(
                "negation",
                "reversed",
                "Negation added" if fewer > more else "Meaning reversed",
                "What was asserted or asked for is now denied.",
                old=[swap.old for swap in flips],
                new=[swap.new for swap in flips] or list(new.negators[-1:]),
                confidence=0.9,
            )
        ]
    if old.is_ban and not new.is_ban and not flips and not (_GUARDS & set(pair.new.norms)):
        return [
            pair.finding(
                "negation",
                "weaker",
                "Prohibition removed",
                "The old rule forbids something; the new one no longer says so.",
                old=list(old.negators or old.bans),
                confidence=0.6,
            )
        ]
    return []


def _in_parts(negators: Sequence[Word], runs: Sequence[Sequence[Word]]) -> int:
    """How many of them deny something in a part of its own, as in “and has not been used”, and not the rule."""
    places = {word.start for run in runs if len(run) > 2 and run[0].norm in _OPENS for word in run[1:]}
    return sum(word.start in places for word in negators)


def opposites(pair: AlignedPair) -> list[Swap]:
    """Opposite words that took each other's place; negations are counted on their own."""
    return [swap for swap in pair.swaps if swap.kind == "antonym" and not {swap.old.norm, swap.new.norm} & _ELSEWHERE]


def _reversed(pair: AlignedPair) -> Finding:
    old, new = stance(pair.old), stance(pair.new)
    flips = opposites(pair)
    if old.negators and not new.negators and not flips:
        advice = new.level <= ADVICE or new.hedges
        return pair.finding(
            "negation",
            "reversed",
            "Prohibition weakened" if advice else "Negation removed",
            "A ban became advice." if advice else "What was forbidden or denied is now asserted or asked for.",
            old=list(old.negators[:1]),
            confidence=0.93,
        )
    return pair.finding(
        "negation",
        "reversed",
        "Meaning reversed",
        (
            f"“{flips[0].old.text}” became its opposite, “{flips[0].new.text}”."
            if flips
            else "The rule says the opposite now."
        ),
        old=[flips[0].old] if flips else list(old.negators[:1]),
        new=[flips[0].new] if flips else [],
        confidence=0.9,
    )
