"""A ban that is gone while the act stays: “Never pay without approval” → “Always pay”. No weighing may outvote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mythos.text import lexicon
from mythos.text.combine import Odds
from mythos.text.detectors.base import AlignedPair, Finding, Side
from mythos.text.detectors.deontic import stance
from mythos.text.likeness import is_content
from mythos.text.units import Unit
from mythos.text.words import Word

WORSE, BETTER = 0.9, 0.02
CERTAIN = Odds(WORSE, BETTER)
_KEPT = 0.75  # share of the new sentence's content words that the ban had
_WAYS_OUT = frozenset({"without", "unless", "except", "until", "before", "but"})
_BINDS = frozenset({"always", "may", "can", "must", "should", "shall", "will", "please", "freely"})
# A sentence with one of these may say the same in other words (“only with approval”).
_RESTRICTS = frozenset(
    {"only", "unless", "without", "except", "until", "before", "after", "first", "once", "if", "when", "where"}
    | {"provided", "subject", "limited", "otherwise", "refrain", "avoid", "refuse", "decline", "reject", "wait"}
    | {"forbidden", "prohibited", "banned", "impossible", "nobody", "nothing", "neither", "nor", "hardly", "none"}
)


def lifted(pair: AlignedPair) -> Finding | None:
    """The finding, where an order not to do something became an order or leave to do it."""
    ban = _ban(pair.old)
    if ban is None or stance(pair.new).is_ban or _RESTRICTS & set(pair.new.norms):
        return None
    act = next((w for w in pair.old.words if w.start > ban.start and is_content(w)), None)
    kept = [word for word in pair.new.words if is_content(word) and word.norm not in _BINDS]
    if act is None or not kept or act.stem not in {word.stem for word in kept}:
        return None
    shared = sum(word.stem in set(pair.old.stems) for word in kept)
    if shared < _KEPT * len(kept):
        return None
    new = next(word for word in kept if word.stem == act.stem)
    one, other = pair.old.start + ban.start, pair.new.start + new.start
    return Finding(
        "negation", "reversed", "block", "Ban lifted", "What was forbidden is now asked for or allowed.",
        pair.old.text[ban.start : ban.end], pair.new.text[new.start : new.end],
        (one, one + ban.end - ban.start), (other, other + new.end - new.start), 0.95,
    )  # fmt: skip


def outvoted(odds: Odds, bans: Sequence[Finding]) -> Odds:
    """The odds, raised where a ban was lifted or steps were turned round."""
    return Odds(max(odds.worse, WORSE), min(odds.better, BETTER)) if bans else odds


def lifted_in(units: Iterable[Unit]) -> list[Finding]:
    """Every ban that was lifted."""
    return [found for unit in units if unit.pair for found in [lifted(unit.pair)] if found is not None]


def _ban(side: Side) -> Word | None:
    """The word that bans, where the sentence begins with it or says “must not”; a way out may follow, no second ban."""
    norms = side.norms
    negations = [word for word in side.words if word.norm in lexicon.NEGATORS and word.norm not in _WAYS_OUT]
    if len(negations) != 1 or negations[0].norm not in ("never", "not"):
        return None
    at = side.words.index(negations[0])
    before = norms[max(0, at - 1)] if at else ""
    if negations[0].norm == "never" or before in ("do", "must", "shall", "should", "may", "can", "will"):
        return negations[0]
    return None
