"""How near a line comes to what graders complained about: the only sign, before a case is spent, of what it is for."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

_WORD = re.compile(r"\w{3,}")
SENTENCE = 3
"""A line with fewer words says too little to be judged by them: a heading, a mark, a closing bracket."""

PART = 0.5
"""How near to a complaint, beside the edit's other lines, a line must come to be asked for."""

LEFT_OUT = "Left out what nobody asked for."

Line = tuple[str, str]
"""Component and line."""


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The words of a line that can carry meaning."""
    return frozenset(_WORD.findall(text.lower()))


class Complaints:
    """What graders said. Rare words weigh more than those all complaints share."""

    def __init__(self, said: Sequence[str]) -> None:
        complaints = list(dict.fromkeys(words(feedback) for feedback in said))
        self._speaking = defaultdict[str, list[int]](list)
        for at, complaint in enumerate(complaints):
            for word in complaint:
                self._speaking[word].append(at)
        # Whole numbers, so that the order in which a set gives its words cannot change a sum.
        self._weight = {
            word: round(1e6 * math.log((1 + len(complaints)) / len(found))) for word, found in self._speaking.items()
        }
        self._known: dict[str, int] = {}

    def nearness(self, line: str) -> int:
        """How much the line has in common with the complaint nearest to it."""
        if line not in self._known:
            common = defaultdict[int, int](int)
            for word in words(line) & self._weight.keys():
                weight = self._weight[word]
                for at in self._speaking[word]:
                    common[at] += weight
            self._known[line] = max(common.values(), default=0)
        return self._known[line]


@lru_cache(maxsize=32)
def _complaints(said: tuple[str, ...]) -> Complaints:
    # A search that stalls hears the same complaints at every step.
    return Complaints(said)


def ranked_lines(
    texts: Mapping[str, str], before: Mapping[str, str], asked: Mapping[str, Sequence[str]]
) -> list[tuple[int, Line]]:
    """Lines that `before` does not have, with their nearness to a complaint, the furthest first."""
    complaints = _complaints(tuple(feedback for name in sorted(asked) for feedback in asked[name]))
    return sorted((complaints.nearness(line), (name, line)) for name, line in added(texts, before))


def added(texts: Mapping[str, str], before: Mapping[str, str]) -> list[Line]:
    """Lines that were not there before."""
    found: list[Line] = []
    for name in sorted(texts):
        if texts[name] != before[name]:
            old = set(before[name].splitlines())
            lines = dict.fromkeys(texts[name].splitlines())
            found += [(name, line) for line in lines if line.strip() and line not in old]
    return found


def without(texts: Mapping[str, str], lines: Sequence[Line]) -> dict[str, str]:
    """The candidate with these lines taken out."""
    gone = set(lines)
    return {
        name: "\n".join(line for line in text.splitlines() if (name, line) not in gone) for name, text in texts.items()
    }


def unasked(
    texts: Mapping[str, str], before: Mapping[str, str], asked: Mapping[str, Sequence[str]], part: float = PART
) -> list[Line]:
    """Added lines that answer no complaint: not even `part` as near to one as the middle one of all added lines. The
    measure comes from the edit itself, so complaints that say nothing leave nothing out."""
    found = ranked_lines(texts, before, asked)
    if not found:
        return []
    middle = found[len(found) // 2][0]
    return [line for near, line in found if near < part * middle and len(words(line[1])) >= SENTENCE]
