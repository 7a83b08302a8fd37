"""How near a line comes to what graders complained about: the only sign, before a case is spent, of what it is for."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

_WORD = re.compile(r"\w{3,}")
SENTENCE = 3
"""A line with fewer words says too little to be judged by them: a heading, a mark, a closing bracket."""

Line = tuple[str, str]
"""Component and line."""


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The words of a line that can carry meaning."""
    return frozenset(_WORD.findall(text.lower()))


def ranked_lines(
    texts: Mapping[str, str], before: Mapping[str, str], asked: Mapping[str, Sequence[str]]
) -> list[tuple[int, Line]]:
    """Lines that `before` does not have, with their nearness to a complaint, the furthest first. Rare words weigh more
    than those all complaints share."""
    complaints = list(dict.fromkeys(words(feedback) for name in sorted(asked) for feedback in asked[name]))
    speaking = defaultdict[str, list[int]](list)
    for at, complaint in enumerate(complaints):
        for word in complaint:
            speaking[word].append(at)
    # Whole numbers, so that the order in which a set gives its words cannot change a sum.
    weight = {word: round(1e6 * math.log((1 + len(complaints)) / len(found))) for word, found in speaking.items()}

    def nearness(line: str) -> int:
        common = Counter[int]()
        for word in words(line) & weight.keys():
            for at in speaking[word]:
                common[at] += weight[word]
        return max(common.values(), default=0)

    return sorted((nearness(line), (name, line)) for name, line in added(texts, before))


def added(texts: Mapping[str, str], before: Mapping[str, str]) -> list[Line]:
    """Lines that were not there before."""
    return [
        (name, line)
        for name in sorted(texts)
        for line in dict.fromkeys(texts[name].splitlines())
        if line.strip() and line not in before[name].splitlines()
    ]


def unasked(
    texts: Mapping[str, str], before: Mapping[str, str], asked: Mapping[str, Sequence[str]], part: float
) -> list[Line]:
    """Added lines that answer no complaint: not even `part` as near to one as the middle one of all added lines. The
    measure comes from the edit itself, so complaints that say nothing leave nothing out."""
    found = ranked_lines(texts, before, asked)
    if not found:
        return []
    middle = found[len(found) // 2][0]
    return [line for near, line in found if near < part * middle and len(words(line[1])) >= SENTENCE]
