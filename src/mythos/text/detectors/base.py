"""What a detector is given and what it gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from rapidfuzz.distance import Indel, LCSseq

from mythos.text import lexicon
from mythos.text.likeness import is_content, swap_kind
from mythos.text.words import Word, words

Direction = Literal["weaker", "stronger", "reversed", "neutral"]
Severity = Literal["block", "warn", "note"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One change of meaning; spans are offsets in the whole texts; confidence: that it is for the worse."""

    kind: str
    direction: Direction
    severity: Severity
    title: str
    reason: str
    old_text: str
    new_text: str
    old_span: Span | None
    new_span: Span | None
    confidence: float


class Detector(Protocol):
    """Pure, offline and deterministic: an aligned pair of sentences -> what changed in meaning."""

    def find(self, pair: AlignedPair) -> list[Finding]: ...


class Side:
    """One sentence of a pair, and where it stands in its text."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = text
        self.start = start
        self.words: tuple[Word, ...] = words(text)

    @cached_property
    def stems(self) -> list[str]:
        return [word.stem for word in self.words]

    @cached_property
    def norms(self) -> list[str]:
        return [word.norm for word in self.words]

    @cached_property
    def flat(self) -> str:
        """The words as one string with spaces around, for finding phrases."""
        return " " + " ".join(self.norms) + " "

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.flat.split(" "))

    def has(self, phrases: Sequence[str]) -> list[str]:
        """Which of the phrases occur, in the order given; a place counts for the first that fits it."""
        flat, found = self.flat, []
        begun = _by_first_word(tuple(phrases))
        met = [place for first in begun.keys() & self.vocabulary for place in begun[first]]
        for _, phrase, wanted in sorted(met):
            while wanted in flat:
                found.append(phrase)
                flat = flat.replace(wanted, " | ", 1)
        return found

    def span(self, chosen: Sequence[Word]) -> Span | None:
        """From the first to the last of the words, as offsets in the whole text."""
        if not chosen:
            return None
        return self.start + min(w.start for w in chosen), self.start + max(w.end for w in chosen)

    def shown(self, chosen: Sequence[Word]) -> str:
        span = self.span(chosen)
        return self.text[span[0] - self.start : span[1] - self.start] if span else ""

    def is_doubled(self, word: Word) -> bool:
        """Whether the word merely repeats its neighbour, as in “the the”."""
        at = self.words.index(word)
        near = self.stems[max(0, at - 1) : at] + self.stems[at + 1 : at + 2]
        return word.stem in near

    def is_aside(self, word: Word) -> bool:
        """Whether the word stands in brackets that open with “for example” or the like."""
        before = self.text[: word.start]
        opened = before.rfind("(")
        if opened < 0 or ")" in before[opened:]:
            return False
        return self.text[opened + 1 :].lstrip().lower().startswith(lexicon.CLARIFIERS)

    def find_words(self, phrase: str) -> list[Word]:
        """The words that make up a phrase, where it first occurs."""
        parts = phrase.split()
        for index in range(len(self.words) - len(parts) + 1):
            if self.norms[index : index + len(parts)] == parts:
                return list(self.words[index : index + len(parts)])
        return []


@dataclass(frozen=True, slots=True)
class Edit:
    """Neighbouring words that went and came in the same place, without what only moved."""

    old: tuple[Word, ...]
    new: tuple[Word, ...]
    old_at: int
    new_at: int


@dataclass(frozen=True, slots=True)
class Swap:
    """A word and what took its place."""

    old: Word
    new: Word
    kind: Literal["typo", "synonym", "antonym"]


class AlignedPair:
    """An old sentence and the new one it became, with the word changes every detector asks for."""

    def __init__(self, old: str, new: str, *, old_start: int = 0, new_start: int = 0) -> None:
        self.old = Side(old, old_start)
        self.new = Side(new, new_start)

    @cached_property
    def ratio(self) -> float:
        """How alike the sequences of words are, 0–1."""
        return float(Indel.normalized_similarity(self.old.stems, self.new.stems))

    @cached_property
    def raw_edits(self) -> list[Edit]:
        edits: list[Edit] = []
        i = j = 0
        for code in [*LCSseq.opcodes(self.old.stems, self.new.stems), None]:
            if code is not None and code.tag != "equal":
                continue
            to_old = code.src_start if code else len(self.old.words)
            to_new = code.dest_start if code else len(self.new.words)
            old, new = self.old.words[i:to_old], self.new.words[j:to_new]
            if "".join(w.stem for w in old) != "".join(w.stem for w in new):  # else written as one word or two
                edits.append(Edit(old, new, i, j))
            if code:
                i, j = code.src_end, code.dest_end
        return edits

    @cached_property
    def edits(self) -> list[Edit]:
        """Runs of change; words that occur in both texts more or less equally often only moved."""
        gone = Counter(self.old.stems) - Counter(self.new.stems)
        came = Counter(self.new.stems) - Counter(self.old.stems)
        edits: list[Edit] = []
        for edit in self.raw_edits:
            old = tuple(w for w in edit.old if _take(gone, w.stem) and not self.old.is_doubled(w))
            new = tuple(w for w in edit.new if _take(came, w.stem) and not self.new.is_doubled(w))
            if old or new:
                edits.append(Edit(old, new, edit.old_at, edit.new_at))
        return edits

    @cached_property
    def removed(self) -> list[Word]:
        return [word for edit in self.edits for word in edit.old]

    @cached_property
    def added(self) -> list[Word]:
        return [word for edit in self.edits for word in edit.new]

    @cached_property
    def swaps(self) -> list[Swap]:
        """Changed words that are a spelling, a synonym or the opposite of one another."""
        swaps: list[Swap] = []
        used: set[int] = set()
        for edit in self.edits:
            for old in edit.old:
                for new in edit.new:
                    kind = None if id(new) in used else swap_kind(old, new)
                    if kind:
                        swaps.append(Swap(old, new, kind))
                        used.add(id(new))
                        break
        done = {id(swap.old) for swap in swaps}
        for old in self.removed:
            if id(old) in done:
                continue
            for new in self.added:
                if id(new) not in used and swap_kind(old, new) in ("antonym", "synonym"):
                    swaps.append(Swap(old, new, swap_kind(old, new) or "synonym"))
                    used.add(id(new))
                    break
        return swaps

    @cached_property
    def residue(self) -> tuple[list[Word], list[Word]]:
        """Content words that went and came and that nothing explains."""
        old_done = {id(swap.old) for swap in self.swaps}
        new_done = {id(swap.new) for swap in self.swaps}
        return (
            [w for w in self.removed if id(w) not in old_done and is_content(w)],
            [w for w in self.added if id(w) not in new_done and is_content(w)],
        )

    @cached_property
    def is_minimal(self) -> bool:
        """Whether the sentence was touched up rather than rewritten."""
        only_grew = len(self.raw_edits) == 1 and not self.raw_edits[0].old and len(self.old.words) > 1
        return self.ratio >= 0.6 or only_grew

    @cached_property
    def weight(self) -> float:
        """How much single words tell: all in a touched-up sentence, little in a rewritten one."""
        by_ratio = min(1.0, max(0.1, (self.ratio - 0.35) / 0.35))
        shared = len(self.old.words) - sum(len(edit.old) for edit in self.raw_edits)
        return max(by_ratio, 0.9) if len(self.raw_edits) == 1 and shared >= 1 else by_ratio

    def finding(
        self,
        kind: str,
        direction: Direction,
        title: str,
        reason: str,
        *,
        old: Sequence[Word] = (),
        new: Sequence[Word] = (),
        confidence: float,
    ) -> Finding:
        """A finding about these words; how severe it is follows from how sure it is."""
        severity: Severity = "block" if confidence >= 0.8 else "warn" if confidence >= 0.4 else "note"
        if direction == "stronger":
            severity = "note"
        return Finding(
            kind,
            direction,
            severity,
            title,
            reason,
            self.old.shown(old),
            self.new.shown(new),
            self.old.span(old),
            self.new.span(new),
            round(confidence, 3),
        )


@lru_cache(maxsize=256)
def _by_first_word(phrases: tuple[str, ...]) -> dict[str, list[tuple[int, str, str]]]:
    """Phrases under the word they begin with: place in the order given, phrase, and how it stands among other words."""
    begun: dict[str, list[tuple[int, str, str]]] = {}
    for place, phrase in enumerate(phrases):
        begun.setdefault(phrase.split(" ")[0], []).append((place, phrase, f" {phrase} "))
    return begun


def _take(counts: Counter[str], stem: str) -> bool:
    if counts[stem] <= 0:
        return False
    counts[stem] -= 1
    return True
