"""Rituals: the list, one ritual with its cases and versions, import and export, what a change touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos import plugins
from mythos.accounts.permissions import may, require
from mythos.errors import Invalid, MythosError, NotConfigured, NotFound
from mythos.formats.rituals import READERS, read_ritual
from mythos.prompts.models import Prompt
from mythos.prompts.queries import checkpoint_of, get_prompt, visible_prompts
from mythos.providers.base import Provider, why_not_ready
from mythos.rituals import queries, services
from mythos.rituals.affected import standing_of_rituals
from mythos.rituals.expecting import why_ungraded
from mythos.rituals.exporting import FORMATS, export_ritual
from mythos.rituals.models import Ritual, Split
from mythos.text.normalize import MAX_BYTES, decode
from mythos.web.context import current_swarm, user_of
from mythos.web.forms.rituals import run_options

PAGE_SIZE = 50
MOST_OPTIONS = 500
MOST_RUNS = 12
MOST_VERSIONS = 30


@dataclass(frozen=True)
class Choice:
    """A provider one may run on."""

    name: str
    model: str
    is_simulated: bool
    is_ready: bool

    @property
    def label(self) -> str:
        """As it stands in a list to choose from."""
        said = f"{self.name} · {self.model}" + " · simulated" * self.is_simulated
        return said if self.is_ready else f"{said} · not set up"


def choices() -> list[Choice]:
    """Every provider that loads."""
    found = []
    for name in plugins.names("provider"):
        try:
            service: Provider = plugins.find("provider", name)
            found.append(Choice(name, service.model(), service.is_simulated, not why_not_ready(service)))
        except MythosError:
            continue
    return found


def list_page(request: HttpRequest) -> HttpResponse:
    """Every ritual with its newest run."""
    user, swarm = user_of(request), current_swarm(request)
    rows, q, kind = queries.visible_rituals(user, swarm), request.GET.get("q", "").strip(), request.GET.get("type", "")
    if q:
        rows = rows.filter(Q(slug__icontains=q) | Q(title__icontains=q) | Q(prompt__slug__icontains=q))
    if kind in Ritual.Type.values:
        rows = rows.filter(type=kind)
    page = Paginator(rows.order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    newest = [getattr(row, "last_run_id", None) for row in page]
    runs = queries.visible_runs(user, swarm).in_bulk([pk for pk in newest if pk])
    context = {
        "page": page,
        "rows": [(row, runs.get(pk or 0)) for row, pk in zip(page, newest, strict=True)],
        "q": q,
        "chosen": kind,
        "types": Ritual.Type.values,
        "may_edit": may(user, "rituals.edit", swarm),
    }
    return render(request, "rituals/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """A ritual without cases yet."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "rituals.edit", swarm)
    typed, fields = request.POST or request.GET, {}
    if request.method == "POST":
        try:
            made = services.create_ritual(
                actor=user,
                swarm=swarm,
                slug=typed.get("slug", "").strip(),
                title=typed.get("title", ""),
                type=typed.get("type", ""),
                description=typed.get("description", ""),
                prompt=_prompt(request),
            )
            return redirect("rituals.page", made.pk)
        except Invalid as error:
            fields = error.fields
    context = {"typed": typed, "fields": fields, "types": Ritual.Type.values, "prompts": prompt_slugs(request)}
    return render(request, "rituals/new.html", context, status=422 if fields else 200)


def page(request: HttpRequest, ritual_id: int) -> HttpResponse:
    """The cases of a ritual, how to run them, and what the runs gave."""
    return show(request, queries.get_ritual(user_of(request), ritual_id))


