"""How a child is made by taking out: lines that were added although no grader ever asked for them go first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.keys import text_key
from mythos.training.engine.parts import Proposed, Setting
from mythos.training.engine.protocol import Edit, Member, RejectedEdit
from mythos.training.engine.relevance import LEFT_OUT, Line, ranked_lines, unasked, without

TAKEN_OUT = "Taken out."  # the note of a step that leaves lines away


def name_of(line: Line) -> str:
    """Short name of a line, to remember that it was tried."""
    return text_key("\n".join(line))[:16]


def lean(setting: Setting, parent: Member, proposed: Proposed, part: float) -> Proposed:
    """The child without those new lines that answer no complaint. They are set aside, not lost: they are tried by
    themselves when the search stalls."""
    lines = unasked(proposed.texts, parent.texts, setting.complaints(proposed.asked), part)
    texts = without(proposed.texts, lines)
    if not lines or setting.task.broken(texts):
        return proposed
    edits, rejected = [], []
    for name in sorted({name for name, _ in lines}):
        edits.append(Edit(name, proposed.texts[name], texts[name], True, "kept", "", LEFT_OUT))
        left = "\n".join(line for owner, line in lines if owner == name)
        rejected.append(RejectedEdit(name, left, "no better", "It answers no complaint."))
    return replace(
        proposed,
        texts=texts,
        edits=(*proposed.edits, *edits),
        rejected=(*proposed.rejected, *rejected),
        aside=tuple(lines),
    )


@dataclass(frozen=True)
class Trim:
    """Takes out several lines at once; when all were tried so, what was set aside is tried, and then the `likely` lines
    again alone and in other company, since a race can be lost by bad luck. No line is tried twice in one size."""

    sizes: tuple[int, ...] = (4, 1, 2, 3)
    likely: int = 12

    def propose(self, setting: Setting, parent: Member, calls: StepCalls) -> Proposed:
        memory = setting.view.memory
        tried = set(memory["tried"])
        lines = [line for _, line in ranked_lines(parent.texts, setting.task.start, memory["asked"])]
        for at, size in enumerate(self.sizes):
            lines = lines[: self.likely] if at else lines
            untried = _untried(lines, f"{size}", tried, setting.sibling // 2 * size, size)
            if untried:
                return _judged(setting, parent, without(parent.texts, untried), untried, f"{size}", TAKEN_OUT)
            back = [] if at else _untried(_missing(setting, parent), "+", tried, setting.sibling // 2 * size, size)
            if back:
                return _judged(setting, parent, _with(parent.texts, back), back, "+", "Tried after all.")
        return Proposed(parent.texts)


def _untried(lines: Sequence[Line], mark: str, tried: set[str], skip: int, size: int) -> list[Line]:
    return [line for line in lines if f"{mark} {name_of(line)}" not in tried][skip : skip + size]


def _missing(setting: Setting, parent: Member) -> list[Line]:
    """What was set aside and is not in the parent."""
    aside = [(name, line) for name, line in setting.view.memory.get("aside", ()) if name in parent.texts]
    return [(name, line) for name, line in aside if line not in parent.texts[name].splitlines()]


def _with(texts: Mapping[str, str], lines: Sequence[Line]) -> dict[str, str]:
    return {name: "\n".join([text, *(line for owner, line in lines if owner == name)]) for name, text in texts.items()}


def _judged(
    setting: Setting, parent: Member, texts: dict[str, str], lines: Sequence[Line], mark: str, note: str
) -> Proposed:
    """Through the same gate as any other edit."""
    breaches = tuple(setting.task.broken(texts))
    detail = "; ".join(breach.message for breach in breaches)
    cause = breaches[0].cause if breaches else "kept"
    edits = [
        Edit(name, parent.texts[name], texts[name], not breaches, cause, detail, note)
        for name in sorted({name for name, _ in lines})
    ]
    tried = tuple(f"{mark} {name_of(line)}" for line in lines)
    return Proposed(dict(parent.texts) if breaches else texts, tuple(edits), tried=tried)
