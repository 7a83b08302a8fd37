"""Where a text came from and what became of it: versions of a prompt and of its family of forks, as a graph."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Abs

from mythos.accounts.actors import Actor
from mythos.prompts.models import Prompt, PromptAncestor, PromptCheckpoint, PromptMutationLog
from mythos.prompts.queries import visible_checkpoints

MOST = 200
NEAREST = 50


@dataclass(frozen=True)
class Node:
    """One version; `lane` 0 is the prompt asked about, each other prompt of the family has a lane of its own."""

    checkpoint: PromptCheckpoint
    lane: int
    row: int
    labels: list[str]
    tags: list[str]

    @property
    def is_current(self) -> bool:
        """Whether its prompt says this now."""
        return self.checkpoint.prompt.current_id == self.checkpoint.pk


@dataclass(frozen=True)
class Edge:
    """From a version to the one it was made from; `kind` is `step`, `fork`, or `copy` for a roll back or a merge."""

    newer: Node
    older: Node
    kind: str


@dataclass
class Lineage:
    """The graph, newest first; `hidden` versions of the family are further away than what is shown."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    hidden: int = 0


def lineage_of(actor: Actor, prompt: Prompt) -> Lineage:
    """The family's versions, or the nearest fifty of them when there are more than two hundred."""
    distances = _family(prompt)
    rows = visible_checkpoints(actor, prompt.swarm).filter(prompt__in=distances).defer("text", "traits", "tone_scores")
    total = rows.count()
    shown = list(_nearest(rows, distances) if total > MOST else rows)
    shown.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
    lanes = {key: lane for lane, key in enumerate(sorted(distances, key=lambda key: (distances[key], key)))}
    nodes = [_node(row, lanes[row.prompt_id], place) for place, row in enumerate(shown)]
    return Lineage(nodes, _edges(nodes), total - len(nodes))


def _family(prompt: Prompt) -> dict[int, int]:
    """Every prompt that shares an ancestor with this one, with how many forks lie between."""
    above = dict(PromptAncestor.objects.filter(prompt=prompt).values_list("ancestor_id", "depth"))
    root = max(above, key=lambda key: above[key], default=prompt.pk)
    lines = PromptAncestor.objects.filter(ancestor__in=above, prompt__ancestors__ancestor=root)
    distances = {prompt.pk: 0}
    for key, ancestor, depth in lines.values_list("prompt_id", "ancestor_id", "depth"):
        distances[key] = min(distances.get(key, depth + above[ancestor]), depth + above[ancestor])
    return distances


def _nearest(rows: QuerySet[PromptCheckpoint], distances: dict[int, int]) -> QuerySet[PromptCheckpoint]:
    """By forks in between, and then by versions from the newest of each prompt."""
    near = sorted(distances, key=lambda key: (distances[key], key))[:NEAREST]
    far = Case(*(When(prompt=key, then=Value(distances[key])) for key in near), output_field=IntegerField())
    return (
        rows.filter(prompt__in=near)
        .annotate(steps=far * 10 + Abs(F("prompt__current__version") - F("version")))
        .order_by("steps", "-created_at", "-id")[:NEAREST]
    )


def _node(row: PromptCheckpoint, lane: int, place: int) -> Node:
    tags = [tag.name for tag in row.tag_rows.all()][:2]
    return Node(row, lane, place, [label.name for label in row.labels.all()], tags)


def _edges(nodes: list[Node]) -> list[Edge]:
    by_key = {node.checkpoint.pk: node for node in nodes}
    steps = PromptMutationLog.objects.filter(to_checkpoint__in=by_key).order_by("number")
    edges = []
    for newer, older in steps.values_list("to_checkpoint_id", "from_checkpoint_id"):
        if older in by_key:
            is_fork = by_key[newer].lane != by_key[older].lane
            edges.append(Edge(by_key[newer], by_key[older], "fork" if is_fork else "step"))
    joined = {(edge.newer.checkpoint.pk, edge.older.checkpoint.pk) for edge in edges}
    for node in nodes:
        origin = node.checkpoint.derived_from_id
        if origin in by_key and (node.checkpoint.pk, origin) not in joined:
            edges.append(Edge(node, by_key[origin], "copy"))
    return edges
