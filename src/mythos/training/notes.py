"""What a reflection says of a text that was tried: what was concluded, and why it was refused."""

from __future__ import annotations

import re

from mythos.training.engine.protocol import Edit
from mythos.training.engine.trimming import TAKEN_OUT
from mythos.training.plan import Plan

LONGEST_QUOTE = 200


def note_of(edit: Edit, plan: Plan) -> str:
    """What was concluded; of a text that was refused what it was, why, and the sentence of the rule."""
    said = [edit.note or _without_note(edit, plan)]
    lines = edit.after.splitlines()
    gone = [line.strip() for line in edit.before.splitlines() if line.strip() and line not in lines]
    if gone and edit.note == TAKEN_OUT:
        said.append(f"From {plan.by_key[edit.component].slug}: {_quoted(' '.join(gone))}")
    if edit.cause in ("codex", "leak"):
        said.append(f"Refused: {edit.detail}")
        said += [
            f"The rule {term.ref} says {_quoted(term.anchor or term.rule)}"
            for term in plan.terms
            if term.component == edit.component and term.ref in edit.detail
        ]
    return " ".join(map(_ended, said))


def _without_note(edit: Edit, plan: Plan) -> str:
    """The prompt and what became of the text; why it was refused is told after it."""
    is_refused = edit.cause in ("codex", "leak")
    what = (plan.by_key[edit.component].slug, "kept" if edit.kept else edit.cause, "" if is_refused else edit.detail)
    return ": ".join(part for part in what if part)


def _ended(said: str) -> str:
    """With one full stop at its end: what is quoted or listed in it may bring its own."""
    ended = re.sub(r"\.(?=;)", "", said).strip()
    return ended if not ended or re.search(r"[.!?…]”*$", ended) else f"{ended}."


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + '…'}”"
