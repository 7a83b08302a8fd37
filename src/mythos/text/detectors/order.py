"""What comes first: the steps of a rule, read from before, after, once, until and then."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding, Side
from mythos.text.likeness import is_content
from mythos.text.words import Word

EARLY = lexicon.word_set("before until prior ahead")
LATE = lexicon.word_set("after once following upon")
_THEN = lexicon.word_set("then second afterwards")
_TURNING = lexicon.word_set("not never no nobody nothing none")

Steps = tuple[frozenset[str], frozenset[str], Word]


def find(pair: AlignedPair) -> list[Finding]:
    """The earlier step became the later one."""
    old, new = _steps(pair.old), _steps(pair.new)
    if old is None or new is None:
        return []
    straight = len(old[0] & new[0]) + len(old[1] & new[1])
    crossed = len(old[0] & new[1]) + len(old[1] & new[0])
    if crossed <= straight:
        return []
    reason = "What came first now comes later."
    if old[2].norm != new[2].norm:
        reason = f"“{old[2].text}” became “{new[2].text}”: what came first now comes later."
    return [pair.finding("order", "reversed", "Order changed", reason, old=[old[2]], new=[new[2]], confidence=0.9)]


def _steps(side: Side) -> Steps | None:
    """Content of the earlier and of the later step, and the word that orders them; None where nothing does."""
    for index, word in enumerate(side.words):
        if word.norm in _THEN and index:
            return _content(side.words[:index]), _content(side.words[index + 1 :]), word
        if word.norm in EARLY | LATE:
            main, rest = _parts(side, index)
            if word.norm in LATE or any(w.norm in _TURNING for w in main):
                return _content(rest), _content(main), word
            return _content(main), _content(rest), word
    return None


def _parts(side: Side, index: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The main clause, and the one the word opens: up to the comma where it leads the sentence."""
    rest = side.words[index + 1 :]
    if index <= 1:
        comma = side.text.find(",", side.words[index].end)
        if comma >= 0:
            return tuple(w for w in rest if w.start > comma), tuple(w for w in rest if w.start < comma)
    return side.words[:index], rest


def _content(words: tuple[Word, ...]) -> frozenset[str]:
    return frozenset(w.stem for w in words if is_content(w))
