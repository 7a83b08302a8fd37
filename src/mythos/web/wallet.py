"""The wallet, its statement, granting credits, and what the swarm has got on the market."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.models import Swarm
from mythos.accounts.permissions import may
from mythos.accounts.queries import get_swarm
from mythos.errors import Invalid, MythosError, NotFound
from mythos.market.queries.listings import own_listings
from mythos.market.queries.trades import licenses_of, offers_of, open_trades, trade_of
from mythos.market.queries.wallet import statement, wallet_summary
from mythos.market.services.delivery import take_update
from mythos.market.services.ledger import grant_credits, may_grant
from mythos.web.context import current_swarm, user_of
from mythos.web.forms.trade import whole

MOST_CLOSED = 20
MOST_SHOWN = 50


def page(request: HttpRequest) -> HttpResponse:
    """Every posting with the balance after it; an administrator grants credits here."""
    user, swarm = user_of(request), current_swarm(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        try:
            done = _grant(request)
            messages.success(request, f"{done} got the credits.")
            return redirect("market.wallet")
        except (Invalid, NotFound) as error:
            fields = error.fields or {"amount": error.message}
    before = request.GET.get("before", "")
    account = request.GET.get("account", "wallet")
    context = {
        "wallet": wallet_summary(user, swarm),
        "account": account if account in ("wallet", "held") else "wallet",
        "statement": statement(
            user, swarm, account if account == "held" else "wallet", before=int(before) if before.isdecimal() else None
        ),
        "may_grant": may_grant(user),
        "fields": fields,
        "typed": request.POST,
    }
    return render(request, "trade/wallet.html", context, status=422 if fields else 200)


def _grant(request: HttpRequest) -> Swarm:
    """An administrator may give to any swarm, also to one they are not in."""
    user, post = user_of(request), request.POST
    slug = post.get("swarm", "").strip() or current_swarm(request).slug
    swarm = Swarm.objects.filter(slug=slug).first() if may_grant(user) else get_swarm(user, slug)
    if swarm is None:
        raise NotFound(f"There is no swarm {slug!r}.", fields={"swarm": "Unknown swarm."})
    grant_credits(
        actor=user,
        swarm=swarm,
        amount=whole(post, "amount") or 0,
        reason=post.get("reason", ""),
        key=post.get("key", ""),
    )
    return swarm


def trades(request: HttpRequest) -> HttpResponse:
    """Open trades first, then closed ones, what was taken, and what the swarm lists itself."""
    user, swarm = user_of(request), current_swarm(request)
    context: dict[str, Any] = {
        "open": open_trades(user, swarm, most=200),
        "closed": [trade_of(row, swarm) for row in offers_of(user, swarm, is_open=False)[:MOST_CLOSED]],
        "licenses": licenses_of(user, swarm)[:MOST_SHOWN],
        "listings": own_listings(user, swarm)[:MOST_SHOWN],
        "most": MOST_SHOWN,
        "wallet": wallet_summary(user, swarm),
        "may_trade": may(user, "market.trade", swarm),
        "may_publish": may(user, "market.publish", swarm),
    }
    return render(request, "trade/trades.html", context)


@require_POST
def update(request: HttpRequest, license_id: int) -> HttpResponse:
    """Bring a copy up to the seller's newest version."""
    try:
        held = take_update(actor=user_of(request), license_id=license_id)
        messages.success(request, f"{held.title} is now {held.version}.")
    except NotFound:
        raise
    except MythosError as error:
        messages.error(request, error.message)
    return redirect("market.trades")
