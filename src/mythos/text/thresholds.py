"""Amounts that call a rule into action or have to be reached first: which way such a threshold should move."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import Side
from mythos.text.parts import part_of
from mythos.text.words import Word

_WINDOW = lexicon.word_set("at-most last past previous preceding first")
_BELOW = lexicon.word_set("less-than below under falls fall drops drop")
_PEOPLE = lexicon.word_set(
    "children child people persons person anyone anybody those users pupils staff accounts everyone passengers guests"
)
_VERBS = lexicon.MODALS | lexicon.word_set(
    "is are was were has have be being does do gets get goes go needs need requires require"
)
# What such a rule does is hard on those it is for: the later it begins, the better for them.
_HARD = lexicon.word_set(
    "suspended lapse lapses forfeit forfeits forfeited charged terminated excluded void expelled evicted cancelled"
)
# The amount has to be reached before anything may go on.
_PASSED = lexicon.word_set("done ready finished complete completed released safe passes passed accepted valid eligible")
_LEAVE = lexicon.word_set("may can allowed permitted")


def of_threshold(side: Side, clause: Side, amount: Word, *, is_right: bool) -> int:
    """1 where a higher threshold is better for those the rule is for, -1 where a lower one is; 0 where it is none.

    The amount is one of the clause, a part of the sentence."""
    at = next((place for place, word in enumerate(clause.words) if word.start == amount.start), 0)
    part, _ = part_of(clause, at)
    if part == "rule" and _is_of_subject(clause, at):
        part = "trigger"
    if part not in ("trigger", "gate", "exception") or amount.unit in ("delay", "period"):
        return 0
    norms, before = set(side.norms), set(clause.norms[max(0, at - 1) : at])
    is_window = bool(before & _WINDOW) and amount.unit not in ("clock", "date", "nth")
    above = -1 if is_window or {*clause.norms[max(0, at - 3) : at], *clause.norms[at + 1 : at + 3]} & _BELOW else 1
    if part != "trigger" or norms & _PASSED:
        return -above if is_right else above
    is_leave = bool(norms & _LEAVE) and not norms & (lexicon.NEGATORS | lexicon.BINDING)
    return above if norms & _HARD or (is_leave and not is_right) else -above


def _is_of_subject(side: Side, at: int) -> bool:
    """Whether the amount tells which of the subjects a rule is about, as in “a spill of 50 ml or more is reported”."""
    head, tail = side.norms[:at], side.norms[at + 1 :]
    if head[-1:] in (["less-than"], ["more-than"]):
        opens = 1 < len(head) < 4 and not (_VERBS | lexicon.IMPERATIVES | lexicon.NEGATORS) & set(head)
        if opens or _PEOPLE & set(head[-2:-1]):
            return True
    bound = bool({"less-than", "more-than"} & set(head[-1:])) or "at-least" in tail[:2]
    known = bool(_VERBS & set(tail)) and not _VERBS & set(head) and not lexicon.IMPERATIVES & set(head[:1])
    return bound and known and len(head) > 2 and head[-1] != "for"
