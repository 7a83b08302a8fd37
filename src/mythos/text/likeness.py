"""When two words are one in other spelling, other words for one thing, or opposites."""

from __future__ import annotations

import re
from typing import Literal

from rapidfuzz.distance import OSA

from mythos.text import lexicon
from mythos.text.synonyms import SYNONYMS
from mythos.text.words import Word, stem


def is_content(word: Word) -> bool:
    """Whether the word carries a matter of its own."""
    return (
        word.norm not in lexicon.FILLER
        and word.norm not in lexicon.NEGATORS
        and word.norm not in lexicon.STRUCTURAL
        and word.norm not in lexicon.MODALS
        and word.norm not in ("and", "or")
        and word.number is None
    )


def are_opposites(one: str, other: str) -> bool:
    """Listed antonyms, or one word being the other with a negative prefix."""
    if frozenset((one, other)) in lexicon.ANTONYMS:
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(shorter) >= 3 and any(longer == prefix + shorter for prefix in lexicon.NEGATIVE_PREFIXES)


def swap_kind(old: Word, new: Word) -> Literal["typo", "synonym", "antonym"] | None:
    if old.number is not None or new.number is not None:
        return None
    if are_opposites(old.norm, new.norm) or are_opposites(old.stem, new.stem):
        return "antonym"
    if is_synonym(old, new):
        return "synonym"
    if is_typo(old, new):
        return "typo"
    return None


def is_synonym(old: Word, new: Word) -> bool:
    one, other = _meanings(old), _meanings(new)
    return not one.isdisjoint(other)


def _meanings(word: Word) -> frozenset[int]:
    """The groups of words of like meaning that the word is in."""
    return _GROUPS.get(word.norm, _NONE) | _GROUPS.get(word.stem, _NONE)


def _grouped() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(SYNONYMS):
        for name in group:
            found.setdefault(name, set()).add(number)
            found.setdefault(stem(name), set()).add(number)  # “refused” and “refuse”
    return {name: frozenset(numbers) for name, numbers in found.items()}


_NONE: frozenset[int] = frozenset()
_GROUPS = _grouped()
_PLAIN = re.compile(r"[^\W\d_]+")


def is_typo(old: Word, new: Word) -> bool:
    """Two spellings of one word: a slip or two, the same beginning, long enough not to be another word."""
    one, other = old.norm, new.norm
    if not (_PLAIN.fullmatch(one) and _PLAIN.fullmatch(other)):
        return False
    longest = max(len(one), len(other))
    if longest < 4 or (longest >= 4 and one[0] != other[0] and one[-2:] != other[-2:]):
        return False
    if one in lexicon.NEGATORS or other in lexicon.NEGATORS or min(len(one), len(other)) < 2:
        return False
    distance = OSA.distance(one, other)
    return distance <= (1 if longest <= 5 else 2 if longest <= 8 else 3) and distance / longest <= 0.34
