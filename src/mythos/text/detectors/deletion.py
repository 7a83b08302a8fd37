"""Words that went from a sentence that otherwise stayed."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Edit, Finding
from mythos.text.likeness import is_content

_IDLE = lexicon.word_set(
    "carefully simply properly successfully clearly existing provided given following "
    "overall specific full complete"
    " own different various new above below"
)

_LINKS = lexicon.word_set(
    "that which who if when because by with in within for from on at via through without after before"
)


def find(pair: AlignedPair) -> list[Finding]:
    """A part dropped with nothing in its place."""
    gone, came = pair.residue
    real = [w for w in gone if w.norm not in _IDLE]
    if not real or len(came) > 1 or len(came) >= len(real):
        return []
    for edit in pair.edits:
        content = [w for w in edit.old if is_content(w)]
        if content and not any(is_content(w) for w in edit.new):
            if all(pair.old.is_aside(w) for w in edit.old):
                continue
            clause = _LINKS & {w.norm for w in edit.old}
            sure = 0.72 if len(real) > 1 or clause or _listed(pair, edit) else 0.5
            return [
                pair.finding(
                    "deletion",
                    "neutral",
                    "Part removed",
                    f"“{pair.old.shown(edit.old)}” was dropped.",
                    old=edit.old,
                    confidence=sure * pair.weight,
                )
            ]
    return []


def _listed(pair: AlignedPair, edit: Edit) -> bool:
    """Whether the dropped word was one of several in a list, not a mere qualifier."""
    before = pair.old.text[: edit.old[0].start].rstrip()
    after = pair.old.text[edit.old[-1].end :].lstrip()
    near = {w.norm for w in edit.old}
    return before.endswith(",") or after.startswith(",") or bool(near & {"and", "or"})
