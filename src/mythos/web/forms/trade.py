"""What people type about money and trades, as whole numbers or an error at the field."""

from __future__ import annotations

from datetime import timedelta

from django.http import QueryDict

from mythos.errors import Invalid
from mythos.market.models import Listing
from mythos.market.services.bartering import Exchange
from mythos.market.services.listings import Terms

LONGEST = 15


def whole(post: QueryDict, name: str, *, empty: int | None = 0) -> int | None:
    """A whole number; spaces and thousands' marks are people's, not ours."""
    text = post.get(name, "").replace(",", "").replace(" ", "").strip()
    if not text:
        return empty
    if not text.lstrip("-").isdecimal() or len(text) > LONGEST:
        raise Invalid("A number is not one.", fields={name: "A whole number, as in 120."})
    return int(text)


def numbers(post: QueryDict, name: str) -> tuple[int, ...]:
    """The boxes that were ticked."""
    ticked = post.getlist(name)
    if not all(text.isdecimal() and len(text) <= LONGEST for text in ticked):
        raise Invalid("A choice is not one.", fields={name: "Choose from the list."})
    return tuple(int(text) for text in ticked)


def terms(post: QueryDict) -> Terms:
    """How a curriculum may be had."""
    scope = Listing.Clonable.PRACTICE if post.get("clonable") else Listing.Clonable.NOTHING
    return Terms(
        price=whole(post, "price", empty=None),
        takes_barter=bool(post.get("takes_barter")),
        clonable=scope,
        seats=whole(post, "seats", empty=None),
    )


def exchange(post: QueryDict) -> Exchange:
    """What both sides give."""
    days = whole(post, "days", empty=3) or 0
    return Exchange(
        credits_given=whole(post, "credits_given") or 0,
        credits_wanted=whole(post, "credits_wanted") or 0,
        given=numbers(post, "given"),
        wanted=numbers(post, "wanted"),
        message=post.get("message", ""),
        open_for=timedelta(days=min(max(days, 0), 10_000)),
    )
