"""The parts of a rule: what calls it into action, what has to be given first, its exceptions, and the rule itself."""

from __future__ import annotations

from typing import Literal

from mythos.text import lexicon
from mythos.text.detectors.base import Side

# trigger: what calls a rule into action; gate: what has to be given first; others: those that “only” leaves
Part = Literal["trigger", "gate", "exception", "others", "rule"]

TRIGGERS = lexicon.word_set("if when whenever where wherever once whoever")
EXCEPTIONS = lexicon.word_set("unless except besides excluding barring")
_ASIDES = lexicon.word_set("because so therefore than although though whether however regardless even as like")
_ANYTHING = lexicon.word_set("anything nothing nobody none anyone anybody everything all one")
_NOBODY_ELSE = ("nobody else", "no one else", "nothing else", "no other", "no others", "none other")
# the last two words of what opens a clause: “as long as”, “the moment”
_PHRASES: dict[tuple[str, str], Part] = {
    ("soon", "as"): "trigger",
    ("long", "as"): "trigger",
    ("the", "moment"): "trigger",
    ("the", "instant"): "trigger",
    ("in", "case"): "trigger",
    ("each", "time"): "trigger",
    ("every", "time"): "trigger",
    ("provided", "that"): "gate",
    ("condition", "that"): "gate",
}
_CONFINED = lexicon.word_set("limited restricted confined")
_WHO = lexicon.word_set("who whose whom")
_SUBJECTS = lexicon.word_set("it they you we he she")


def part_of(side: Side, at: int) -> tuple[Part | None, bool]:
    """The part of the rule that a word stands in, and whether it is a clause; none for reasons and concessions."""
    commas = 0
    for place in range(at - 1, -1, -1):
        gap = side.text[side.words[place].end : side.words[place + 1].start]
        if any(mark in gap for mark in ".;:!?\n"):
            break
        commas += "," in gap
        norm, before = side.norms[place], side.norms[place - 1] if place else ""
        if norm in EXCEPTIONS or (norm, before) in (("than", "other"), ("from", "apart"), ("from", "aside")):
            return "exception", norm == "unless" or bool(TRIGGERS & set(side.norms[place + 1 : place + 2]))
        if norm == "but" and before in _ANYTHING:
            return "exception", False
        phrase = _PHRASES.get((before, norm)) if side.norms[place - 2 : place - 1] == ["as"] or norm != "as" else None
        if phrase and not commas:
            return phrase, True
        if norm in _ASIDES or (norm in TRIGGERS and before == "even"):
            return None, False
        if norm in TRIGGERS and before != "at" and not (commas and _closed(side, place)):
            return ("gate" if "only" in side.norms[max(0, place - 2) : place] else "trigger"), True
        if commas:
            continue
        if norm == "until" or (norm in ("after", "with") and before == "only"):
            return "gate", True
        if norm == "outside" and lexicon.NEGATORS & set(side.norms[:place]):
            return "exception", False
        if norm == "without" and lexicon.NEGATORS & set(side.norms[:place]):
            return "gate", False
        if norm in _WHO and at - place <= 10 and side.norms[at] == "and":
            return ("gate" if "by" in side.norms[max(0, place - 3) : place] else "trigger"), True
        if norm in _CONFINED and side.norms[place + 1 : place + 2] == ["to"] and place + 1 < at:
            return "others", False
        if norm == "only" and not (lexicon.MODALS | {"and", "or"}) & set(side.norms[place + 1 : at]) and place + 1 < at:
            return "others", False
    after = f" {' '.join(side.norms[at:])} "
    if " excepted " in after and not commas:
        return "exception", False
    return ("others" if any(f" {phrase} " in after for phrase in _NOBODY_ELSE) else "rule"), False


def _closed(side: Side, cue: int) -> bool:
    """Whether the clause that the cue opens ends at its first comma, and is not a list of cases that goes on."""
    parts = side.text[side.words[cue].end :].split(",")
    second = [norm for norm in Side(parts[1]).norms if norm not in ("and", "but", "then")]
    opens = bool(second) and (second[0] in lexicon.IMPERATIVES or second[0] in _SUBJECTS)
    if opens or lexicon.MODALS & set(second):
        return True
    leads = cue == 0 or not side.text[side.words[cue - 1].end : side.words[cue].start].isspace()
    return leads and (len(parts) < 3 or not {"or", "and"} & set(Side(parts[1]).norms))
