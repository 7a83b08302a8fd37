"""Import prompts from uploaded files: first the plan, then the same again for good."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.accounts.permissions import require
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.errors import Invalid
from mythos.formats.prompts import read_prompts
from mythos.prompts.services import ImportReport, import_prompts
from mythos.web.context import current_swarm, user_of

MOST_BYTES = 12_000_000


def page(request: HttpRequest) -> HttpResponse:
    """`Check` shows the plan of the chosen file, `Import` writes it."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "prompts.create", swarm)
    context: dict[str, object] = {"assistants": visible_assistants(user, swarm), "typed": request.POST}
    status = 200
    if request.method == "POST":
        try:
            report = _run(request, dry_run=request.POST.get("step") != "import")
            context["report"] = report
            if not report.dry_run and not report.problems:
                messages.success(request, f"{report.checkpoints} checkpoints of {len(report.rows)} prompts.")
                return redirect("prompts.library")
        except Invalid as error:
            context |= {"error": error, "fields": error.fields, "problems": error.data.get("problems", [])}
            status = 422
    return render(request, "prompts/import.html", context, status=status)


def _run(request: HttpRequest, *, dry_run: bool) -> ImportReport:
    user, swarm = user_of(request), current_swarm(request)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Invalid("Choose a file.", fields={"file": "A .md, .txt, .csv or .json file."})
    if (upload.size or 0) > MOST_BYTES:
        raise Invalid(f"{upload.name} is too large.", fields={"file": f"{MOST_BYTES // 1_000_000} MB is the most."})
    chosen = request.POST.get("assistant", "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(upload.name or "prompt.md").name
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return import_prompts(
            actor=user,
            swarm=swarm,
            records=read_prompts(path),
            strict=request.POST.get("strict") == "on",
            dry_run=dry_run,
            assistant=get_assistant(user, chosen, swarm) if chosen else None,
        )
