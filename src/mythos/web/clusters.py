"""The library grouped into candidate assistants, each ready for the draft tool."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.accounts.permissions import may
from mythos.drafts.clustering import SHOWN, rows_of, suggested_clusters
from mythos.drafts.services import create_draft
from mythos.prompts.queries import visible_prompts
from mythos.web.context import current_swarm, user_of


def page(request: HttpRequest) -> HttpResponse:
    """Groups of prompts by what they mean; a POST begins a draft of one."""
    user, swarm = user_of(request), current_swarm(request)
    if request.method == "POST":
        wanted = [int(key) for key in request.POST.getlist("prompt")[:SHOWN] if key.isdigit()]
        prompts = sorted(visible_prompts(user, swarm).filter(pk__in=wanted), key=lambda one: wanted.index(one.pk))
        name = request.POST.get("name", "").strip() or "New assistant"
        made = create_draft(actor=user, swarm=swarm, name=name[:150], prompt_cluster=rows_of(prompts))
        return redirect("drafts.page", made.pk)
    context = {"found": suggested_clusters(actor=user, swarm=swarm), "may_edit": may(user, "drafts.edit", swarm)}
    return render(request, "drafts/clusters.html", context)
