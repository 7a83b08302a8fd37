"""Two texts made alike where they differ by habit alone, so that the model reads only differences that count."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from mythos.text.words import Word, words

_POLITE = re.compile(r",? ?\b(?:please|kindly)\b,?", re.IGNORECASE)
_CONTRACTED = re.compile(
    r"\b(?:cannot|[^\W\d_]+n['’]t|(?:it|that|there|what)['’]s|(?:you|we|they)['’](?:re|ve|ll|d))\b", re.IGNORECASE
)
_BOUNDS = frozenset({"at-most", "at-least", "less-than", "more-than"})


def evened(old: str, new: str) -> tuple[str, str]:
    """Old and new with equal amounts, bounds, contractions and spellings written one way, and without “please”."""
    old, new = _plain(old), _plain(new)
    known: dict[str, deque[Word]] = defaultdict(deque)
    for word in _alone(words(old)):
        known[word.stem].append(word)
    parts: list[str] = []
    position = 0
    for word in _alone(words(new)):
        partner = known[word.stem].popleft() if known.get(word.stem) else None
        if partner and word.start >= position and _is_habit(partner, word):
            parts += [new[position : word.start], _cased(old[partner.start : partner.end], new[word.start])]
            position = word.end
    return old, "".join([*parts, new[position:]])


def _alone(found: Sequence[Word]) -> list[Word]:
    """Without the words that share their place with another, as in “daily”, which is every day."""
    places = Counter(word.start for word in found)
    return [word for word in found if places[word.start] == 1]


def _plain(text: str) -> str:
    text = _CONTRACTED.sub(_written_out, text)
    shorter = _POLITE.sub("", text).lstrip(" ")
    return shorter[:1].upper() + shorter[1:] if shorter[:1] != text[:1] else shorter


def _written_out(match: re.Match[str]) -> str:
    return _cased(" ".join(word.norm for word in words(match[0])), match[0][0])


def _is_habit(old: Word, new: Word) -> bool:
    """Whether two words of one stem differ in nothing but the way to write them."""
    if old.norm == new.norm and old.number is None and new.norm not in _BOUNDS:
        return False
    if old.number is not None or old.norm in _BOUNDS:
        return True
    return abs(len(old.norm) - len(new.norm)) <= 1 and old.norm[-1:] == new.norm[-1:]


def _cased(text: str, first: str) -> str:
    return (
        text[:1].upper() + text[1:] if first.isupper() else text[:1].lower() + text[1:] if text[:2].istitle() else text
    )
