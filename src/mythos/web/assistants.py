"""The roster."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.assistants.queries import visible_assistants
from mythos.assistants.services import create_assistant
from mythos.errors import Invalid
from mythos.web.context import current_swarm, user_of


def roster(request: HttpRequest) -> HttpResponse:
    """Assistants of the swarm, and a form for another."""
    user, swarm = user_of(request), current_swarm(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = create_assistant(
                actor=user,
                swarm=swarm,
                slug=request.POST.get("slug", "").strip(),
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
            )
            messages.success(request, f"{made.name} joined the roster.")
            return redirect("assistants.roster")
        except Invalid as error:
            fields = error.fields
    rows = visible_assistants(user, swarm).annotate(
        prompt_count=Count("prompts", distinct=True), last_change=Max("prompts__updated_at")
    )
    context = {"assistants": rows, "fields": fields, "typed": request.POST}
    return render(request, "assistants/roster.html", context, status=422 if fields else 200)
