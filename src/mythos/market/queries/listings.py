"""Questions about what is on the market. A page reads one table by one index, however many listings there are."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.errors import Invalid, NotFound
from mythos.market.models import CurriculumLicense, Listing, PromptCurriculumVault

PAGE = 24
MOST_WORDS = 8
LOOKED_THROUGH = 1_000
COUNTS_KEY = "market.counts"
COUNTS_SECONDS = 15
COUNTED_ANEW = 2_000
# name -> (label, column, highest first)
SORTS = {
    "month": ("Most adopted this month", "adopters_month", True),
    "gain": ("Highest median gain", "gain", True),
    "rating": ("Best rated", "rating", True),
    "new": ("Newest", "id", True),
    "price": ("Lowest price", "price", False),
}
# name -> (label, what holds for its listings)
TABS = {
    "all": ("All", Q()),
    "credits": ("Credits", Q(price__isnull=False)),
    "trade": ("Trade", Q(takes_barter=True)),
    "free": ("Free", Q(clonable=Listing.Clonable.PRACTICE)),
}


@dataclass(frozen=True)
class ListingQuery:
    """What somebody looks for on the market."""

    q: str = ""
    tab: str = "all"
    sort: str = "month"
    license: str = ""
    seller: str = ""
    after: str = ""
    leave_out: frozenset[int] = frozenset()  # curricula by number


@dataclass(frozen=True)
class ListingPage:
    """A page of listings, and where the next one begins."""

    rows: list[Listing]
    next: str


def market_listings(actor: Actor, query: ListingQuery) -> QuerySet[Listing]:
    """What is on the market and fits; anybody with a swarm may look."""
    return _with_words(_without_words(actor, query), query)


# The same rows in two spellings. Indexes hold what is open, and are only thought of where the first stands.
_OPEN, _OPEN_BY_TABLE = Q(is_open=True), Q(is_open__in=[True])


def _without_words(actor: Actor, query: ListingQuery, is_open: Q = _OPEN) -> QuerySet[Listing]:
    if not swarms_of(actor).exists():
        raise NotFound("You belong to no swarm yet.", hint="Ask an owner to add you to one.")
    rows = Listing.objects.filter(_tab(query.tab), is_open)
    if query.license:
        rows = rows.filter(license=query.license)
    if query.seller:
        rows = rows.filter(swarm__slug=query.seller)
    if query.leave_out:
        rows = rows.exclude(curriculum__in=query.leave_out)
    return rows


def _with_words(rows: QuerySet[Listing], query: ListingQuery) -> QuerySet[Listing]:
    for word in query.q.lower().split()[:MOST_WORDS]:
        rows = rows.filter(words__contains=word)
    return rows


def listing_page(actor: Actor, query: ListingQuery, most: int = PAGE) -> ListingPage:
    """One page by key: a new listing never shifts the ones after it.

    Words are looked for among the first rows of the order, read by its index. Only words that are too rare to fill a
    page there are looked for in the whole table, which is then read from front to back: going by the order costs twice.
    """
    _, column, is_falling = _sort(query.sort)
    beyond = _beyond(column, is_falling, query.after) if query.after else Q()
    if column == "price":
        beyond &= Q(price__isnull=False)
    rows = _without_words(actor, query).filter(beyond)
    order = _order(column, is_falling)
    if not query.q:
        return _page(cards(rows).order_by(*order), column, most)
    first = rows.order_by(*order)[:LOOKED_THROUGH].values("pk")
    near = _with_words(Listing.objects.filter(pk__in=first), query)
    found = _page(cards(near).order_by(*order), column, most)
    if found.next or rows[LOOKED_THROUGH:].first() is None:
        return found
    whole = _with_words(_without_words(actor, query, _OPEN_BY_TABLE).filter(beyond), query)
    # The keys alone first: beside what a card shows, the planner may begin at another table, once for each of its rows.
    keys = list(whole.order_by(*_order(column, is_falling, by_index=False)).values_list("pk", flat=True)[: most + 1])
    return _page(cards(Listing.objects.filter(pk__in=keys)).order_by(*order), column, most)


def _order(column: str, is_falling: bool, *, by_index: bool = True) -> list[OrderBy]:
    """The order of a page; adding nothing to the column takes its index out of the planner's hands."""
    key = F(column) if by_index else F(column) + 0
    order = [key.desc() if is_falling else key.asc()]
    return order if column == "id" else [*order, F("id").desc()]


def _page(rows: QuerySet[Listing], column: str, most: int) -> ListingPage:
    found = list(rows[: most + 1])
    last = found[most - 1] if len(found) > most else None
    return ListingPage(found[:most], _cursor(getattr(last, column), last.pk) if last else "")


def cards(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    """With what a card shows, without long documents."""
    rows = rows.select_related("swarm", "curriculum", "curriculum__curator", "curriculum__figures")
    return rows.prefetch_related("curriculum__ritual_tags").defer("words", "curriculum__exported_json")


def tab_counts() -> dict[str, int]:
    """How many listings each tab has; where they are many, as of a few seconds ago."""
    known: dict[str, int] | None = cache.get(COUNTS_KEY)
    if known is None:
        rows = Listing.objects.filter(is_open=True).order_by()
        known = rows.aggregate(**{name: Count("pk", filter=holds) for name, (_, holds) in TABS.items() if holds})
        known = {"all": rows.count(), **known}
        if known["all"] > COUNTED_ANEW:
            cache.set(COUNTS_KEY, known, COUNTS_SECONDS)
    return known


def get_listing(actor: Actor, listing_id: int) -> Listing:
    """One listing; a closed one is seen by its swarm and by nobody else."""
    mine = swarms_of(actor)
    seen = Q(swarm__in=mine) | Q(is_open=True) if mine.exists() else Q(pk=None)
    row = cards(Listing.objects.filter(seen, pk=listing_id)).first()
    if row is None:
        raise NotFound(f"There is no listing {listing_id}.", fields={"listing": "Unknown listing."})
    return row


def own_listings(actor: Actor, swarm: Swarm) -> QuerySet[Listing]:
    """What a swarm has on the market, or had."""
    return cards(Listing.objects.filter(swarm=swarm, swarm__in=swarms_of(actor))).order_by("-id")


def owned_lineages(swarm: Swarm, lineages: Iterable[str]) -> set[str]:
    """Which of these curricula a swarm made or has got."""
    wanted = list(lineages)
    mine = PromptCurriculumVault.objects.filter(swarm=swarm, lineage__in=wanted).order_by()
    got = CurriculumLicense.objects.filter(swarm=swarm, lineage__in=wanted).order_by()
    return {*mine.values_list("lineage", flat=True), *got.values_list("lineage", flat=True)}


def _tab(name: str) -> Q:
    if name not in TABS:
        raise Invalid("There is no such tab.", fields={"tab": f"One of {', '.join(TABS)}."})
    return TABS[name][1]


def _sort(name: str) -> tuple[str, str, bool]:
    if name not in SORTS:
        raise Invalid("There is no such order.", fields={"sort": f"One of {', '.join(SORTS)}."})
    return SORTS[name]


def _beyond(column: str, is_falling: bool, cursor: str) -> Q:
    value, pk = _read(cursor)
    if column == "id":
        return Q(pk__lt=pk)
    further = Q(**{f"{column}__{'lt' if is_falling else 'gt'}": value})
    return further | Q(**{column: value, "pk__lt": pk})


def _cursor(value: Any, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, pk]).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[float, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return float(value), int(pk)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid("The cursor is not one of ours.", fields={"after": "Use `next` of a page."}) from error
