"""Listing, buying, cloning and trading: each asks once more with the terms as they are now."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may, require
from mythos.errors import Invalid, MythosError, NotFound, Stale
from mythos.market.licensing import allows_copies
from mythos.market.models import BarterOffer, CurriculumLicense, Listing
from mythos.market.queries.curricula import get_curriculum
from mythos.market.queries.listings import get_listing, owned_lineages
from mythos.market.queries.trades import Trade, get_trade, history_of, tradable
from mythos.market.queries.wallet import wallet_summary
from mythos.market.services import bartering
from mythos.market.services.listings import close_listing, list_curriculum
from mythos.market.services.taking import Seen, buy_curriculum, clone_curriculum
from mythos.web.context import current_swarm, user_of
from mythos.web.forms import trade as forms
from mythos.web.market import cards_of

MOST_CHOICES = 100


def list_page(request: HttpRequest) -> HttpResponse:
    """Choose an exported curriculum of one's own and the terms it stands under."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "market.publish", swarm)
    error: MythosError | None = None
    slug = request.POST.get("curriculum") or request.GET.get("curriculum", "")
    chosen = get_curriculum(user, slug, swarm) if slug else None
    if request.method == "POST":
        try:
            if chosen is None:
                raise Invalid("The curriculum cannot be listed.", fields={"curriculum": "Choose one."})
            listing = list_curriculum(actor=user, curriculum_id=chosen.pk, terms=forms.terms(request.POST))
            messages.success(request, f"{listing} is on the market.")
            return redirect("market.trades")
        except Invalid as refused:
            error = refused
    context = {
        "choices": tradable(user, swarm)[:MOST_CHOICES],
        "chosen": chosen,
        "listing": getattr(chosen, "listing", None) if chosen else None,
        "may_clone": chosen is None or allows_copies(chosen.license),
        "error": error,
        "fields": error.fields if error else {},
        "typed": request.POST if error else None,
    }
    return render(request, "trade/list.html", context, status=422 if error else 200)


