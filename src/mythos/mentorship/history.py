"""Who taught whom, and what came of it over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q

from mythos.accounts.actors import Actor
from mythos.assistants.models import Assistant
from mythos.assistants.queries import visible_assistants
from mythos.mentorship.models import PromptMentorshipLog
from mythos.mentorship.queries import visible_logs

MOST_EDGES = 24
MOST_POINTS = 30
State = PromptMentorshipLog.State


@dataclass(frozen=True)
class TrustEdge:
    """Everything one assistant taught another: how often, and what it was worth on average."""

    mentor: Assistant
    mentee: Assistant
    adoptions: int
    mean: float
    undone: int
    simulated: int  # of the adoptions: how many were measured with a rule follower


def trust_graph(actor: Actor, assistant: Assistant) -> list[TrustEdge]:
    """Whom an assistant taught and who taught it, the most adoptions first."""
    if not visible_assistants(actor).filter(pk=assistant.pk).exists():
        return []
    found: list[Any] = []
    # Each way on its own, and not by swarm: so each finds its rows in the index of its assistant.
    for end in ("mentor", "mentee"):
        rows = PromptMentorshipLog.objects.filter(**{end: assistant}, state=State.MEASURED).order_by()
        found += (
            rows.values("mentor_id", "mentee_id")
            .annotate(
                number=Count("id"),
                mean=Avg("trust_delta"),
                undone=Count("id", filter=~Q(undone_at=None)),
                simulated=Count("id", filter=Q(is_simulated=True)),
            )
            .order_by("-number", "mentor_id", "mentee_id")[: MOST_EDGES // 2]
        )
    people = Assistant.objects.in_bulk({row[key] for row in found for key in ("mentor_id", "mentee_id")})
    edges = [
        TrustEdge(
            people[row["mentor_id"]],
            people[row["mentee_id"]],
            row["number"],
            row["mean"],
            row["undone"],
            row["simulated"],
        )
        for row in found
    ]
    return sorted(edges, key=lambda edge: -edge.adoptions)


def trust_history(
    actor: Actor, assistant: Assistant, *, most: int = 4
) -> list[tuple[Assistant, list[PromptMentorshipLog]]]:
    """The mentors an assistant learnt most from, each with its measured adoptions, oldest first."""
    rows = visible_logs(actor).select_related(None).filter(mentee=assistant, state=State.MEASURED)
    top = rows.order_by().values("mentor").annotate(number=Count("id")).order_by("-number", "mentor")[:most]
    found = []
    for row in top:
        columns = rows.filter(mentor=row["mentor"]).select_related("mentor")
        columns = columns.only("mentor", "created_at", "trust_delta", "set_name", "is_simulated")
        newest = list(columns.order_by("-id")[:MOST_POINTS])
        if newest:
            found.append((newest[0].mentor, newest[::-1]))
    return found
