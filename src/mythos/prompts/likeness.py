"""Prompts like a text: every current text's vector compared with it, in one multiplication.

The vectors of a swarm stay in memory as one matrix. It is read from the database once and afterwards only what came
since; docs/decisions/0007 says why there is no index beside it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.prompts.limits import unlimited
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptVector
from mythos.text.embed import DIMENSIONS, MODEL, embed
from mythos.text.normalize import content_hash, normalize

MOST_SWARMS = 4
CHUNK = 5000
NAMED = ("slug", "title", "swarm", "deleted_at")
SAME = 1000  # checkpoints of one text that are asked for its vector
_lock = threading.Lock()
_kept: OrderedDict[tuple[str, int], Matrix] = OrderedDict()


@dataclass(frozen=True)
class Like:
    """A prompt, its names and newest version, and how near its current text is, from -1 to 1."""

    prompt: Prompt
    similarity: float


@dataclass
class Matrix:
    """One row a prompt, in room that doubles when it is full."""

    rows: np.ndarray = field(default_factory=lambda: np.empty((1024, DIMENSIONS), dtype=np.float32))
    prompts: list[int] = field(default_factory=list)
    place: dict[int, int] = field(default_factory=dict)
    seen: datetime | None = None

    def make_room(self, count: int) -> None:
        """Room for so many at once: to double it again and again would take half as much memory once more."""
        if not self.prompts:
            self.rows = np.empty((count + 1024, DIMENSIONS), dtype=np.float32)

    def put(self, prompt_id: int, vector: bytes) -> None:
        """Set a prompt's row."""
        at = self.place.setdefault(prompt_id, len(self.prompts))
        if at == len(self.prompts):
            self.prompts.append(prompt_id)
            if at == len(self.rows):
                self.rows = np.concatenate([self.rows, np.empty_like(self.rows)])
        self.rows[at] = np.frombuffer(vector, dtype=np.float16)

    def nearest(self, vector: np.ndarray, count: int) -> list[tuple[int, float]]:
        """The nearest prompts, nearest first."""
        if not self.prompts:
            return []
        scores = self.rows[: len(self.prompts)] @ vector
        count = min(count, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        return [(self.prompts[at], float(scores[at])) for at in best[np.argsort(-scores[best])]]


def prompts_like(*, actor: Actor, swarm: Swarm, text: str, count: int = 20) -> list[Like]:
    """The prompts whose current text means most nearly the same, of those the worker has embedded."""
    require(actor, "swarm.view", swarm)
    if not text.strip():
        raise Invalid("Say what the prompts should be like.", fields={"text": "A text is needed."})
    vector = _vector_of(swarm, text)
    with _lock:
        near = _matrix(swarm.pk).nearest(vector, count * 2)
    found: list[Like] = []
    while near and len(found) < count:  # twice at most, and the second time only when some are in the trash
        found += _read(swarm, near[:count])
        near = near[count:]
    return found[:count]


def _read(swarm: Swarm, near: list[tuple[int, float]]) -> list[Like]:
    """The prompts of these keys; neither the text nor its measures, which are most of a row, are asked for."""
    # By key alone: told the swarm too, SQLite looks through all of its prompts.
    rows = Prompt.objects.select_related("current").only(*NAMED, "current__version").order_by()
    read: dict[int, Any] = rows.in_bulk([key for key, _ in near])
    found = {key: row for key, row in read.items() if row.swarm_id == swarm.pk and row.deleted_at is None}
    return [Like(found[key], round(score, 4)) for key, score in near if key in found]


def _vector_of(swarm: Swarm, text: str) -> np.ndarray:
    """The vector the worker stored for exactly this text, if it did: a long text takes 100 ms to embed."""
    # Two questions, by key, and no order: else the database may look through all vectors to find none.
    same = PromptCheckpoint.objects.filter(swarm=swarm, sha256=content_hash(normalize(text))).order_by()
    prompts = dict(same.values_list("pk", "prompt_id")[:SAME])
    stored = PromptVector.objects.filter(pk__in=set(prompts.values()), checkpoint_id__in=list(prompts), model=MODEL)
    for vector in stored.order_by().values_list("vector", flat=True)[:1]:
        return np.frombuffer(bytes(vector), dtype=np.float16).astype(np.float32)
    return np.asarray(embed([text])[0], dtype=np.float32)


def prompts_nearest_to(swarm: Swarm, slug: str, count: int = 20) -> list[int]:
    """The numbers of the prompts most like one that is embedded already, itself first; none when it is not."""
    own = Prompt.objects.filter(swarm=swarm, slug=slug).values_list("pk", flat=True).first()
    with _lock:
        matrix = _matrix(swarm.pk)
        at = matrix.place.get(own or 0)
        return [] if at is None else [key for key, _ in matrix.nearest(matrix.rows[at], count)]


def _matrix(swarm_id: int) -> Matrix:
    """The swarm's matrix, brought up to date; the caller holds the lock."""
    key = (str(PromptVector.objects.db), swarm_id)
    matrix = _kept.setdefault(key, Matrix())
    _kept.move_to_end(key)
    if len(_kept) > MOST_SWARMS:
        _kept.popitem(last=False)
    rows = PromptVector.objects.filter(swarm_id=swarm_id, model=MODEL).order_by("made_at")
    if matrix.seen is not None:  # with the last moment again: another row may have been written in it
        rows = rows.filter(made_at__gte=matrix.seen)
    else:
        matrix.make_room(rows.count())
    with unlimited():
        for prompt_id, vector, made_at in rows.values_list("prompt_id", "vector", "made_at").iterator(CHUNK):
            matrix.put(prompt_id, bytes(vector))
            matrix.seen = made_at
    return matrix


def forget_matrices() -> None:
    """Read everything anew the next time."""
    with _lock:
        _kept.clear()
