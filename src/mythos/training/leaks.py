"""Copied text: whether a prompt repeats a long span of a case that it is trained or measured on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mythos.rituals.models import RitualCase

WORDS = 10
_WORD = re.compile(r"\w+(?:['’]\w+)?")


class Copies:
    """Knows every run of ten words of the cases, whatever split they are in."""

    def __init__(self, texts: Iterable[str], *, words: int = WORDS) -> None:
        self._words = words
        self._known = {run for text in texts for run, _, _ in self._runs(text)}

    def longest(self, text: str, start: str) -> str:
        """The longest span of the text that stands in a case and did not stand in the start; empty when none does."""
        given = {run for run, _, _ in self._runs(start)}
        best, begin, end = "", -1, -1
        for run, first, last in self._runs(text):
            if run not in self._known or run in given:
                begin = -1
                continue
            begin, end = (first, last) if begin < 0 else (begin, last)
            best = max(best, text[begin:end], key=len)
        return " ".join(best.split())

    def _runs(self, text: str) -> list[tuple[tuple[str, ...], int, int]]:
        found = [(word.group().lower(), word.start(), word.end()) for word in _WORD.finditer(text)]
        return [
            (tuple(word for word, _, _ in found[i : i + self._words]), found[i][1], found[i + self._words - 1][2])
            for i in range(len(found) - self._words + 1)
        ]


def texts_of(case: RitualCase) -> list[str]:
    """What of a case may not turn up in a prompt: its input, its turns, its variables and expected values."""
    said = [case.input, *(turn["content"] for turn in case.messages)]
    said += [value for value in case.variables.values() if isinstance(value, str)]
    for entry in case.expectations:
        value = entry.get("value")
        said += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    return said
