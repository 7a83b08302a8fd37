"""Rule books: the list, one of them, importing."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mythos.accounts.permissions import require
from mythos.codex.planning import CodexPlan, plan_import
from mythos.codex.queries import get_codex, visible_clauses, visible_codices, waiting_versions
from mythos.codex.services import import_codex, queue_import
from mythos.codex.services.uploads import AT_ONCE_CHARACTERS, is_long
from mythos.errors import Invalid, Stale
from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.text.normalize import MAX_BYTES, decode
from mythos.web.context import current_swarm, user_of

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def codices(request: HttpRequest) -> HttpResponse:
    """All rule books of the swarm."""
    rows = visible_codices(user_of(request), current_swarm(request))
    return render(request, "codex/list.html", {"codices": rows})


def codex(request: HttpRequest, slug: str) -> HttpResponse:
    """The clauses of one rule book."""
    user, swarm, q = user_of(request), current_swarm(request), request.GET.get("q", "").strip()
    book = get_codex(user, slug, swarm)
    rows = visible_clauses(user, swarm, book)
    if q:
        rows = rows.filter(title__icontains=q) | rows.filter(ref__icontains=q) | rows.filter(text__icontains=q)
    context = {"codex": book, "clauses": rows, "editions": book.editions.all()[:12], "q": q}
    context["waiting"] = waiting_versions([row.pk for row in rows])
    return render(request, "codex/page.html", context)


def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a document, see the plan, apply exactly that plan."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "codex.import", swarm)
    context: dict[str, object] = {
        "codices": visible_codices(user, swarm),
        "typed": request.POST or request.GET,
        "most": MAX_BYTES // 1_000_000,
        "at_once": AT_ONCE_CHARACTERS // 1_000_000,
    }
    if request.method != "POST":
        return render(request, "codex/import.html", context)
    try:
        slug = _slug(request)
        document = _document(request)
        if request.POST.get("plan"):
            return _apply(request, slug, document)
        context["plan"] = plan_import(actor=user, swarm=swarm, codex_slug=slug, document=document)
        status = 200
    except Invalid as error:
        context |= {"error": error, "fields": error.fields, "problems": error.data.get("problems", [])}
        status = 422
    except Stale as error:
        context |= {"error": error, "plan": _plan_again(request)}
        status = 409
    return render(request, "codex/import.html", context, status=status)


def _plan_again(request: HttpRequest) -> CodexPlan:
    return plan_import(
        actor=user_of(request),
        swarm=current_swarm(request),
        codex_slug=_slug(request),
        document=_document(request),
    )


def _apply(request: HttpRequest, slug: str, document: CodexDocument) -> HttpResponse:
    if is_long(document):
        job = queue_import(
            actor=user_of(request),
            swarm=current_swarm(request),
            codex_slug=slug,
            document=document,
            title=request.POST.get("title", ""),
            expected_plan=request.POST["plan"],
        )
        return redirect("jobs.page", job.pk)
    report = import_codex(
        actor=user_of(request),
        swarm=current_swarm(request),
        codex_slug=slug,
        document=document,
        title=request.POST.get("title", ""),
        source="web",
        expected_plan=request.POST["plan"],
    )
    counts = report.plan.counts
    messages.success(request, f"{counts['new']} new, {counts['changed']} changed, {counts['retired']} retired clauses.")
    return redirect("regression.queue" if report.audits else "codex.page", *([] if report.audits else [slug]))


def _slug(request: HttpRequest) -> str:
    slug = request.POST.get("codex", "").strip()
    if not _SLUG.fullmatch(slug):
        raise Invalid("Name the codex.", fields={"codex": "Lower-case letters, digits and -."})
    return slug


def _document(request: HttpRequest) -> CodexDocument:
    """The uploaded file, else the pasted text; the second step sends the text back."""
    upload = request.FILES.get("file")
    if upload is not None:
        name = upload.name or "document.md"
        return read_codex(decode(upload.read(MAX_BYTES + 1), name=name), name=name)
    text, name = request.POST.get("document", ""), request.POST.get("name", "") or "document.md"
    if not text.strip():
        raise Invalid("Choose a file or paste a document.", fields={"file": "Nothing was given."})
    return read_codex(text, name=name)
