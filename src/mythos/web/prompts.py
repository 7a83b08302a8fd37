"""Prompts: the library, one prompt, its versions and labels."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may, require
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.codex.queries import contract_of
from mythos.drafts.queries import users_of
from mythos.errors import Invalid, Stale
from mythos.formats.prompts import FORMATS
from mythos.prompts import queries, services
from mythos.prompts.models import Prompt
from mythos.text.diff import word_diff
from mythos.text.normalize import normalize
from mythos.text.template import variables
from mythos.web import advice, diff_view
from mythos.web.context import current_swarm, user_of

PAGE_SIZE = 50
STARTER = "You are {{name}}, an assistant of {{team}}.\n\nAnswer in the language of the question.\n"


def library(request: HttpRequest) -> HttpResponse:
    """All prompts, filtered by the address."""
    user, swarm = user_of(request), current_swarm(request)
    rows, q = queries.visible_prompts(user, swarm), request.GET.get("q", "").strip()
    if q:
        rows = rows.filter(Q(slug__icontains=q) | Q(title__icontains=q) | Q(tags__icontains=q))
    chosen = request.GET.get("assistant", "")
    if chosen:
        rows = rows.filter(assistant__slug=chosen)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "q": q, "chosen": chosen, "assistants": visible_assistants(user, swarm)}
    return render(request, "prompts/library.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """A form for a first text."""
    user, swarm = user_of(request), current_swarm(request)
    require(user, "prompts.create", swarm)
    fields: dict[str, str] = {}
    typed: Any = {"text": STARTER, "kind": "system"}
    if request.method == "POST":
        typed = request.POST
        try:
            made = services.create_prompt(
                actor=user,
                swarm=swarm,
                slug=typed.get("slug", "").strip(),
                text=typed.get("text", ""),
                title=typed.get("title", ""),
                kind=typed.get("kind", "system"),
                tags=_tags(typed.get("tags", "")),
                assistant=_assistant(request),
                message=typed.get("message", ""),
            )
            messages.success(request, f"{made.prompt.slug} saved as version 1.")
            return redirect("prompts.page", made.prompt_id)
        except Invalid as error:
            fields = error.fields or {"text": error.message}
    context = {
        "fields": fields,
        "typed": typed,
        "assistants": visible_assistants(user, swarm),
        "kinds": Prompt.Kind.values,
    }
    return render(request, "prompts/new.html", context, status=422 if fields else 200)


def page(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """One prompt; a POST saves a version on top of the one that was shown."""
    user = user_of(request)
    prompt = queries.get_prompt(user, prompt_id)
    assert prompt.current is not None
    if request.method != "POST":
        typed = {"text": prompt.current.text, "base": prompt.current.version}
        return edit_page(request, prompt, typed | _what_it_did(request, prompt))
    text, base = request.POST.get("text", ""), request.POST.get("base", "")
    version = int(base) if base.isdigit() else 0
    try:
        services.refuse_undecided(text)
        saved = services.revise_prompt(
            actor=user,
            prompt_id=prompt.pk,
            text=text,
            base=version,
            reason=request.POST.get("message", ""),
            source="web",
        )
    except Invalid as error:
        typed = {"text": text, "base": version, "message": request.POST.get("message", "")}
        wrong = {"fields": error.fields or {"text": error.message}, "line": error.data.get("line")}
        return edit_page(request, prompt, typed | wrong, 422)
    except Stale:
        return _three_way(request, prompt, version, text)
    if saved.version == version:
        messages.info(request, "Nothing changed, so nothing was saved.")
    else:
        messages.success(request, f"Saved as version {saved.version}.")
        return redirect(f"{reverse('prompts.page', args=[prompt.pk])}?saved={saved.version}")
    return redirect("prompts.page", prompt.pk)


def _what_it_did(request: HttpRequest, prompt: Prompt) -> dict[str, Any]:
    """How many changes of meaning the version has that was just saved."""
    current = prompt.current
    assert current is not None
    is_new = request.GET.get("saved", "") == str(current.version) and current.version > 1
    if not is_new or len(current.text) > advice.MOST_CHARACTERS:
        return {}
    user = user_of(request)
    before = queries.checkpoint_of(user, prompt, version=current.version - 1)
    found = queries.compare_checkpoints(user, before, current, use_embeddings=False).comparison.findings
    return {"changes": len(found), "weaker": sum(finding.direction == "weaker" for finding in found)}


def edit_page(request: HttpRequest, prompt: Prompt, typed: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page of a prompt with what was typed, and what was wrong about it."""
    user = user_of(request)
    assert prompt.current is not None
    may_edit = may(user, "prompts.revise", prompt)
    context = {
        "prompt": prompt,
        "current": prompt.current,
        "variables": variables(prompt.current.text),
        "moves": queries.label_history(user, prompt)[:8],
        "may_edit": may_edit,
        "locked": not may_edit,
        "may_protect": may(user, "prompts.move_protected_label", prompt),
        "assistants": visible_assistants(user, prompt.swarm),
        "kinds": Prompt.Kind.values,
        "formats": [(form.name, form.title) for form in FORMATS.values()],
        "recent": queries.prompt_history(user, prompt)[:6],
        "contract": contract_of(user, prompt),
        "used_by": users_of(user, prompt),
        "requests": queries.label_requests(user, prompt.swarm).filter(prompt=prompt),
        "missing": queries.missing_includes(user, prompt.swarm, typed["text"]),
        **typed,
    }
    return render(request, "prompts/page.html", context, status=status)


