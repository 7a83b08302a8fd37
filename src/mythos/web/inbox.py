"""The review inbox: everything that waits for somebody, in one place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mythos.accounts.permissions import may
from mythos.market.queries.trades import trade_of
from mythos.web.context import current_swarm, user_of, what_waits

MOST = 20


def page(request: HttpRequest) -> HttpResponse:
    """Everything that waits, by kind."""
    return show(request)


def show(request: HttpRequest, extra: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The inbox, perhaps with what was wrong about a decision."""
    user, swarm = user_of(request), current_swarm(request)
    found = what_waits(request)
    counts = found.counts
    context = {
        "requests": found.requests[:MOST],
        "requests_count": counts["requests"],
        "waivers": found.waivers[:MOST],
        "waivers_count": counts["waivers"],
        "contracts": found.contracts[:MOST],
        "contracts_count": counts["contracts"],
        "edits": found.edits[:MOST],
        "edits_count": counts["edits"],
        "trades": [trade_of(row, swarm) for row in found.trades[:MOST]],
        "trades_count": counts["trades"],
        "results": found.results[:MOST],
        "results_count": counts["results"],
        "is_empty": not found.total,
        "may_move": may(user, "prompts.move_protected_label", swarm),
        **(extra or {}),
    }
    return render(request, "inbox/page.html", context, status=status)
