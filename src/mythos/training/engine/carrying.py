"""Laying a child's edits upon a newer champion, when its parent is the champion no more."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.training.engine.protocol import Candidate, Task


def carried(task: Task, parent: Candidate, child: Candidate, champion: Candidate) -> dict[str, str]:
    """The champion with all that sets the child apart from its parent, as far as it goes together and stays legal."""
    merged = {name: _merged(parent[name], child[name], champion[name]) for name in child}
    if not task.broken(merged):
        return merged
    texts = dict(champion)
    for name in sorted(merged):
        if merged[name] != texts[name] and not task.broken({**texts, name: merged[name]}):
            texts[name] = merged[name]
    return texts


def _merged(base: str, edited: str, current: str) -> str:
    """Line by line. Where both changed the same line, the current text stays as it is: two wordings of one thing side
    by side are worse than either."""
    if current == base or edited == current:
        return edited
    before, after, now = base.splitlines(), edited.splitlines(), current.splitlines()
    gone = [line for line in before if line not in after]
    new = [line for line in after if line not in before]
    if new and any(line not in now for line in gone):
        return current
    lines = [line for line in now if line not in gone]
    for line in new:
        if line not in lines:
            lines.insert(_place(line, after, lines), line)
    return "\n".join(lines)


def _place(line: str, after: Sequence[str], lines: Sequence[str]) -> int:
    """Behind the nearest line before it that is there, else at the end."""
    for earlier in reversed(after[: after.index(line)]):
        if earlier in lines:
            return lines.index(earlier) + 1
    return len(lines)