def _three_way(request: HttpRequest, prompt: Prompt, base: int, text: str) -> HttpResponse:
    """Somebody saved first: theirs, yours, both merged; nothing typed is lost."""
    current = queries.checkpoint_of(user_of(request), prompt)
    known = base if prompt.checkpoints.filter(version=base).exists() else current.version
    three = queries.three_way(user_of(request), prompt, known, text)
    context = {
        "prompt": prompt,
        "three": three,
        "theirs": word_diff(three.base.text, three.current.text),
        "mine": word_diff(three.base.text, normalize(text)),
        "message": request.POST.get("message", ""),
    }
    return render(request, "prompts/three_way.html", context, status=409)


@require_POST
def check(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Advice on a draft while it is typed."""
    user, text = user_of(request), request.POST.get("text", "")
    prompt = queries.get_prompt(user, prompt_id)
    require(user, "prompts.revise", prompt)
    saved = queries.checkpoint_of(user, prompt)
    newer = ""
    if request.POST.get("base", "") not in ("", str(saved.version)):
        newer = f"{saved.author_name} saved version {saved.version} meanwhile. Saving lets you merge both."
    missing = queries.missing_includes(user, prompt.swarm, text)
    return advice.show(request, advice.advise(text, saved.text, missing=missing, newer=newer))


@require_POST
def check_new(request: HttpRequest) -> HttpResponse:
    """Advice on a first text while it is typed."""
    user, swarm, text = user_of(request), current_swarm(request), request.POST.get("text", "")
    require(user, "prompts.create", swarm)
    missing = queries.missing_includes(user, swarm, text)
    return advice.show(request, advice.advise(text, None, missing=missing))


@require_POST
def details(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Title, kind, tags, assistant."""
    user = user_of(request)
    prompt = queries.get_prompt(user, prompt_id)
    try:
        services.update_details(
            actor=user,
            prompt_id=prompt.pk,
            title=request.POST.get("title", ""),
            kind=request.POST.get("kind", ""),
            tags=_tags(request.POST.get("tags", "")),
            assistant=_assistant(request),
        )
    except Invalid as error:
        assert prompt.current is not None
        typed = {"text": prompt.current.text, "base": prompt.current.version, "fields": error.fields}
        return edit_page(request, prompt, typed, 422)
    messages.success(request, "Details saved.")
    return redirect("prompts.page", prompt.pk)


def versions(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Every checkpoint, newest first."""
    user = user_of(request)
    prompt = queries.get_prompt(user, prompt_id)
    page = Paginator(queries.prompt_history(user, prompt), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"prompt": prompt, "page": page, "may_edit": may(user, "prompts.revise", prompt)}
    return render(request, "prompts/versions.html", context)


def compare(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Any two versions side by side."""
    user = user_of(request)
    prompt = queries.get_prompt(user, prompt_id)
    assert prompt.current is not None
    newest = prompt.current.version
    left, right = (request.GET.get(name, "") for name in ("from", "to"))
    old = queries.checkpoint_of(user, prompt, version=int(left) if left.isdigit() else max(1, newest - 1))
    new_ = queries.checkpoint_of(user, prompt, version=int(right) if right.isdigit() else newest)
    pair = queries.compare_checkpoints(user, old, new_, use_embeddings=False)
    context = {
        "prompt": prompt,
        "versions": prompt.checkpoints.order_by("-version").values_list("version", flat=True)[:200],
        **diff_view.shown(pair, request.GET.get("view", "")),
        "earlier": (old.version - 1, old.version) if old.version > 1 else None,
        "later": (new_.version, new_.version + 1) if new_.version < newest else None,
    }
    return render(request, "prompts/compare.html", context)


@require_POST
def restore(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Copy an old version forward."""
    prompt = queries.get_prompt(user_of(request), prompt_id)
    version, base = request.POST.get("version", ""), request.POST.get("base", "")
    saved = services.restore_checkpoint(
        actor=user_of(request),
        prompt_id=prompt.pk,
        version=int(version) if version.isdigit() else 0,
        base=int(base) if base.isdigit() else 0,
    )
    messages.success(request, f"Version {version} copied forward as version {saved.version}.")
    if request.POST.get("from") == "vault":
        return redirect(f"{reverse('mutations.list')}?prompt={prompt.pk}")
    return redirect("prompts.page", prompt.pk)


@require_POST
def fork(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Copy a prompt into a new one that remembers its parent."""
    prompt = queries.get_prompt(user_of(request), prompt_id)
    try:
        made = services.fork_prompt(
            actor=user_of(request), prompt_id=prompt.pk, slug=request.POST.get("slug", "").strip()
        )
    except Invalid as error:
        assert prompt.current is not None
        typed = {
            "text": prompt.current.text,
            "base": prompt.current.version,
            "fields": {"fork": error.fields.get("slug", error.message)},
        }
        return edit_page(request, prompt, typed, 422)
    messages.success(request, f"{made.prompt.slug} forked from {prompt.slug}.")
    return redirect("prompts.page", made.prompt_id)


def by_slug(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a prompt by its slug."""
    return redirect("prompts.page", queries.get_prompt(user_of(request), slug, current_swarm(request)).pk)


def _assistant(request: HttpRequest) -> Assistant | None:
    slug = request.POST.get("assistant", "")
    return get_assistant(user_of(request), slug, current_swarm(request)) if slug else None


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]
