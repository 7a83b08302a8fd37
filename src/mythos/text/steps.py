"""Numbered steps in another order: “2. Wait for the green light. 3. Drive on.” turned round is another procedure.

A moved sentence is no change, so nothing else would see it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from mythos.text import lexicon
from mythos.text.detectors.base import Finding
from mythos.text.segment import Sentence
from mythos.text.words import words

_NUMBER = re.compile(r"(?:^|\n)[ \t]*\d{1,3}[.)][ \t]+$")
_MARK = 12  # characters in front of an item that may be its number
# An item with one of these lays down a rule or names a fact; rules hold in any order.
_RULES = lexicon.MODALS | lexicon.NEGATORS | lexicon.word_set("is are was were be has have only always may not")


def turned_round(old: str, new: str, before: Sequence[Sentence], after: Sequence[Sentence]) -> list[Finding]:
    """One finding, where two steps of a numbered list that stayed as they were changed places."""
    steps, others = _steps(old, before), _steps(new, after)
    place = {step.text: at for at, step in enumerate(others)}
    kept = [step for step in steps if step.text in place]
    for one, other in pairwise(kept):
        if place[one.text] > place[other.text] and (_orders(one) or _orders(other)):
            now = others[place[one.text]]
            return [_finding(one, now, other)]
    return []


def _steps(text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The first sentences of numbered items that say what to do; none where two are the same."""
    found = [
        s
        for s in sentences
        if s.kind == "item" and _NUMBER.search(text[max(0, s.start - _MARK) : s.start]) and not _is_rule(s)
    ]
    return found if len({s.text for s in found}) == len(found) else []


def _is_rule(sentence: Sentence) -> bool:
    norms = [word.norm for word in words(sentence.text)]
    return len(norms) < 2 or not _RULES.isdisjoint(norms)


def _orders(sentence: Sentence) -> bool:
    return words(sentence.text)[0].norm in lexicon.IMPERATIVES


def _finding(one: Sentence, now: Sentence, other: Sentence) -> Finding:
    return Finding(
        "order", "reversed", "block", "Steps in another order",
        f"“{one.text.rstrip('.')}” now comes after “{other.text.rstrip('.')}”.",
        one.text, now.text, (one.start, one.end), (now.start, now.end), 0.85,
    )  # fmt: skip
