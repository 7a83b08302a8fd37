"""A library grouped into candidate assistants: k-means on the sphere over what prompts mean.

The vectors are those the worker keeps for every current text. The number of groups is the one whose prompts lie
nearest to their own middle and farthest from the next; docs/decisions/0008 says why there is no library for this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Section
from mythos.codex.models import ContractClause
from mythos.drafts.library import TYPICAL
from mythos.prompts.models import Prompt, PromptVector
from mythos.text.embed import MODEL

MOST_PROMPTS = 10_000
MOST_GROUPS = 12
FEWEST = 3  # prompts a group needs
ROUNDS = 25
STARTS = 4
SHOWN = 10  # prompts of a group that become blocks
SAMPLE = 2_000
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Cluster:
    """A candidate assistant: what its prompts share, the nearest to its middle first, and how near they all are."""

    name: str
    shared: tuple[str, ...]
    prompts: tuple[Prompt, ...]
    size: int
    nearness: float


@dataclass(frozen=True)
class Clusters:
    """The groups, the largest first; how many prompts have a vector, and how many wait for theirs."""

    clusters: tuple[Cluster, ...]
    measured: int
    waiting: int

    @property
    def grouped(self) -> int:
        """How many prompts belong to a group; the others are like too few."""
        return sum(cluster.size for cluster in self.clusters)


def suggested_clusters(*, actor: Actor, swarm: Swarm) -> Clusters:
    """Groups of a swarm's prompts by what they mean."""
    require(actor, "swarm.view", swarm)
    live = Prompt.objects.filter(swarm=swarm, deleted_at=None)
    vectors = PromptVector.objects.filter(swarm=swarm, model=MODEL, prompt__deleted_at=None).order_by("-made_at", "-pk")
    kept = list(vectors.values_list("prompt_id", "vector")[:MOST_PROMPTS])
    waiting = max(0, live.count() - vectors.count())
    if len(kept) < 2 * FEWEST:
        return Clusters((), len(kept), waiting)
    rows = np.stack([np.frombuffer(bytes(vector), dtype=np.float16).astype(np.float32) for _, vector in kept])
    labels, middles = grouped(rows)
    ids = [prompt_id for prompt_id, _ in kept]
    groups = [_nearest(rows, middles, labels, ids, group) for group in range(len(middles))]
    groups = sorted((group for group in groups if len(group[0]) >= FEWEST), key=lambda group: -len(group[0]))
    prompts: dict[int, Any] = live.select_related("current").in_bulk(
        [key for keys, _ in groups for key in keys[:SHOWN]]
    )
    words = _words_of(swarm, {key for keys, _ in groups for key in keys})
    common = Counter(word for said in words.values() for word in set(said))
    found = [_cluster(keys, nearness, prompts, words, common) for keys, nearness in groups]
    return Clusters(tuple(found), len(kept), waiting)


