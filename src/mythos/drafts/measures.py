"""What is asked of texts again and again while a draft is edited, remembered by content.

Answers stay in memory, so that a change of one block asks only about that block, and in the database, so that they
outlast the process. A live page gives a moment until which to measure; what is left then is asked the next time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mythos import __version__
from mythos.codex.coverage import coverages
from mythos.drafts.models import ConflictResult
from mythos.text.carrying import SURE
from mythos.text.coverage import Conflict, Coverage, conflicts

MEASURE = f"conflicts {__version__}"
MOST_KEPT = 400_000
BATCH = 400
ASKED_AT_ONCE = 25
Pair = tuple[str, str]


class Memory:
    """Answers by key for every thread; forgets all when it is full, for the database has them too."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        """The answer, or None when it is not known."""
        return self._known.get(key)

    def update(self, answers: Mapping[Any, Any]) -> None:
        """Remember."""
        with self._lock:
            if len(self._known) + len(answers) > MOST_KEPT:
                self._known.clear()
            self._known.update(answers)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()


PAIRS, COVERED = Memory(), Memory()


def pair(one: str, other: str) -> Pair:
    """Two hashes in the order in which their texts are compared, so that a pair has one answer."""
    return (one, other) if one < other else (other, one)


def conflicts_between(texts: Mapping[str, str], until: float | None) -> tuple[dict[Pair, tuple[Conflict, ...]], int]:
    """Every pair of texts (by hash) that disagrees, and how many pairs are still to be compared."""
    hashes = sorted(texts)
    return _compared([(one, other) for index, one in enumerate(hashes) for other in hashes[index + 1 :]], texts, until)


def agrees(sha256: str, text: str, beside: Mapping[str, str], until: float | None) -> bool:
    """Whether a text disagrees with none of the others (by hash); False too while that is not known."""
    wanted = [pair(sha256, other) for other in beside if other != sha256]
    found, waiting = _compared(wanted, {**beside, sha256: text}, until)
    return not found and not waiting


def _compared(
    wanted: Collection[Pair], texts: Mapping[str, str], until: float | None
) -> tuple[dict[Pair, tuple[Conflict, ...]], int]:
    # Held here and not read again from memory: another thread may have emptied that in between.
    known = {key: PAIRS.get(key) for key in wanted}
    unknown = [key for key, found in known.items() if found is None]
    if unknown:
        stored = _stored(unknown)
        PAIRS.update(stored)
        known.update(stored)
        unknown = [key for key in unknown if key not in stored]
    fresh: dict[Pair, tuple[Conflict, ...]] = {}
    for key in unknown:
        if until is not None and time.monotonic() >= until:
            break
        fresh[key] = tuple(conflicts(texts[key[0]], texts[key[1]]))
    PAIRS.update(fresh)
    _store(fresh)
    known.update(fresh)
    return {key: found for key, found in known.items() if found}, len(unknown) - len(fresh)


def _stored(keys: list[Pair]) -> dict[Pair, tuple[Conflict, ...]]:
    """What the database knows of the pairs; few are asked for by the texts they share."""
    ones = sorted({one for one, _ in keys})
    others = sorted({other for _, other in keys})
    wanted, found = set(keys), {}
    for start in range(0, len(ones), BATCH):
        rows = ConflictResult.objects.filter(measure=MEASURE, one__in=ones[start : start + BATCH])
        if len(others) <= BATCH:
            rows = rows.filter(other__in=others)
        for one, other, result in rows.values_list("one", "other", "result"):
            if (one, other) in wanted:
                found[one, other] = tuple(_conflict(row) for row in result)
    return found


def _conflict(row: dict[str, Any]) -> Conflict:
    return Conflict(**row | {"a_span": tuple(row["a_span"]), "b_span": tuple(row["b_span"])})


def _store(fresh: Mapping[Pair, Iterable[Conflict]]) -> None:
    rows = [
        ConflictResult(one=one, other=other, measure=MEASURE, result=[_as_json(c) for c in found])
        for (one, other), found in fresh.items()
    ]
    ConflictResult.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _as_json(found: Conflict) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Conflict.__slots__}


def carried(rule: str, texts: Mapping[str, str], until: float | None) -> tuple[str | None, bool]:
    """The hash of a text that carries the rule, or None; and whether every text was asked, or one was found."""
    unknown = []
    for sha256 in texts:
        known = COVERED.get((rule, sha256))
        if known:
            return sha256, True
        if known is None:
            unknown.append(sha256)
    for start in range(0, len(unknown), ASKED_AT_ONCE):
        if until is not None and time.monotonic() >= until:
            return None, False
        asked = unknown[start : start + ASKED_AT_ONCE]
        answers = coverages((rule, texts[sha256]) for sha256 in asked)
        says = {(rule, sha256): _says(answers[rule, texts[sha256]]) for sha256 in asked}
        COVERED.update(says)
        found = next((sha256 for sha256 in asked if says[rule, sha256]), None)
        if found is not None:
            return found, True
    return None, True


def _says(answer: Coverage) -> bool:
    """As sure as a contract wants it from a text that was not signed."""
    return answer.state == "carried" and answer.similarity >= SURE
