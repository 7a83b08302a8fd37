"""Moving labels, asking for approval, and deciding about what was asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import ClauseBroken, Denied, Invalid, MythosError, NotFound, Stale
from mythos.prompts import queries, services
from mythos.prompts.models import Prompt
from mythos.rituals.arms import compare_arms
from mythos.rituals.statistics import MARGIN
from mythos.web import inbox
from mythos.web.context import user_of
from mythos.web.prompts import edit_page

MOST_SHOWN = 20


def labels(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """The labels of a prompt, who gets what, and what readers think of it.

    POST moves a label, splits it, takes it off, or asks a reviewer to move it; what stands in the way is shown.
    """
    user = user_of(request)
    prompt = queries.get_prompt(user, prompt_id)
    if request.method != "POST":
        return _labels_page(request, prompt, {})
    try:
        _do(request, prompt)
    except (Invalid, ClauseBroken) as error:
        return _again(request, prompt, error)
    except NotFound as error:
        if not error.fields and not _is_of_page(request):
            raise
        return _again(request, prompt, error)
    except Denied as error:
        if not error.data.get("approval") and not _may_ask(request, prompt):
            raise
        return _again(request, prompt, error, needs_approval=True)
    return redirect("prompts.labels" if _is_of_page(request) else "prompts.page", prompt.pk)


def _is_of_page(request: HttpRequest) -> bool:
    """Whether the form stood on the page of labels."""
    return bool(request.POST.get("split") or request.POST.get("page") == "labels")


def _labels_page(request: HttpRequest, prompt: Prompt, wrong: dict[str, Any], status: int = 200) -> HttpResponse:
    user = user_of(request)
    assert prompt.current is not None
    rows = list(prompt.labels.select_related("checkpoint", "other"))
    first = next((row for row in rows if not row.share), None)
    context = {
        "prompt": prompt,
        "labels": rows,
        "splits": [compare_arms(user, prompt.pk, row.name) for row in rows if row.share],
        "margin": MARGIN,
        "feedback": queries.feedback_of(user, prompt)[:MOST_SHOWN],
        "moves": queries.label_history(user, prompt)[:MOST_SHOWN],
        "may_edit": may(user, "prompts.move_label", prompt),
        "fields": {},
        "typed": {
            "label": first.name if first else "",
            "version": first.checkpoint.version if first else "",
            "other_version": prompt.current.version if first is None or first.checkpoint != prompt.current else "",
            "share": 20,
        },
        **wrong,
    }
    return render(request, "prompts/labels.html", context, status=status)


def _do(request: HttpRequest, prompt: Prompt) -> None:
    user = user_of(request)
    label, reason = request.POST.get("label", "").strip(), request.POST.get("reason", "")
    number = version = _number(request, "version")
    if request.POST.get("split"):
        other, share = (_number(request, name) for name in ("other_version", "share"))
        services.split_label(
            actor=user,
            prompt_id=prompt.pk,
            label=label,
            version=number,
            other_version=other,
            share=share,
            reason=reason,
        )
        messages.success(request, f"{label} is split: {share} percent get version {other}.")
    elif request.POST.get("remove"):
        services.remove_label(actor=user, prompt_id=prompt.pk, label=label, reason=reason)
        messages.success(request, f"{label} taken off.")
    elif request.POST.get("ask"):
        services.request_label_move(actor=user, prompt_id=prompt.pk, label=label, version=number, reason=reason)
        messages.success(request, f"Asked for approval: {label} to version {version}.")
    else:
        services.move_label(actor=user, prompt_id=prompt.pk, label=label, version=number, reason=reason)
        messages.success(request, f"{label} points to version {version}.")


def _number(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isdigit() else 0


def _may_ask(request: HttpRequest, prompt: Prompt) -> bool:
    """Whether somebody who may not move a protected label may at least ask for it."""
    protected = services.is_protected(prompt, request.POST.get("label", "").strip())
    return protected and not request.POST.get("remove") and may(user_of(request), "prompts.move_label", prompt)


def _again(request: HttpRequest, prompt: Prompt, error: MythosError, *, needs_approval: bool = False) -> HttpResponse:
    """The page as it was, with what stands in the way of the label."""
    if _is_of_page(request):
        wrong = {"fields": error.fields, "typed": request.POST, "findings": error.data.get("findings", [])}
        return _labels_page(request, prompt, wrong | {"label_error": None if error.fields else error}, error.status)
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
