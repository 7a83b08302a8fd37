"""Except, unless, other than: ways around a rule."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.detectors.deontic import only_in_other_words


def find(pair: AlignedPair) -> list[Finding]:
    """Exceptions that came or went; a reworded sentence may say one in another way."""
    if only_in_other_words(pair):
        return []
    old, new = pair.old.has(lexicon.EXCEPTIONS), pair.new.has(lexicon.EXCEPTIONS)
    if len(new) > len(old):
        phrase = next(item for item in [*new, new[0]] if item not in old or item == new[0])
        words = pair.new.find_words(phrase)
        tail = pair.new.text[words[0].start :].rstrip(" .") if words else phrase
        reworded = not pair.is_minimal and bool(set(pair.old.norms) & {"only", "if", "when", "until", "not"})
        return [
            pair.finding(
                "exception",
                "weaker",
                "Exception added",
                f"The rule now has a way around it: “{tail}”.",
                new=words,
                confidence=0.45 if reworded else 0.92,
            )
        ]
    if len(old) > len(new):
        phrase = next(item for item in [*old, old[0]] if item not in new or item == old[0])
        return [
            pair.finding(
                "exception",
                "stronger",
                "Exception removed",
                f"“{phrase} …” no longer limits the rule.",
                old=pair.old.find_words(phrase),
                confidence=0.92 if pair.is_minimal else 0.45,
            )
        ]
    return _loophole(pair)


def _loophole(pair: AlignedPair) -> list[Finding]:
    """Words that leave the rule standing and take the force out of it, or such words gone."""
    old, new = pair.old.has(lexicon.LOOPHOLES), pair.new.has(lexicon.LOOPHOLES)
    for side, phrases, others in ((pair.new, new, old), (pair.old, old, new)):
        phrase = next((item for item in phrases if item not in others), None) if len(phrases) > len(others) else None
        if phrase is None:
            continue
        words = side.find_words(phrase)
        if side is pair.new:
            reason = f"“{side.shown(words)}” leaves room to get around the rule."
            return [pair.finding("exception", "weaker", "Loophole added", reason, new=words, confidence=0.6)]
        reason = f"“{side.shown(words)}” no longer leaves room to get around the rule."
        return [pair.finding("exception", "stronger", "Loophole closed", reason, old=words, confidence=0.6)]
    return []
