"""Who does what to whom: the same words in another order may be another rule."""

from __future__ import annotations

import re

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.lexicon import STRUCTURAL
from mythos.text.likeness import is_content
from mythos.text.words import Word

_PASSIVE = lexicon.word_set("be been being is are was were gets get")
_LINKS = lexicon.word_set("in on at of for with from to by about")
_FRONTED = re.compile(
    r"^\W*(?:before|after|when|if|once|unless|until|while|for|per|in|on|at|with|without|to|by)\b",
    re.IGNORECASE,
)


def find(pair: AlignedPair) -> list[Finding]:
    """Two parties that changed places, where no list was merely put in another order."""
    gone, came = pair.residue
    if gone or came or len(pair.raw_edits) == 0:
        return []
    old, new = _content(pair.old.words), _content(pair.new.words)
    if [w.stem for w in old] == [w.stem for w in new] or sorted(w.stem for w in old) != sorted(w.stem for w in new):
        return []
    if _voice(pair.old.norms) != _voice(pair.new.norms):
        return []
    if _LINKS & set(pair.old.norms) != _LINKS & set(pair.new.norms):
        return []  # turned with the help of another preposition
    traded = _traded(pair, old, new)
    if traded:
        return traded
    if _FRONTED.match(pair.old.text) or _FRONTED.match(pair.new.text):
        return []
    first, last = old[0], new[0]
    if first.stem == last.stem or _is_list(pair) or "by" in pair.new.norms or "by" in pair.old.norms:
        return []
    return [
        pair.finding(
            "actor",
            "reversed",
            "Roles swapped",
            f"“{first.text}” and “{last.text}” changed places.",
            old=[first],
            new=[last],
            confidence=0.85,
        )
    ]


def _traded(pair: AlignedPair, old: list[Word], new: list[Word]) -> list[Finding]:
    """Two words that changed places across others, with all else where it was; neighbours are only a list."""
    apart = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a.stem != b.stem]
    if len(apart) != 2 or apart[1] - apart[0] < 2 or "," in pair.old.text:
        return []
    one, other = (old[i] for i in apart)
    if (one.stem, other.stem) != (new[apart[1]].stem, new[apart[0]].stem):
        return []
    return [
        pair.finding(
            "actor",
            "reversed",
            "Roles swapped",
            f"“{one.text}” and “{other.text}” changed places.",
            old=[one],
            new=[new[apart[0]]],
            confidence=0.85,
        )
    ]


def _voice(norms: list[str]) -> tuple[bool, list[str]]:
    """Passive or not, and the words that order clauses: where these differ the sentence was only turned."""
    return bool(_PASSIVE & set(norms)), sorted(STRUCTURAL & set(norms))


def _content(words: tuple[Word, ...]) -> list[Word]:
    return [w for w in words if is_content(w)]


def _is_list(pair: AlignedPair) -> bool:
    return bool({"and", "or", "then"} & set(pair.old.norms))
