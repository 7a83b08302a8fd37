"""Which old sentence became which new one. Moved is not changed."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel

from mythos.errors import NotConfigured
from mythos.text.diff import increasing
from mythos.text.embed import embed
from mythos.text.segment import Sentence
from mythos.text.words import words

MIN_LEXICAL = 0.5
MIN_COSINE = 0.45
# Beyond these the leftovers are two different documents, and pairing them costs more than it tells.
MAX_LEXICAL_CELLS = 250_000
MAX_EMBEDDED = 100
# What a sentence is about shows in its beginning.
MAX_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Pair:
    """Indices of partners, None where a sentence came or went; `ratio` is how alike their words are."""

    old: int | None
    new: int | None
    ratio: float
    moved: bool = False


def align(old: Sequence[Sentence], new: Sequence[Sentence], *, use_embeddings: bool = True) -> list[Pair]:
    """Partners in the order of the new text, then what was removed; each sentence occurs once."""
    # Most sentences of an edited text stay as they were, and need not be cut into words to be found.
    matched = _equal([s.text for s in old], [s.text for s in new])
    kept = {j for j, _ in matched.values()}
    old_keys = [() if i in matched else _key(s) for i, s in enumerate(old)]
    new_keys = [() if j in kept else _key(s) for j, s in enumerate(new)]
    matched |= _equal(old_keys, new_keys)
    _by_words(old_keys, new_keys, matched)
    if use_embeddings:
        _by_meaning(old, new, old_keys, new_keys, matched)
    by_new = {j: (i, ratio) for i, (j, ratio) in matched.items()}
    order = [by_new[j][0] for j in sorted(by_new)]
    in_place = {order[index] for index in increasing(order)}
    pairs = [
        Pair(by_new[j][0], j, by_new[j][1], by_new[j][0] not in in_place) if j in by_new else Pair(None, j, 0.0)
        for j in range(len(new))
    ]
    return pairs + [Pair(i, None, 0.0) for i in range(len(old)) if i not in matched]


def _key(sentence: Sentence) -> tuple[str, ...]:
    found = tuple(word.stem for word in words(sentence.text))
    return found or (sentence.text,)


def _equal(old: Sequence[Hashable], new: Sequence[Hashable]) -> dict[int, tuple[int, float]]:
    places: dict[Hashable, deque[int]] = defaultdict(deque)
    for j, key in enumerate(new):
        if key:
            places[key].append(j)
    return {i: (places[key].popleft(), 1.0) for i, key in enumerate(old) if places.get(key)}


def _left(count: int, taken: set[int]) -> list[int]:
    return [index for index in range(count) if index not in taken]


def _by_words(old: list[tuple[str, ...]], new: list[tuple[str, ...]], matched: dict[int, tuple[int, float]]) -> None:
    left = _left(len(old), set(matched))
    right = _left(len(new), {j for j, _ in matched.values()})
    near = None if len(left) * len(right) <= MAX_LEXICAL_CELLS else 200
    scored = []
    for place, i in enumerate(left):
        scale = place * len(right) // max(len(left), 1)
        window = right if near is None else right[max(0, scale - near) : scale + near]
        bag = set(old[i])
        for j in window:
            shared = len(bag.intersection(new[j]))
            if 3 * shared < min(len(old[i]), len(new[j])):
                continue
            ratio = Indel.normalized_similarity(old[i], new[j])
            if ratio >= MIN_LEXICAL:
                scored.append((-ratio, abs(i - j), i, j))
    _take(scored, matched)


def _by_meaning(
    old: Sequence[Sentence],
    new: Sequence[Sentence],
    old_keys: list[tuple[str, ...]],
    new_keys: list[tuple[str, ...]],
    matched: dict[int, tuple[int, float]],
) -> None:
    left = _left(len(old), set(matched))
    right = _left(len(new), {j for j, _ in matched.values()})
    if not left or not right or len(left) > MAX_EMBEDDED or len(right) > MAX_EMBEDDED:
        return
    try:
        vectors = embed([s.text[:MAX_CHARACTERS] for s in (*(old[i] for i in left), *(new[j] for j in right))])
        cosine = vectors[: len(left)] @ vectors[len(left) :].T
    except NotConfigured:
        return  # aligning is best effort: without the model, words alone decide
    scored = [
        (-float(cosine[a, b]), abs(left[a] - right[b]), left[a], right[b]) for a, b in np.argwhere(cosine >= MIN_COSINE)
    ]
    before = set(matched)
    _take(scored, matched)
    for i in set(matched) - before:
        j = matched[i][0]
        matched[i] = (j, Indel.normalized_similarity(old_keys[i], new_keys[j]))


def _take(scored: list[tuple[float, int, int, int]], matched: dict[int, tuple[int, float]]) -> None:
    taken = {j for j, _ in matched.values()}
    for score, _, i, j in sorted(scored):
        if i not in matched and j not in taken:
            matched[i] = (j, -score)
            taken.add(j)