def grouped(rows: Matrix) -> tuple[npt.NDArray[np.intp], Matrix]:
    """The group of each row, and the middle of each group; the same rows give the same groups."""
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(int)]
    most = min(MOST_GROUPS, len(rows) // FEWEST)
    tried = [_k_means(sample, count) for count in range(2, most + 1)] or [_k_means(sample, 1)]
    middles = max(tried, key=lambda one: _apartness(sample, one))
    if len(sample) < len(rows):
        middles = _settle(rows, middles)
    labels: npt.NDArray[np.intp] = (rows @ middles.T).argmax(axis=1)
    return labels, middles


def _k_means(rows: Matrix, count: int) -> Matrix:
    """The best of a few starts, each from rows that tend to be far apart (k-means++); the seeds are fixed."""
    starts = [_settle(rows, rows[_seeds(rows, count, np.random.default_rng(seed))]) for seed in range(STARTS)]
    return max(starts, key=lambda middles: float((rows @ middles.T).max(axis=1).sum()))


def _seeds(rows: Matrix, count: int, chance: np.random.Generator) -> list[int]:
    chosen = [int(chance.integers(len(rows)))]
    away = np.maximum(1 - rows @ rows[chosen[0]], 0).astype(np.float64)
    while len(chosen) < count:
        total = away.sum()
        chosen.append(int(chance.choice(len(rows), p=away / total if total > 0 else None)))
        away = np.minimum(away, np.maximum(1 - rows @ rows[chosen[-1]], 0))
    return chosen


def _settle(rows: Matrix, middles: Matrix) -> Matrix:
    labels = np.full(len(rows), -1)
    for _ in range(ROUNDS):
        fresh = (rows @ middles.T).argmax(axis=1)
        if (fresh == labels).all():
            break
        labels = fresh
        sums = np.zeros((len(middles), rows.shape[1]), dtype=np.float32)
        np.add.at(sums, labels, rows)
        sizes = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(sizes > 0, sums / np.maximum(sizes, 1e-9), middles)
    return middles


def _apartness(rows: Matrix, middles: Matrix) -> float:
    """The simplified silhouette: how much nearer rows are to their own middle than to the next, from 0 to 1.

    Rows of groups that are too small to be an assistant count as nothing.
    """
    if len(middles) < 2:
        return 0.0
    likeness = rows @ middles.T
    labels = likeness.argmax(axis=1)
    away = np.sort(1 - likeness, axis=1)
    apart = (away[:, 1] - away[:, 0]) / np.maximum(away[:, 1], 1e-9)
    counts = np.bincount(labels, minlength=len(middles))
    return float(np.where(counts[labels] >= FEWEST, apart, 0.0).mean())


def _nearest(
    rows: Matrix, middles: Matrix, labels: npt.NDArray[np.intp], ids: Sequence[int], group: int
) -> tuple[list[int], float]:
    inside = np.flatnonzero(labels == group)
    likeness = rows[inside] @ middles[group]
    order = inside[np.argsort(-likeness, kind="stable")]
    return [ids[index] for index in order], float(likeness.mean()) if len(inside) else 0.0


def _words_of(swarm: Swarm, prompt_ids: set[int]) -> dict[int, list[str]]:
    """What a prompt is bound to or tagged with: clauses of its contract in force, then its tags."""
    words: dict[int, list[str]] = defaultdict(list)
    bound = ContractClause.objects.filter(is_live=True, contract__prompt__swarm=swarm)
    for prompt_id, ref in bound.values_list("contract__prompt_id", "clause__ref"):
        words[prompt_id].append(ref)
    for prompt_id, tags in Prompt.objects.filter(swarm=swarm, deleted_at=None).values_list("pk", "tags"):
        words[prompt_id] += [str(tag) for tag in tags]
    return {key: words[key] for key in prompt_ids}


def _cluster(
    keys: Sequence[int], nearness: float, prompts: dict[int, Any], words: dict[int, list[str]], common: Counter[str]
) -> Cluster:
    counts = Counter(word for key in keys for word in set(words[key]))
    telling = sorted(counts, key=lambda word: (-counts[word] * counts[word] / common[word], word))
    shared = tuple(word for word in telling if counts[word] > 1)[:3] or tuple(telling[:1])
    shown = tuple(prompts[key] for key in keys[:SHOWN] if key in prompts)
    name = ", ".join(word.replace("_", " ").replace("-", " ") for word in shared[:2]) or shown[0].title
    return Cluster(name[:1].upper() + name[1:], shared, shown, len(keys), round(nearness, 3))


def section_of(text: str, taken: set[str]) -> str:
    """Where a text stands best: who it is at most once, then what it forbids, how it sounds, else what it does."""
    if Section.IDENTITY not in taken and TYPICAL[Section.IDENTITY].search(text):
        return Section.IDENTITY.value
    sentences = max(1, text.count(".") + text.count("\n"))
    if len(TYPICAL[Section.GUARDRAILS].findall(text)) * 3 >= sentences:
        return Section.GUARDRAILS.value
    if len(TYPICAL[Section.STYLE].findall(text)) * 3 >= sentences:
        return Section.STYLE.value
    return Section.DUTIES.value


def rows_of(prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """Blocks of a first draft."""
    rows: list[dict[str, Any]] = []
    for prompt in prompts:
        if prompt.current is not None:
            section = section_of(prompt.current.text, {row["section"] for row in rows})
            rows.append({"section": section, "prompt": prompt.pk, "checkpoint": prompt.current.pk})
    return rows
