"""People beside the judge: one reply at a time, and how far both agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import Invalid
from mythos.rituals.judging import agreement, to_annotate
from mythos.rituals.models import Ritual
from mythos.rituals.queries import get_ritual
from mythos.rituals.services import annotate
from mythos.rituals.talking import messages_of
from mythos.web.context import current_swarm, user_of

MOST = 100


def queue(request: HttpRequest) -> HttpResponse:
    """The next reply to judge; what the judge said is shown only afterwards."""
    user, swarm = user_of(request), current_swarm(request)
    ritual = _ritual(request)
    waiting = to_annotate(user, swarm, ritual=ritual, most=MOST)
    question = waiting[0] if waiting else None
    context = {
        "question": question,
        "messages_sent": messages_of(question.result.run, question.result.case) if question else (),
        "waiting": len(waiting),
        "is_more": len(waiting) == MOST,
        "ritual": ritual,
        "agreement": agreement(user, swarm, ritual=ritual),
        "may_annotate": may(user, "rituals.annotate", swarm),
    }
    return render(request, "rituals/annotate.html", context)


@require_POST
def answer(request: HttpRequest, result_id: int) -> HttpResponse:
    """Keep what somebody says of a reply and go on to the next, or back to the conversation."""
    post = request.POST
    try:
        annotate(
            actor=user_of(request),
            result_id=result_id,
            expectation=post.get("expectation", ""),
            verdict=post.get("verdict", ""),
            note=post.get("note", ""),
        )
    except Invalid as error:
        messages.error(request, " ".join(error.fields.values()) or error.message)
    if post.get("run", "").isdigit():
        return redirect("rituals.result", int(post["run"]), result_id)
    ritual = post.get("ritual", "")
    return redirect(f"{reverse('rituals.annotate')}?{urlencode({'ritual': ritual})}" if ritual else "rituals.annotate")


def _ritual(request: HttpRequest) -> Ritual | None:
    slug = request.GET.get("ritual", "")
    return get_ritual(user_of(request), slug, current_swarm(request)) if slug else None
