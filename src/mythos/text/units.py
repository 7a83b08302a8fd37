"""What changed between two texts, sentence by sentence; split and merged ones are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Indel

from mythos.text.align import align
from mythos.text.detectors.base import AlignedPair
from mythos.text.segment import Sentence, segment
from mythos.text.words import words


@dataclass(frozen=True, slots=True)
class Unit:
    """One or more old sentences and the new ones they became; a side is empty where they came or went."""

    old: tuple[Sentence, ...]
    new: tuple[Sentence, ...]
    pair: AlignedPair | None = None

    @property
    def is_changed(self) -> bool:
        return self.pair is None or self.pair.old.text != self.pair.new.text


@dataclass(frozen=True, slots=True)
class Units:
    """The changed units of two texts, and how many sentences there were."""

    changed: tuple[Unit, ...]
    before: tuple[Sentence, ...]
    after: tuple[Sentence, ...]


def units(old: str, new: str, *, use_embeddings: bool = True) -> Units:
    """Sentences aligned; only what changed."""
    before, after = segment(old), segment(new)
    few, many = sorted((len(before), len(after)))
    if few == 1 and (many == 1 or (many <= 5 and not {s.text for s in before} & {s.text for s in after})):
        # one sentence each, one sentence that became a list, or a list that became one sentence
        found = [Unit(tuple(before), tuple(after))]
    else:
        found = _aligned(before, after, use_embeddings)
    changed = [_paired(unit, old, new) for unit in found]
    return Units(tuple(unit for unit in changed if unit.is_changed), tuple(before), tuple(after))


def _aligned(before: list[Sentence], after: list[Sentence], use_embeddings: bool) -> list[Unit]:
    matched: list[Unit] = []
    removed: list[Sentence] = []
    added: list[Sentence] = []
    for pair in align(before, after, use_embeddings=use_embeddings):
        one = before[pair.old] if pair.old is not None else None
        other = after[pair.new] if pair.new is not None else None
        if one and other:
            if one.text != other.text:
                matched.append(Unit((one,), (other,)))
        elif one:
            removed.append(one)
        elif other:
            added.append(other)
    removed = [s for s in removed if not _absorb(matched, s, is_old=True)]
    added = [s for s in added if not _absorb(matched, s, is_old=False)]
    return matched + [Unit((s,), ()) for s in removed] + [Unit((), (s,)) for s in added]


def _absorb(matched: list[Unit], sentence: Sentence, *, is_old: bool) -> bool:
    """Put a lone sentence to a neighbour that was merged with it, or split from it, if the words then fit better."""
    best: tuple[float, int, Unit] | None = None
    for index, unit in enumerate(matched):
        near = unit.old if is_old else unit.new
        gap = max(sentence.start - near[-1].end, near[0].start - sentence.end)
        if gap > 6 or sentence.kind in ("code", "heading", "table"):
            continue
        joined = tuple(sorted((*near, sentence), key=lambda s: s.start))
        grown = replace(unit, old=joined) if is_old else replace(unit, new=joined)
        gain = _likeness(grown.old, grown.new) - _likeness(unit.old, unit.new)
        if gain > 0.08 and (best is None or gain > best[0]):
            best = (gain, index, grown)
    if best:
        matched[best[1]] = best[2]
    return best is not None


def _likeness(old: Sequence[Sentence], new: Sequence[Sentence]) -> float:
    one, other = ([w.stem for s in side for w in words(s.text)] for side in (old, new))
    return float(Indel.normalized_similarity(one, other))


def _paired(unit: Unit, old: str, new: str) -> Unit:
    if not unit.old or not unit.new:
        return unit
    pair = AlignedPair(joined(unit.old), joined(unit.new), old_start=unit.old[0].start, new_start=unit.new[0].start)
    return replace(unit, pair=pair)


def joined(sentences: Sequence[Sentence]) -> str:
    """The sentences where they stand, with list marks between them blanked out so that offsets hold."""
    parts: list[str] = []
    position = sentences[0].start
    for sentence in sentences:
        parts += [" " * (sentence.start - position), sentence.text]
        position = sentence.end
    return "".join(parts)