@require_POST
def close(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Take a curriculum off the market."""
    listing = close_listing(actor=user_of(request), listing_id=listing_id)
    messages.success(request, f"{listing} is off the market.")
    return redirect("market.trades")


def take(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Confirm buying or cloning; terms that changed meanwhile are shown and asked for again."""
    user, swarm = user_of(request), current_swarm(request)
    listing = get_listing(user, listing_id)
    how = request.POST.get("how") or request.GET.get("how") or ("buy" if listing.price else "clone")
    error: MythosError | None = None
    if request.method == "POST":
        try:
            held = _take(request, listing, how)
            messages.success(request, f"{held.title} is yours.")
            return redirect("market.trades")
        except (Invalid, Stale) as refused:
            error = refused
            listing = get_listing(user, listing_id) if refused.data.get("is_open", True) else listing
    wallet = wallet_summary(user, swarm)
    price = (listing.price or 0) if how == "buy" else 0
    context = {
        "listing": listing,
        "how": how,
        "fit": cards_of(swarm, [listing])[0].fit,
        "wallet": wallet,
        "after": wallet.balance - price,
        "error": error,
        "is_owned": bool(owned_lineages(swarm, [listing.curriculum.lineage])),
        "may_trade": may(user, "market.trade", swarm),
        "key": secrets.token_hex(12),
    }
    return render(request, "trade/take.html", context, status=error.status if error else 200)


def _take(request: HttpRequest, listing: Listing, how: str) -> CurriculumLicense:
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    seen = Seen(forms.whole(post, "price", empty=None), post.get("license"))
    key = post.get("key", "")
    if how == "clone":
        return clone_curriculum(actor=user, swarm=swarm, listing_id=listing.pk, seen=seen, key=key)
    return buy_curriculum(actor=user, swarm=swarm, listing_id=listing.pk, seen=seen, key=key)


def offer(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Offer credits, curricula or both for a listed curriculum."""
    user, swarm = user_of(request), current_swarm(request)
    listing = get_listing(user, listing_id)
    error: MythosError | None = None
    if request.method == "POST":
        try:
            terms, key = forms.exchange(request.POST), request.POST.get("key", "")
            made = bartering.offer_trade(actor=user, swarm=swarm, listing_id=listing.pk, exchange=terms, key=key)
            messages.success(request, f"{listing.swarm} has your offer.")
            return redirect("market.trade", made.pk)
        except (Invalid, Stale) as refused:
            error = refused
    context = {
        "listing": listing,
        "ours": tradable(user, swarm)[:MOST_CHOICES],
        "wallet": wallet_summary(user, swarm),
        "is_owned": bool(owned_lineages(swarm, [listing.curriculum.lineage])),
        "may_trade": may(user, "market.trade", swarm),
        "key": secrets.token_hex(12),
        **_typed(request, error),
    }
    return render(request, "trade/offer.html", context, status=error.status if error else 200)


def trade(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One trade: what both sides give, what was said, and the answers one may give."""
    return _trade(request, offer_id, None)


@require_POST
def answer(request: HttpRequest, offer_id: int, verb: str) -> HttpResponse:
    """Accept, decline, counter or withdraw."""
    user = user_of(request)
    found = get_trade(user, offer_id, current_swarm(request))
    try:
        done = _answer(request, found, verb)
    except (Invalid, Stale) as error:
        return _trade(request, offer_id, error)
    said = {"accept": "Both sides have what was agreed.", "counter": f"{found.other} has your terms."}
    messages.success(request, said.get(verb, f"The trade is {done.get_state_display()}."))
    return redirect("market.trade", offer_id)


def _answer(request: HttpRequest, found: Trade, verb: str) -> BarterOffer:
    user, number = user_of(request), forms.whole(request.POST, "number") or 0
    offer_id = found.offer.pk
    if verb != "withdraw" and found.is_open and not found.is_our_turn:
        raise Invalid("It is the other side's turn.", hint="Wait for the answer, or withdraw the offer.")
    if verb == "accept":
        return bartering.accept_offer(actor=user, offer_id=offer_id, number=number)
    if verb == "decline":
        return bartering.decline_offer(actor=user, offer_id=offer_id, number=number)
    if verb == "withdraw":
        return bartering.withdraw_offer(actor=user, offer_id=offer_id)
    if verb == "counter":
        terms = forms.exchange(request.POST)
        return bartering.counter_offer(actor=user, offer_id=offer_id, number=number, exchange=terms)
    raise NotFound(f"A trade cannot be answered with {verb!r}.")


def _trade(request: HttpRequest, offer_id: int, error: MythosError | None) -> HttpResponse:
    user, swarm = user_of(request), current_swarm(request)
    found = get_trade(user, offer_id, swarm)
    context: dict[str, Any] = {
        "trade": found,
        "offer": found.offer,
        "history": history_of(found.offer),
        "wallet": wallet_summary(user, swarm),
        "may_trade": may(user, "market.trade", swarm),
        **_typed(request, error),
    }
    if found.is_our_turn:
        context |= {"ours": tradable(user, swarm)[:MOST_CHOICES], "theirs": found.gets}
        if error is None:
            context |= _standing(found)
    return render(request, "trade/trade.html", context, status=error.status if error else 200)


def _standing(found: Trade) -> dict[str, Any]:
    """The form of a counter-offer begins with the terms that stand."""
    return {
        "typed": {"credits_given": found.gives_credits or "", "credits_wanted": found.gets_credits or "", "days": 3},
        "given": {str(item.curriculum_id) for item in found.gives},
        "wanted": {str(item.curriculum_id) for item in found.gets},
    }


def _typed(request: HttpRequest, error: MythosError | None) -> dict[str, Any]:
    post: MultiValueDict[str, str] = request.POST
    fields = error.fields if error else {}
    return {
        "error": error,
        "fields": {"credits_given": fields.get("credits", ""), **fields},
        "typed": request.POST,
        "given": set(post.getlist("given")),
        "wanted": set(post.getlist("wanted")),
        "trades_url": reverse("market.trades"),
    }
