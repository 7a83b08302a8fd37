"""How binding a sentence is, and whether it bans: what the modality and negation detectors share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Side
from mythos.text.words import Word

BINDING, ADVICE, PERMISSION = 3, 2, 1
NAMES = {BINDING: "binding", ADVICE: "advice", PERMISSION: "permission"}
_RESTRICTIVE = frozenset(
    {"only", "not", "no", "never", "unless", "without", "until", "limited", "none", "at-most", "at-least"}
)
_BINDING_PHRASES = (
    "have to",
    "has to",
    "need to",
    "needs to",
    "is to be",
    "are to be",
    "required to",
    "is required",
)
_NO_IDIOMS = (
    "no more than",
    "no less than",
    "no later than",
    "no fewer than",
    "not only",
    "no longer than",
    "whether or not",
    "no matter",
    "not just",
    "no greater than",
    "not more than",
    "not less than",
    "not later than",
    "not exceed",
    "no problem",
    "no doubt",
)


@dataclass(frozen=True, slots=True)
class Stance:
    """Level of obligation with the word that sets it, the ban words, and the ways out."""

    level: int
    word: Word | None
    bans: tuple[Word, ...]
    negators: tuple[Word, ...]
    hedges: tuple[str, ...]

    @property
    def is_ban(self) -> bool:
        return bool(self.bans or self.negators)


def stance(side: Side) -> Stance:
    """Where the sentence stands; a plain statement or imperative binds."""
    return _stance(side.text) if len(side.text) <= 2000 else _stance.__wrapped__(side.text)


@lru_cache(maxsize=4096)
def _stance(text: str) -> Stance:
    side = Side(text)
    flat = side.norms
    skip = _idiom_positions(side)
    negators = tuple(w for i, w in enumerate(side.words) if w.norm in lexicon.NEGATORS and i not in skip)
    for phrase in ("rather than", "instead of"):
        negators += tuple(side.find_words(phrase)[:1])
    bans = tuple(w for w in side.words if w.norm in lexicon.REFUSALS)
    restrictive = bool(_RESTRICTIVE & set(flat))
    level, chosen = 0, None
    for word in side.words:
        at = _level(word.norm, restrictive)
        if at > level:
            level, chosen = at, word
    for phrase in side.has(_BINDING_PHRASES):
        if level < BINDING:
            level, chosen = BINDING, side.find_words(phrase)[0]
    hedges = tuple(side.has(lexicon.HEDGES))
    if level == 0:
        level = BINDING
    elif level == PERMISSION and opens_with_order(side):
        level, chosen = BINDING, None
    return Stance(level, chosen, bans, negators, hedges)


def opens_with_order(side: Side) -> bool:
    """Whether the sentence begins with a known imperative."""
    lead = [w for w in side.norms[:3] if w not in ("please", "always", "then", "and", "never", "do", "not")]
    return bool(lead) and (lead[0] in lexicon.IMPERATIVES)


def _level(norm: str, restrictive: bool) -> int:
    if norm in lexicon.BINDING:
        return BINDING
    if norm in lexicon.ADVICE:
        return ADVICE
    if norm in lexicon.PERMISSION:
        return BINDING if restrictive else PERMISSION
    return 0


def _idiom_positions(side: Side) -> set[int]:
    skip: set[int] = set()
    for phrase in _NO_IDIOMS:
        if f" {phrase} " not in side.flat:
            continue
        parts = phrase.split()
        for index in range(len(side.norms) - len(parts) + 1):
            if side.norms[index : index + len(parts)] == parts:
                skip.update(range(index, index + len(parts)))
    return skip


def only_in_other_words(pair: AlignedPair) -> bool:
    """“Only when X” and “not until X” say the same."""
    for one, other in ((pair.old, pair.new), (pair.new, pair.old)):
        gone = set(one.norms) - set(other.norms)
        came = set(other.norms) - set(one.norms)
        turned = gone & {"not", "never", "no", "nothing", "nobody", "none"} and came & {
            "only",
            "first",
            "before",
            "after",
            "reserved",
            "required",
        }
        if turned and set(one.norms) & {
            "until",
            "unless",
            "without",
            "before",
            "outside",
            "except",
            "but",
            "besides",
        }:
            return True
    return False
