"""Who taught whom, and what came of it over time."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Avg, Count, Q

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Assistant
from mythos.mentorship.models import PromptMentorshipLog
from mythos.mentorship.queries import visible_logs

MOST_EDGES = 60
State = PromptMentorshipLog.State


@dataclass(frozen=True)
class TrustEdge:
    """Everything one assistant taught another: how often, and what it was worth on average."""

    mentor: Assistant
    mentee: Assistant
    adoptions: int
    mean: float
    undone: int


def trust_graph(actor: Actor, swarm: Swarm, assistant: Assistant | None = None) -> list[TrustEdge]:
    """Who taught whom, the most adoptions first; of one assistant, what it gave and what it took."""
    rows = PromptMentorshipLog.objects.filter(swarm=swarm, swarm__in=swarms_of(actor), state=State.MEASURED)
    if assistant is not None:
        rows = rows.filter(Q(mentor=assistant) | Q(mentee=assistant))
    grouped = (
        rows.order_by()
        .values("mentor_id", "mentee_id")
        .annotate(number=Count("id"), mean=Avg("trust_delta"), undone=Count("id", filter=~Q(undone_at=None)))
        .order_by("-number", "mentor_id", "mentee_id")[:MOST_EDGES]
    )
    found = list(grouped)
    people = Assistant.objects.in_bulk({row[key] for row in found for key in ("mentor_id", "mentee_id")})
    return [
        TrustEdge(people[row["mentor_id"]], people[row["mentee_id"]], row["number"], row["mean"], row["undone"])
        for row in found
    ]


def trust_history(
    actor: Actor, assistant: Assistant, *, most: int = 4
) -> list[tuple[Assistant, list[PromptMentorshipLog]]]:
    """The mentors an assistant learnt most from, each with its measured adoptions, oldest first."""
    rows = visible_logs(actor).filter(mentee=assistant, state=State.MEASURED)
    top = rows.order_by().values("mentor").annotate(number=Count("id")).order_by("-number", "mentor")[:most]
    found = []
    for row in top:
        newest = list(rows.filter(mentor=row["mentor"]).order_by("-id")[:MOST_EDGES])
        if newest:
            found.append((newest[0].mentor, newest[::-1]))
    return found
