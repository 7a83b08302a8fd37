"""Moving labels, asking for approval, and deciding about what was asked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import ClauseBroken, Denied, Invalid, MythosError, Stale
from mythos.prompts import queries, services
from mythos.prompts.models import Prompt
from mythos.web import inbox
from mythos.web.context import user_of
from mythos.web.prompts import edit_page


@require_POST
def labels(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Move a label, take it off, or ask a reviewer to move it; what stands in the way is shown beside the form."""
    user = user_of(request)
    prompt = queries.get_prompt(user, prompt_id)
    try:
        _do(request, prompt)
    except (Invalid, ClauseBroken) as error:
        return _again(request, prompt, error)
    except Denied as error:
        if not error.data.get("approval") and not _may_ask(request, prompt):
            raise
        return _again(request, prompt, error, needs_approval=True)
    return redirect("prompts.page", prompt.pk)


def _do(request: HttpRequest, prompt: Prompt) -> None:
    user = user_of(request)
    label, version = request.POST.get("label", "").strip(), request.POST.get("version", "")
    number, reason = int(version) if version.isdigit() else 0, request.POST.get("reason", "")
    if request.POST.get("remove"):
        services.remove_label(actor=user, prompt_id=prompt.pk, label=label, reason=reason)
        messages.success(request, f"{label} taken off.")
    elif request.POST.get("ask"):
        services.request_label_move(actor=user, prompt_id=prompt.pk, label=label, version=number, reason=reason)
        messages.success(request, f"Asked for approval: {label} to version {version}.")
    else:
        services.move_label(actor=user, prompt_id=prompt.pk, label=label, version=number, reason=reason)
        messages.success(request, f"{label} points to version {version}.")


def _may_ask(request: HttpRequest, prompt: Prompt) -> bool:
    """Whether somebody who may not move a protected label may at least ask for it."""
    protected = services.is_protected(prompt, request.POST.get("label", "").strip())
    return protected and not request.POST.get("remove") and may(user_of(request), "prompts.move_label", prompt)


def _again(request: HttpRequest, prompt: Prompt, error: MythosError, *, needs_approval: bool = False) -> HttpResponse:
    """The prompt's page as it was, with what stands in the way of the label."""
    assert prompt.current is not None
    typed = {
        "text": prompt.current.text,
        "base": prompt.current.version,
        "fields": error.fields,
        "label_error": None if error.fields else error,
        "findings": error.data.get("findings", []),
        "needs_approval": needs_approval,
        "typed_label": request.POST,
    }
    return edit_page(request, prompt, typed, error.status)


@require_POST
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Approve or refuse a move somebody asked for; the first decision stands."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    try:
        asked = services.decide_label_request(
            actor=user_of(request), request_id=request_id, decision=decision, reason=reason
        )
    except (Invalid, ClauseBroken, Stale) as error:
        return inbox.show(request, {"asked": request_id, "error": error, "reason": reason}, error.status)
    messages.success(request, f"{asked.prompt.slug}: {asked.name} to v{asked.checkpoint.version} {asked.status}.")
    return redirect("inbox")
