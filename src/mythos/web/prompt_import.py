"""Import prompts from an uploaded file: first the plan, then the same again for good."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.errors import Invalid
from mythos.formats.prompts import ENDINGS
from mythos.prompts.services import import_upload, queue_import, read_upload
from mythos.prompts.services.uploads import AT_ONCE_BYTES, AT_ONCE_TEXTS, MOST_BYTES, Upload
from mythos.text.normalize import MAX_BYTES
from mythos.web.context import current_swarm, user_of

MEGABYTE = 1_000_000


def page(request: HttpRequest) -> HttpResponse:
    """`Check` shows the plan of the chosen file, `Import` writes it, or leaves it to the worker when it is long."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "prompts.create", swarm)
    context: dict[str, object] = {
        "assistants": visible_assistants(user, swarm),
        "typed": request.POST,
        "most_text": MAX_BYTES // MEGABYTE,
        "most_json": MOST_BYTES // MEGABYTE,
        "endings": ",".join(ENDINGS),
        "at_once": AT_ONCE_BYTES // MEGABYTE,
        "at_once_texts": AT_ONCE_TEXTS,
    }
    status = 200
    if request.method == "POST":
        try:
            upload = _upload(request)
            if request.POST.get("step") == "import":
                return _import(request, upload, context)
            strict, assistant = _chosen(request)
            context["report"] = import_upload(
                actor=user, swarm=swarm, upload=upload, strict=strict, assistant=assistant, dry_run=True
            )
            context["is_long"] = upload.is_long
        except Invalid as error:
            context |= {"error": error, "fields": error.fields, "problems": error.data.get("problems", [])}
            status = 422
    return render(request, "prompts/import.html", context, status=status)


def _import(request: HttpRequest, upload: Upload, context: dict[str, object]) -> HttpResponse:
    user, swarm = user_of(request), current_swarm(request)
    strict, assistant = _chosen(request)
    if upload.is_long:
        job = queue_import(actor=user, swarm=swarm, upload=upload, strict=strict, assistant=assistant)
        return redirect("jobs.page", job.pk)
    report = import_upload(actor=user, swarm=swarm, upload=upload, strict=strict, assistant=assistant)
    if report.problems:
        return render(request, "prompts/import.html", context | {"report": report})
    messages.success(request, f"{report.checkpoints} checkpoints of {len(report.rows)} prompts.")
    return redirect("prompts.library")


def _chosen(request: HttpRequest) -> tuple[bool, Assistant | None]:
    """All or nothing, and whose prompts they become."""
    slug = request.POST.get("assistant", "")
    assistant = get_assistant(user_of(request), slug, current_swarm(request)) if slug else None
    return request.POST.get("strict") == "on", assistant


def _upload(request: HttpRequest) -> Upload:
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        raise Invalid("Choose a file.", fields={"file": f"It ends in {', '.join(ENDINGS)}."})
    return read_upload(given.name or "prompt.md", given.read(MOST_BYTES + 1))
