"""Signing in and out, preferences, API tokens."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from mythos.accounts.models import Role
from mythos.accounts.permissions import may
from mythos.accounts.queries import get_swarm, tokens_of
from mythos.accounts.services import (
    change_password,
    create_token,
    rename_user,
    revoke_token,
    set_preference,
    update_swarm,
)
from mythos.errors import Invalid
from mythos.web.context import current_swarm, user_of

MOST_FAILURES = 10
WINDOW_SECONDS = 15 * 60
TOO_MANY = "Too many attempts. Try again in 15 minutes."


def sign_in(request: HttpRequest) -> HttpResponse:
    """One message for a wrong name or password; too many failures wait."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    if request.user.is_authenticated:
        return redirect(target)
    error, email = "", request.POST.get("email", "").strip().lower()
    if request.method == "POST":
        key = f"sign-in:{request.META.get('REMOTE_ADDR', '')}:{email}"
        if _is_shut(key):
            error = TOO_MANY
        else:
            user = authenticate(request, username=email, password=request.POST.get("password", ""))
            if user is not None:
                login(request, user)
                cache.delete(key)
                return redirect(target)
            _count_failure(key)
            error = "Wrong email or password."
    context = {"next": target, "email": email, "error": error}
    return render(request, "accounts/sign_in.html", context, status=422 if error else 200)


def _is_shut(key: str) -> bool:
    return bool(cache.get(key, 0) >= MOST_FAILURES)


def _count_failure(key: str) -> None:
    cache.add(key, 0, WINDOW_SECONDS)
    cache.incr(key)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave."""
    logout(request)
    return redirect("sign-in")


@require_POST
def switch_swarm(request: HttpRequest) -> HttpResponse:
    """Work in another of one's swarms."""
    request.session["swarm"] = get_swarm(user_of(request), request.POST.get("swarm", "")).slug
    return redirect("home")


def preferences(request: HttpRequest) -> HttpResponse:
    """Theme, density and shortcut keys."""
    if request.method == "POST":
        set_preference(
            actor=user_of(request),
            theme=request.POST.get("theme"),
            density=request.POST.get("density"),
            shortcuts=request.POST.get("shortcuts") == "on",
        )
        messages.success(request, "Preferences saved.")
        return redirect("accounts.preferences")
    return _preferences(request)


def _preferences(request: HttpRequest, fields: dict[str, str] | None = None) -> HttpResponse:
    context = {
        "may_manage": may(user_of(request), "swarm.manage", current_swarm(request)),
        "rules": password_validators_help_texts(),
        "fields": fields or {},
        "typed": request.POST,
    }
    return render(request, "accounts/preferences.html", context, status=422 if fields else 200)


@require_POST
def rename(request: HttpRequest) -> HttpResponse:
    """Change one's own name."""
    try:
        rename_user(actor=user_of(request), name=request.POST.get("name", ""))
    except Invalid as error:
        return _preferences(request, error.fields)
    messages.success(request, "Name saved.")
    return redirect("accounts.preferences")


@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; this session goes on, the others end."""
    user, given = user_of(request), request.POST
    key = f"password:{user.pk}"
    if _is_shut(key):
        return _preferences(request, {"current": TOO_MANY})
    if given.get("password", "") != given.get("repeated", ""):
        return _preferences(request, {"repeated": "It is not the same as the one above."})
    try:
        change_password(actor=user, current=given.get("current", ""), password=given.get("password", ""))
    except Invalid as error:
        if "current" in error.fields:
            _count_failure(key)
        return _preferences(request, error.fields)
    update_session_auth_hash(request, user)
    cache.delete(key)
    messages.success(request, "Password changed. Whoever else was signed in with the old one no longer is.")
    return redirect("accounts.preferences")


@require_POST
def swarm_settings(request: HttpRequest) -> HttpResponse:
    """Which labels are protected, and whether they need a second person; owners only."""
    update_swarm(
        actor=user_of(request),
        swarm=current_swarm(request),
        requires_approval=request.POST.get("requires_approval") == "on",
        protected_labels=request.POST.get("protected_labels", "").split(","),
    )
    messages.success(request, "Swarm settings saved.")
    return redirect("accounts.preferences")


def tokens(request: HttpRequest) -> HttpResponse:
    """API tokens of the swarm; a new secret is shown this once."""
    actor, swarm = user_of(request), current_swarm(request)
    issued, fields = None, {}
    if request.method == "POST":
        days = request.POST.get("days", "")
        until = timezone.now() + timedelta(days=int(days)) if days.isdigit() and int(days) else None
        try:
            issued = create_token(
                actor=actor,
                swarm=swarm,
                name=request.POST.get("name", ""),
                role=request.POST.get("role", ""),
                expires_at=until,
            )
        except Invalid as error:
            fields = error.fields
    context = {"tokens": tokens_of(actor, swarm), "issued": issued, "fields": fields, "roles": Role.values}
    return render(request, "accounts/tokens.html", context, status=422 if fields else 200)


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Close a token."""
    token = revoke_token(actor=user_of(request), token_id=token_id)
    messages.success(request, f"{token.name} no longer opens anything.")
    return redirect("accounts.tokens")
