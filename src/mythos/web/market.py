"""The curriculum market: cards, the wallet and open trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from mythos.accounts.models import Swarm
from mythos.accounts.permissions import may_of
from mythos.assistants.models import Assistant
from mythos.assistants.queries import visible_assistants
from mythos.errors import Invalid
from mythos.market.fitting import fits_of
from mythos.market.models import CurriculumFit, Listing
from mythos.market.queries.listings import SORTS, TABS, ListingPage, ListingQuery, listing_page, owned_lineages
from mythos.market.queries.listings import tab_counts as counted
from mythos.market.queries.suiting import Unsuited, bound_refs, unsuited_for
from mythos.market.queries.teaching import taught_lineages
from mythos.market.queries.trades import open_trade_count, open_trades
from mythos.market.queries.wallet import wallet_summary
from mythos.market.services.comparing import want_fits
from mythos.web.context import current_swarm, user_of
from mythos.web.htmx import render


@dataclass(frozen=True)
class Fit:
    """How a curriculum stands to the rules of who looks: how many were compared, and the first clash."""

    is_known: bool
    compared: int = 0
    clash: str = ""
    more: int = 0


@dataclass(frozen=True)
class Card:
    """One listing as its card shows it."""

    listing: Listing
    fit: Fit
    is_owned: bool
    teaching: str


def page(request: HttpRequest) -> HttpResponse:
    """What is on the market, as cards; twenty-four at a time."""
    user, swarm = user_of(request), current_swarm(request)
    assistants = list(visible_assistants(user, swarm))
    chosen = next((row for row in assistants if row.slug == request.GET.get("assistant", "")), None)
    unsuited = unsuited_for(chosen) if chosen else None
    query = query_of(request, unsuited)
    problem = None
    try:
        found = listing_page(user, query)
    except Invalid as error:
        problem, found, query = error, ListingPage([], ""), ListingQuery()
    counts = counted()
    context: dict[str, Any] = {
        "cards": cards_of(swarm, found.rows, chosen),
        "query": query,
        "next": found.next,
        "problem": problem,
        "tabs": [(name, label) for name, (label, _) in TABS.items()],
        "sorts": [(name, label) for name, (label, *_) in SORTS.items()],
        "count": counts.get(query.tab, 0),
        "all_count": counts["all"],
        "assistants": assistants,
        "assistant": chosen,
        "unsuited": unsuited,
        "wallet": wallet_summary(user, swarm),
        "trades": open_trades(user, swarm, 3),
        "trade_count": open_trade_count(user, swarm),
        "may": {verb.replace(".", "_") for verb in may_of(user, ("market.publish", "market.trade"), swarm)},
    }
    return render(request, "market/page.html", "market/_cards.html", context, status=422 if problem else 200)


def query_of(request: HttpRequest, unsuited: Unsuited | None = None) -> ListingQuery:
    """What the address asks for, without what is nothing for the assistant it names."""
    given = request.GET
    return ListingQuery(
        q=given.get("q", "").strip()[:200],
        tab=given.get("tab", "") or "all",
        sort=given.get("sort", "") or "month",
        license=given.get("license", ""),
        seller=given.get("seller", ""),
        after=given.get("after", ""),
        leave_out=unsuited.all if unsuited else frozenset(),
    )


def cards_of(swarm: Swarm, listings: Sequence[Listing], assistant: Assistant | None = None) -> list[Card]:
    """Cards with how each stands to the swarm; what was not compared yet is queued to be."""
    curricula = [row.curriculum for row in listings]
    fits = fits_of(swarm, curricula)
    want_fits(swarm=swarm, curricula=[row for row in curricula if row.sha256 and fits[row.pk] is None])
    owned = owned_lineages(swarm, [row.lineage for row in curricula])
    taught = taught_lineages(assistant) if assistant else {}
    bound = bound_refs(assistant) if assistant else None
    return [
        Card(
            row,
            fit_of(fits[row.curriculum_id], bound),
            row.curriculum.lineage in owned,
            taught.get(row.curriculum.lineage, ""),
        )
        for row in listings
    ]


def fit_of(found: CurriculumFit | None, bound: set[str] | None = None) -> Fit:
    """In words for a card; with `bound`, only clashes with these rules count."""
    if found is None:
        return Fit(False)
    refs = list(dict.fromkeys(clash["ref"] for clash in found.clashes if bound is None or clash["ref"] in bound))
    return Fit(True, found.compared, refs[0] if refs else "", len(refs) - 1)
