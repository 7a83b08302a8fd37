"""What is counted in a sentence. Versions of a prompt share most of theirs, so the counts of a sentence are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from mythos.text import lexicon
from mythos.text.segment import Kind, Sentence

KEPT = 8192
LONGEST_KEPT = 1000
SPOKEN = frozenset({"prose", "item", "quote", "heading"})
_ORDERS = SPOKEN - {"heading"}
_LISTS = {
    "formal": lexicon.FORMAL,
    "informal": lexicon.INFORMAL,
    "second_person": frozenset({"you", "your", "yours", "yourself"}),
    "polite": lexicon.POLITE,
    "empathy": lexicon.EMPATHY,
    "friendly": lexicon.FRIENDLY,
    "playful": lexicon.PLAYFUL,
    "urgent": lexicon.URGENT,
}
_LISTED = {
    word: [name for name, words in _LISTS.items() if word in words] for word in frozenset().union(*_LISTS.values())
}


class Counts(NamedTuple):
    """Words of each kind in a sentence, or in all of them."""

    words: int = 0
    syllables: int = 0
    formal: int = 0
    informal: int = 0
    directives: int = 0
    must: int = 0
    should: int = 0
    may: int = 0
    bans: int = 0
    hedges: int = 0
    numbers: int = 0
    examples: int = 0
    second_person: int = 0
    polite: int = 0
    empathy: int = 0
    friendly: int = 0
    playful: int = 0
    urgent: int = 0
    shouted: int = 0


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NOT = r"(?!\s+(?:not|never)\b|n['’]t|['’]t)"
_MUST = re.compile(rf"\b(?:must|shall|required|mandatory|obligatory|have to|has to|needs? to){_NOT}\b", re.IGNORECASE)
_SHOULD = re.compile(rf"\b(?:should|ought|recommended){_NOT}\b", re.IGNORECASE)
_MAY = re.compile(rf"\b(?:may|can|might|could|optional|allowed|permitted){_NOT}\b", re.IGNORECASE)
_BAN = re.compile(
    r"\bnever\b|\bdo not\b|\bdon['’]t\b|\b(?:must|shall|should|may|can)\s*(?:not|never)\b"
    r"|\b(?:must|should|ca|sha)n['’]t\b|\b(?:forbidden|prohibited|not (?:allowed|permitted))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])[$€£]?\d+(?:[.,]\d+)*%?")
_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|e\.g\.|such as)|^[ \t>#*-]*(?:examples?\b|input:|q:)",
    re.IGNORECASE | re.MULTILINE,
)
# A pattern looks at every letter, so it is asked only where a word it can begin with stands in the sentence.
_BEGINNINGS = {
    _MUST: "must shall required mandatory obligatory have has need needs",
    _SHOULD: "should ought recommended",
    _MAY: "may can might could optional allowed permitted",
    _BAN: "never do don must mustn mustnot mustnever shall shallnot shallnever should shouldn shouldnot shouldnever "
    "may maynot maynever can cannot cannever shan forbidden prohibited not",
    _EXAMPLE: "for e such example examples input q",
}
_BEGIN = {pattern: frozenset(words.split()) for pattern, words in _BEGINNINGS.items()}
_HEDGES = {
    word: tuple(hedge for hedge in lexicon.HEDGES if _WORD.match(hedge)[0] == word)  # type: ignore[index]
    for word in {found[0] for found in map(_WORD.match, lexicon.HEDGES) if found}
}
_CONTRACTION = re.compile(r"\b\w+['’](?:t|re|ve|ll|d|m)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_VOWELS = re.compile(r"[aeiouy]+")
_LEAD_IN = frozenset({"please", "always", "kindly", "do", "not", "then", "never", "and", "also"})


def total(sentences: Iterable[Sentence]) -> Counts:
    """The counts of all sentences together; code is not read."""
    rows = [_counted(s.text, s.kind) for s in sentences if s.kind != "code"]
    return Counts(*map(sum, zip(*rows, strict=True))) if rows else Counts()


def _counted(text: str, kind: Kind) -> Counts:
    return _kept(text, kind) if len(text) <= LONGEST_KEPT else _count(text, kind)


@lru_cache(maxsize=KEPT)
def _kept(text: str, kind: Kind) -> Counts:
    return _count(text, kind)


def _count(text: str, kind: Kind) -> Counts:
    raw = _WORD.findall(text)
    words = [word.lower().replace("’", "'") for word in raw]
    bangs = text.count("!")
    listed = Counter(name for word in words if word in _LISTED for name in _LISTED[word])
    parts = {part for word in words for part in word.split("'")}

    def found(pattern: re.Pattern[str]) -> int:
        return 0 if _BEGIN[pattern].isdisjoint(parts) else len(pattern.findall(text))

    return Counts(
        words=len(words),
        syllables=sum(map(_syllables, words)),
        formal=listed["formal"],
        informal=listed["informal"] + _contractions(text) + bangs,
        directives=int(kind in _ORDERS and _is_directive(words)),
        must=found(_MUST),
        should=found(_SHOULD),
        may=found(_MAY),
        bans=found(_BAN),
        hedges=_hedges(text, parts),
        numbers=len(_NUMBER.findall(text)) if _DIGIT.search(text) else 0,
        examples=found(_EXAMPLE),
        second_person=listed["second_person"],
        polite=listed["polite"],
        empathy=listed["empathy"],
        friendly=listed["friendly"],
        playful=listed["playful"] + (0 if text.isascii() else len(_EMOJI.findall(text))),
        urgent=listed["urgent"] + bangs,
        shouted=sum(word.isupper() and len(word) > 2 for word in raw),
    )


def _hedges(text: str, parts: Iterable[str]) -> int:
    """How many phrases of the hedge list; of two in one place the longer counts."""
    low = text.lower()
    said = [hedge for part in parts if part in _HEDGES for hedge in _HEDGES[part] if hedge in low]
    return len(_any_of(tuple(sorted(said, key=len, reverse=True))).findall(text)) if said else 0


@lru_cache(maxsize=512)
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, phrases)) + r")\b", re.IGNORECASE)


def _contractions(text: str) -> int:
    return len(_CONTRACTION.findall(text)) if "'" in text or "’" in text else 0


def _is_directive(words: list[str]) -> bool:
    for word in words[:5]:
        if word in ("don't", "never"):
            return True
        if word not in _LEAD_IN:
            return word in lexicon.IMPERATIVES
    return False


@lru_cache(maxsize=KEPT)
def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)
