"""Who does what to whom: the same words in another order may be another rule."""

from __future__ import annotations

import re

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding, Side
from mythos.text.lexicon import STRUCTURAL
from mythos.text.likeness import is_content
from mythos.text.words import Word

_PASSIVE = lexicon.word_set("be been being is are was were gets get")
_LEAVE = lexicon.word_set("may can allowed permitted")
_AT_HAND = lexicon.word_set("around near there free available nearby present")
# as far as the name goes: “by the on-call engineer”
_NAME = re.compile(
    r" (?:(?:a|an|the|our|your|their) )?(?:[\w-]+ ){0,2}?[\w-]+"
    r"(?=[.,;:!?)]|$| (?:and|or|in|at|on|for|with|to|who|before|after|within|if|when|unless)\b)"
)
_LINKS = lexicon.word_set("in on at of for with from to by about")
_FRONTED = re.compile(
    r"^\W*(?:before|after|when|if|once|unless|until|while|for|per|in|on|at|with|without|to|by)\b",
    re.IGNORECASE,
)


def find(pair: AlignedPair) -> list[Finding]:
    """A duty that is somebody's now or nobody's, or two parties that changed places where no list was merely put in
    another order."""
    named = _named(pair)
    if named:
        return [named]
    gone, came = pair.residue
    if gone or came or len(pair.raw_edits) == 0:
        return []
    passed_on = _agents(pair)
    if passed_on:
        return [passed_on]
    old, new = _content(pair.old.words), _content(pair.new.words)
    if [w.stem for w in old] == [w.stem for w in new] or sorted(w.stem for w in old) != sorted(w.stem for w in new):
        return []
    if _voice(pair.old.norms) != _voice(pair.new.norms):
        return []
    if _LINKS & set(pair.old.norms) != _LINKS & set(pair.new.norms):
        return []  # turned with the help of another preposition
    traded = _traded(pair, old, new)
    if traded:
        return traded
    if _FRONTED.match(pair.old.text) or _FRONTED.match(pair.new.text):
        return []
    first, last = old[0], new[0]
    if first.stem == last.stem or _is_list(pair) or "by" in pair.new.norms or "by" in pair.old.norms:
        return []
    return [
        pair.finding(
            "actor",
            "reversed",
            "Roles swapped",
            f"“{first.text}” and “{last.text}” changed places.",
            old=[first],
            new=[last],
            confidence=0.85,
        )
    ]


def _named(pair: AlignedPair) -> Finding | None:
    """“Somebody tests the alarm” asks nobody in particular; “the porter tests the alarm” does."""
    old, new = _vague(pair.old), _vague(pair.new)
    if bool(old) == bool(new) or (_LEAVE | lexicon.NEGATORS) & {*pair.old.norms, *pair.new.norms}:
        return None
    shown = (pair.old if old else pair.new).shown(old or new)
    if old:
        reason = f"It was for “{shown}”; now the rule says who."
        return pair.finding("actor", "stronger", "Somebody answers for it", reason, old=old, confidence=0.75)
    reason = f"It is for “{shown}” now, so for nobody in particular."
    return pair.finding("actor", "weaker", "Nobody answers for it", reason, new=new, confidence=0.8)


def _vague(side: Side) -> tuple[Word, ...]:
    """The words at the beginning that leave open who does it."""
    if side.norms[:1] in (["somebody"], ["someone"]):
        return side.words[:1]
    if side.norms[:2] == ["whoever", "is"] and _AT_HAND & set(side.norms[2:3]):
        return side.words[:3]
    return ()


def _agents(pair: AlignedPair) -> Finding | None:
    """What was done by one is done by another, whom the old text knew in another part."""
    old, new = _by_whom(pair.old), _by_whom(pair.new)
    for verb, one in old.items():
        other = new.get(verb, one)
        if one.stem != other.stem and other.stem in pair.old.stems and one.stem in pair.new.stems:
            reason = f"It was done by “{one.text}” and is done by “{other.text}” now."
            return pair.finding("actor", "reversed", "Roles swapped", reason, old=[one], new=[other], confidence=0.85)
    return None


def _by_whom(side: Side) -> dict[str, Word]:
    """Stem of a verb in the passive -> who does it: the last word of the name."""
    found = {}
    for by, verb in zip(side.words[1:], side.words, strict=False):
        if by.norm == "by":
            name = _NAME.match(side.text, by.end)
            who = [word for word in side.words if name and by.end < word.end <= name.end()]
            if who:
                found[verb.stem] = who[-1]
    return found


def _traded(pair: AlignedPair, old: list[Word], new: list[Word]) -> list[Finding]:
    """Two words that changed places across others, with all else where it was; neighbours are only a list."""
    apart = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a.stem != b.stem]
    if len(apart) != 2 or apart[1] - apart[0] < 2 or "," in pair.old.text:
        return []
    one, other = (old[i] for i in apart)
    if (one.stem, other.stem) != (new[apart[1]].stem, new[apart[0]].stem):
        return []
    return [
        pair.finding(
            "actor",
            "reversed",
            "Roles swapped",
            f"“{one.text}” and “{other.text}” changed places.",
            old=[one],
            new=[new[apart[0]]],
            confidence=0.85,
        )
    ]


def _voice(norms: list[str]) -> tuple[bool, list[str]]:
    """Passive or not, and the words that order clauses: where these differ the sentence was only turned."""
    return bool(_PASSIVE & set(norms)), sorted(STRUCTURAL & set(norms))


def _content(words: tuple[Word, ...]) -> list[Word]:
    return [w for w in words if is_content(w)]


def _is_list(pair: AlignedPair) -> bool:
    return bool({"and", "or", "then"} & set(pair.old.norms))
