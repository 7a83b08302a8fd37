"""Feedback of running programs, and what it says about the arms of a split label."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import feedback as shapes
from mythos.prompts import queries, services
from mythos.rituals.arms import compare_arms

router = Router(tags=["feedback"])


@router.get("/{int:prompt_id}/labels/{label}/arms", response=shapes.ArmComparisonOut)
def show_arms(request: HttpRequest, prompt_id: int, label: str) -> Any:
    """Whether arm b of a split label is better, worse or the same, or how many more readers it takes."""
    found = compare_arms(actor_of(request), prompt_id, label)
    result = found.result
    return {
        "label": label,
        "arms": found.arms,
        "verdict": result.verdict,
        "difference": result.difference,
        "interval": list(result.interval),
        "p_value": result.p_value,
        "test": result.test,
        "is_paired": found.is_paired,
        "left_out": found.left_out,
        "needed": result.needed,
    }


@router.get("/{int:prompt_id}/feedback", response=shapes.FeedbackPage)
def list_feedback(
    request: HttpRequest, prompt_id: int, label: str = "", limit: int = 50, cursor: str | None = None
) -> Any:
    """What readers said, newest first."""
    actor = actor_of(request)
    return page(queries.feedback_of(actor, queries.get_prompt(actor, prompt_id), label), limit, cursor)


@router.post("/{path:slug}/feedback", response={201: shapes.FeedbackOut})
def give_feedback(request: HttpRequest, slug: str, body: shapes.FeedbackIn, swarm: str | None = None) -> Any:
    """Say how a text did: a score from 0 to 1 for the version, the arm or the key that read it."""
    actor = actor_of(request)
    prompt = queries.get_prompt(actor, int(slug) if slug.isdigit() else slug, swarm_of(request, swarm))
    made = services.give_feedback(
        actor=actor,
        prompt_id=prompt.pk,
        label=body.label,
        score=body.score,
        key=body.key,
        version=body.version,
        arm=body.arm,
        comment=body.comment,
    )
    return Status(201, made)
