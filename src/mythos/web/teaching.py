"""Teaching an assistant: progress part by part, and the certificate."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import MythosError, PackageUnreadable
from mythos.formats.curriculum import verify_document
from mythos.market.queries.teaching import get_certificate, teaching_progress
from mythos.market.services.teaching import enroll_assistant, leave_curriculum, note_teaching, try_part
from mythos.web.context import user_of
from mythos.web.curricula import page as curriculum_page


@require_POST
def enroll(request: HttpRequest, curriculum_id: int) -> HttpResponse:
    """Assign the curriculum to an assistant and try its first part."""
    post = request.POST
    try:
        row = enroll_assistant(
            actor=user_of(request),
            curriculum_id=curriculum_id,
            assistant=post.get("assistant", ""),
            provider=post.get("provider", "") or "scripted",
            prompt=post.get("prompt", ""),
        )
    except MythosError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, f"{error.message} {' '.join(error.fields.values())}".strip())
        request.method = "GET"
        response = curriculum_page(request, curriculum_id)
        response.status_code = error.status
        return response
    return redirect("teaching.page", row.pk)


def page(request: HttpRequest, enrollment_id: int) -> HttpResponse:
    """Part by part: what is passed, what is open, every attempt; POST tries a part, leaves, or keeps a note."""
    user, post, error = user_of(request), request.POST, None
    if request.method == "POST":
        try:
            if post.get("do") == "leave":
                leave_curriculum(actor=user, enrollment_id=enrollment_id)
            elif post.get("do") == "note":
                note_teaching(actor=user, enrollment_id=enrollment_id, note=post.get("note", ""))
            else:
                position = int(post.get("position", "0") or 0)
                try_part(actor=user, enrollment_id=enrollment_id, position=position)
            return redirect("teaching.page", enrollment_id)
        except MythosError as wrong:
            if wrong.status in (403, 404):
                raise
            error = wrong
    progress = teaching_progress(user, enrollment_id)
    row = progress.enrollment
    context = {
        "row": row,
        "progress": progress,
        "certificate": getattr(row, "certificate", None),
        "retest_days": settings.RETEST_DAYS,
        "error": error,
        "may_teach": may(user, "market.teach", row.curriculum),
    }
    return render(request, "market/teaching.html", context, status=error.status if error else 200)


def certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """The signed record, and whether its signature holds now; with `?format=json` as a file anybody can verify."""
    found = get_certificate(user_of(request), serial)
    if request.GET.get("format") == "json":
        whole = {"document": found.record, "signature": found.signature}
        return JsonResponse(whole, json_dumps_params={"sort_keys": True})
    state = "unsigned"
    if found.signature:
        try:
            verify_document("certificate", found.record, found.signature)
            state = "good"
        except PackageUnreadable:
            state = "broken"
    return render(request, "market/certificate.html", {"row": found, "record": found.record, "state": state})