def show(request: HttpRequest, ritual: Ritual, extra: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page of a ritual with what was typed, and what was wrong about it."""
    user, wanted = user_of(request), request.GET.get("version", "")
    version = int(wanted) if wanted.isdigit() and 1 <= int(wanted) <= ritual.version else ritual.version
    cases = queries.cases_at(ritual, version)
    split = request.GET.get("split", "")
    if split in Split.values:
        cases = cases.filter(split=split)
    shown = Paginator(cases, PAGE_SIZE).get_page(request.GET.get("page"))
    types = {entry["type"] for case in shown for entry in case.expectations}
    context = {
        "ritual": ritual,
        "version": version,
        "is_old": version < ritual.version,
        "page": shown,
        "split": split,
        "splits": Split.choices,
        "runs": queries.visible_runs(user).filter(ritual=ritual)[:MOST_RUNS],
        "versions": queries.versions_of(ritual)[:MOST_VERSIONS],
        "ungraded": {name: reason for name in sorted(types) if (reason := why_ungraded(name))},
        "choices": choices(),
        "types": Ritual.Type.values,
        "prompts": prompt_slugs(request),
        "labels": ritual.prompt.labels.select_related("checkpoint") if ritual.prompt else (),
        "may_edit": may(user, "rituals.edit", ritual),
        "may_run": may(user, "rituals.run", ritual),
        "typed": {},
        "fields": {},
        **(extra or {}),
    }
    return render(request, "rituals/page.html", context, status=status)


@require_POST
def details(request: HttpRequest, ritual_id: int) -> HttpResponse:
    """Title, type, prompt, tags."""
    user, post = user_of(request), request.POST
    ritual = queries.get_ritual(user, ritual_id)
    try:
        services.update_ritual(
            actor=user,
            ritual_id=ritual.pk,
            title=post.get("title", ""),
            type=post.get("type", ""),
            description=post.get("description", ""),
            tags=post.get("tags", "").split(","),
            prompt=_prompt(request),
        )
    except Invalid as error:
        return show(request, ritual, {"fields": error.fields, "typed": post}, 422)
    messages.success(request, "Details saved.")
    return redirect("rituals.page", ritual.pk)


@require_POST
def run(request: HttpRequest, ritual_id: int) -> HttpResponse:
    """Start a run and go to watch it."""
    user, post = user_of(request), request.POST
    ritual = queries.get_ritual(user, ritual_id)
    try:
        options = run_options(post)
        checkpoint, which = None, post.get("which", "")
        if ritual.prompt is not None and which:
            wanted: dict[str, Any] = {"version": int(which)} if which.isdigit() else {"label": which}
            checkpoint = checkpoint_of(user, ritual.prompt, **wanted)
        started = services.start_run(actor=user, ritual_id=ritual.pk, checkpoint=checkpoint, **options)
    except (Invalid, NotConfigured, NotFound) as error:
        fields = error.fields or {"provider": error.message}
        return show(request, ritual, {"fields": fields, "typed": post, "run_error": error}, 422)
    return redirect("rituals.run", started.pk)


def import_page(request: HttpRequest) -> HttpResponse:
    """A promptfoo config, a CSV, JSON Lines or the testData of a .prompt.yml."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "rituals.edit", swarm)
    context: dict[str, Any] = {"typed": request.POST, "fields": {}, "formats": sorted(READERS)}
    status = 200
    if request.method == "POST":
        try:
            name, text = _upload(request)
            made = services.import_ritual(
                actor=user,
                swarm=swarm,
                slug=request.POST.get("slug", "").strip(),
                document=read_ritual(text, name, kind=request.POST.get("format", "")),
                prompt=_prompt(request),
            )
            changes = made.changes
            said = f"{changes.added} added, {changes.changed} changed, {changes.retired} retired."
            for note in [said, *made.notes[:5]]:
                messages.success(request, note)
            return redirect("rituals.page", made.ritual.pk)
        except Invalid as error:
            context |= {"error": error, "fields": error.fields, "problems": error.data.get("problems", [])}
            status = 422
    return render(request, "rituals/import.html", context | {"prompts": prompt_slugs(request)}, status=status)


def _upload(request: HttpRequest) -> tuple[str, str]:
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        raise Invalid("Choose a file.", fields={"file": "Nothing was given."})
    name = given.name or "ritual.jsonl"
    return name, decode(given.read(MAX_BYTES + 1), name=name)


def export(request: HttpRequest, ritual_id: int) -> HttpResponse:
    """The ritual as a promptfoo config or as JSON Lines."""
    kind = request.GET.get("format", FORMATS[0])
    ritual = queries.get_ritual(user_of(request), ritual_id)
    given = export_ritual(user_of(request), ritual.pk, kind)
    response = HttpResponse(given.text, content_type="text/plain; charset=utf-8")
    ending = "promptfooconfig.yaml" if kind == "promptfoo" else kind
    response["Content-Disposition"] = f'attachment; filename="{ritual.slug}.{ending}"'
    return response


def affected(request: HttpRequest) -> HttpResponse:
    """Which rituals a change touches and why the others may wait; a POST runs those that are touched."""
    user, swarm = user_of(request), current_swarm(request)
    offered = choices()
    given = request.POST if request.method == "POST" else request.GET
    provider = next((one.name for one in offered if one.name == given.get("provider")), "scripted")
    rows = standing_of_rituals(user, swarm, provider=provider)
    due = [row for row in rows if row.must_run]
    if request.method == "POST":
        require(user, "rituals.run", swarm)
        for row in due:
            services.start_run(actor=user, ritual_id=row.ritual.pk, provider=provider)
        messages.success(request, f"{len(due)} rituals run now; {len(rows) - len(due)} were skipped.")
        return redirect("rituals.list")
    context = {
        "due": due,
        "skipped": [row for row in rows if not row.must_run],
        "choices": offered,
        "chosen": next(one for one in offered if one.name == provider),
        "may_run": may(user, "rituals.run", swarm),
    }
    return render(request, "rituals/affected.html", context)


def prompt_slugs(request: HttpRequest) -> list[str]:
    """Names for the field that binds a prompt."""
    rows = visible_prompts(user_of(request), current_swarm(request)).order_by("slug")
    return list(rows.values_list("slug", flat=True)[:MOST_OPTIONS])


def _prompt(request: HttpRequest) -> Prompt | None:
    slug = request.POST.get("prompt", "").strip()
    try:
        return get_prompt(user_of(request), slug, current_swarm(request)) if slug else None
    except NotFound as error:
        raise Invalid(error.message, fields={"prompt": error.message}) from None
