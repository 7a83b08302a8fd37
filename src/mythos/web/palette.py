"""Find a page, a prompt or a clause by a few letters."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mythos.codex.queries import visible_clauses
from mythos.prompts.queries import visible_prompts
from mythos.web.context import current_swarm, user_of

PAGES = (
    ("Home", "/"),
    ("Codex", "/codex"),
    ("Regression", "/codex/regression"),
    ("Mutations", "/belief/mutations"),
    ("Prompt library", "/prompts"),
    ("Checkpoints", "/prompts/checkpoints"),
    ("Roster", "/assistants"),
    ("Jobs", "/jobs"),
    ("API tokens", "/settings/tokens"),
)


def palette(request: HttpRequest) -> HttpResponse:
    """Pages, prompts and clauses whose name holds the words."""
    user, swarm, q = user_of(request), current_swarm(request), request.GET.get("q", "").strip()
    by_name = Q(slug__icontains=q) | Q(title__icontains=q)
    by_ref = Q(ref__icontains=q) | Q(title__icontains=q)
    context = {
        "q": q,
        "pages": [page for page in PAGES if q.lower() in page[0].lower()],
        "prompts": visible_prompts(user, swarm).filter(by_name)[:12] if q else [],
        "clauses": visible_clauses(user, swarm).filter(by_ref)[:12] if q else [],
    }
    return render(request, "palette.html", context)
