"""How a child is made by taking out: lines that were added although no grader ever asked for them go first."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.keys import text_key
from mythos.training.engine.parts import Proposed, Setting
from mythos.training.engine.protocol import Edit, Member

_WORD = re.compile(r"\w{3,}")
Line = tuple[str, str]
"""Component and line."""


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The words of a line that can carry meaning."""
    return frozenset(_WORD.findall(text.lower()))


def suspects(texts: Mapping[str, str], start: Mapping[str, str], asked: Mapping[str, Sequence[str]]) -> list[Line]:
    """Added lines, those furthest from every complaint first. Rare words weigh more than those all complaints share."""
    complaints = list(dict.fromkeys(words(feedback) for name in sorted(asked) for feedback in asked[name]))
    speaking = defaultdict[str, list[int]](list)
    for at, complaint in enumerate(complaints):
        for word in complaint:
            speaking[word].append(at)
    # Whole numbers, so that the order in which a set gives its words cannot change a sum.
    weight = {word: round(1e6 * math.log((1 + len(complaints)) / len(found))) for word, found in speaking.items()}

    def nearness(line: Line) -> int:
        common = Counter[int]()
        for word in words(line[1]) & weight.keys():
            for at in speaking[word]:
                common[at] += weight[word]
        return max(common.values(), default=0)

    added = [
        (name, line)
        for name in sorted(texts)
        for line in dict.fromkeys(texts[name].splitlines())
        if line.strip() and line not in start[name].splitlines()
    ]
    return sorted(added, key=lambda line: (nearness(line), line))


def without(texts: Mapping[str, str], lines: Sequence[Line]) -> dict[str, str]:
    """The candidate with these lines taken out."""
    gone = set(lines)
    return {
        name: "\n".join(line for line in text.splitlines() if (name, line) not in gone) for name, text in texts.items()
    }


def name_of(line: Line) -> str:
    """Short name of a line, to remember that it was tried."""
    return text_key("\n".join(line))[:16]


@dataclass(frozen=True)
class Trim:
    """Takes out several lines at once; when all were tried so, the `likely` ones again alone and in other company,
    since a race can be lost by bad luck. No line is tried twice in one size."""

    sizes: tuple[int, ...] = (4, 1, 2, 3)
    likely: int = 12

    def propose(self, setting: Setting, parent: Member, calls: StepCalls) -> Proposed:
        memory = setting.view.memory
        tried = set(memory["tried"])
        lines = suspects(parent.texts, setting.task.start, memory["asked"])
        for at, size in enumerate(self.sizes):
            lines = lines[: self.likely] if at else lines
            skip = setting.sibling // 2 * size
            untried = [line for line in lines if f"{size} {name_of(line)}" not in tried][skip : skip + size]
            if untried:
                return self._take_out(setting, parent, untried, size)
        return Proposed(parent.texts)

    def _take_out(self, setting: Setting, parent: Member, open_lines: Sequence[Line], size: int) -> Proposed:
        texts = without(parent.texts, open_lines)
        edits = []
        names = sorted({name for name, _ in open_lines})
        breaches = tuple(setting.task.broken(texts))
        for name in names:
            detail = "; ".join(breach.message for breach in breaches)
            cause = breaches[0].cause if breaches else "kept"
            edits.append(Edit(name, parent.texts[name], texts[name], not breaches, cause, detail, "Taken out."))
        if breaches:
            texts = dict(parent.texts)
        return Proposed(texts, tuple(edits), tried=tuple(f"{size} {name_of(line)}" for line in open_lines))
