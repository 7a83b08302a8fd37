"""The draft tool: blocks into sections, the exact text beside them, and what keeps it from being deployed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.views.decorators.http import require_POST

from mythos.accounts.models import Swarm
from mythos.accounts.permissions import may, require
from mythos.assistants.compiling import SECTIONS
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.codex.models import CodexContract
from mythos.drafts import queries, services
from mythos.drafts.compiling import Compilation
from mythos.drafts.composition import parts_of
from mythos.drafts.library import NEWEST, library, suggested
from mythos.drafts.models import AssistantDraft, Model
from mythos.errors import ClauseBroken, Invalid, NotFound, Stale
from mythos.prompts.models import PromptCheckpoint
from mythos.text.diff import word_diff
from mythos.text.tone import TONES
from mythos.web.context import current_swarm, user_of
from mythos.web.forms import drafts as forms
from mythos.web.htmx import is_fragment, render

# What one look spends on comparing. The answer to a move comes at once, and the page asks again for the rest.
SECONDS, SECONDS_OF_A_MOVE = 0.5, 0.04
LIBRARY_PAGE = 20
LIST_PAGE = 30
NEW_NAME = "New assistant"


def list_page(request: HttpRequest) -> HttpResponse:
    """Every draft of the swarm; a POST begins another."""
    user, swarm = user_of(request), current_swarm(request)
    if request.method == "POST":
        return redirect("drafts.page", _begin(request, swarm).pk)
    page = Paginator(queries.visible_drafts(user, swarm), LIST_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "may_edit": may(user, "drafts.edit", swarm),
        "assistants": visible_assistants(user, swarm).exclude(prompt_cluster=[]),
    }
    return render_page(request, "drafts/list.html", context)


def _begin(request: HttpRequest, swarm: Swarm) -> AssistantDraft:
    slug = request.POST.get("assistant", "")
    if slug:
        return services.clone_assistant(actor=user_of(request), assistant=get_assistant(user_of(request), slug, swarm))
    owner = request.POST.get("for", "")
    assistant = get_assistant(user_of(request), owner, swarm) if owner else None
    name = request.POST.get("name", "").strip() or (assistant.name if assistant else NEW_NAME)
    return services.create_draft(actor=user_of(request), swarm=swarm, name=name, assistant=assistant)


def tool(request: HttpRequest) -> HttpResponse:
    """One's newest draft; without one an empty tool, whose first change makes a draft."""
    user, swarm = user_of(request), current_swarm(request)
    if request.method == "POST":
        given = forms.read(user, swarm, request.POST)
        name = given.pop("name", "").strip() or NEW_NAME
        return redirect("drafts.page", services.create_draft(actor=user, swarm=swarm, name=name, **given).pk)
    newest = queries.newest_draft(user, swarm)
    if newest is not None and not request.GET.get("new"):
        return redirect("drafts.page", newest.pk)
    return _show(request, AssistantDraft(swarm=swarm, name=NEW_NAME))


def page(request: HttpRequest, draft_id: int) -> HttpResponse:
    """One draft; a POST saves everything in the form, and does what the pressed button says."""
    user = user_of(request)
    draft = queries.get_draft(user, draft_id)
    if request.method != "POST":
        return _show(request, draft)
    base = request.POST.get("base", "")
    try:
        given = forms.read(user, draft.swarm, request.POST)
        saved = services.save_draft(actor=user, draft_id=draft.pk, base=int(base) if base.isdigit() else 0, **given)
    except Stale as error:
        return _stale(request, draft, error)
    except (Invalid, NotFound) as error:
        draft = queries.get_draft(user, draft_id)
        return _show(request, draft, {"error": error, "fields": error.fields}, 422)
    if is_fragment(request):
        return _show(request, saved)
    return redirect("drafts.page", saved.pk)


def _show(
    request: HttpRequest, draft: AssistantDraft, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user = user_of(request)
    compilation = queries.compiled(draft, seconds=_seconds(request))
    context = {
        "draft": draft,
        "may_edit": may(user, "drafts.edit", draft.swarm),
        "may_deploy": may(user, "assistants.deploy", draft.swarm),
        "deployed": queries.last_deployed([draft.assistant_id] if draft.assistant_id else []).get(
            draft.assistant_id or 0, 0
        ),
        **_of_compilation(request, draft, compilation),
        **(extra or {}),
    }
    if is_fragment(request):
        return render(request, "", "drafts/_parts.html", context, status=status)
    context |= {
        "tones": TONES,
        "types": CodexContract.Type.values,
        "models": Model.choices,
        **_library(request, draft.swarm, [part.prompt.pk for part in compilation.parts]),
    }
    return render(request, "drafts/page.html", "", context, status=status)


def _seconds(request: HttpRequest) -> float:
    is_move = is_fragment(request) and request.method == "POST"
    return SECONDS_OF_A_MOVE if is_move else SECONDS


def _of_compilation(request: HttpRequest, draft: AssistantDraft, found: Compilation) -> dict[str, Any]:
    clashing: dict[int, list[int]] = {}
    for clash in found.clashes:
        for part in (clash.one, clash.other):
            clashing.setdefault(part.prompt.pk, []).append(clash.number)
    clauses: dict[int, list[str]] = {}
    for promise in found.promises:
        if promise.clause is not None:
            clauses.setdefault(promise.part.prompt.pk, []).append(promise.clause.ref)
    by_section: dict[str, list[Any]] = {name: [] for name in SECTIONS}
    for part in found.parts:
        by_section[part.block.section].append(part)
    empty = [name for name, parts in by_section.items() if not parts]
    offers = suggested(
        user_of(request),
        draft.swarm,
        empty,
        inside=found.parts,
        assistant_id=draft.assistant_id,
        seconds=_seconds(request),
    )
    return {
        "found": found,
        "sections": [
            (name, parts, found.tokens.by_section[name], offers.get(name)) for name, parts in by_section.items()
        ],
        "clashing": clashing,
        "clauses": clauses,
        "refusals": found.refusals,
    }


def library_page(request: HttpRequest) -> HttpResponse:
    """Blocks to choose from, as a fragment; the page shows the same without scripts."""
    swarm = current_swarm(request)
    return render_page(request, "drafts/_library.html", _library(request, swarm, ()))


def _library(request: HttpRequest, swarm: Swarm, inside: Any) -> dict[str, Any]:
    q, label = request.GET.get("q", ""), request.GET.get("label", NEWEST) or NEWEST
    rows: QuerySet[PromptCheckpoint] = library(user_of(request), swarm, q, label)
    page = Paginator(rows, LIBRARY_PAGE).get_page(request.GET.get("page"))
    return {
        "library": page,
        "q": q,
        "label": label,
        "labels": list(dict.fromkeys([NEWEST, *swarm.protected_labels, "staging"])),
        "inside": inside,
    }


def _stale(request: HttpRequest, draft: AssistantDraft, error: Stale) -> HttpResponse:
    """Somebody saved first: theirs and yours side by side; nothing is lost."""
    if is_fragment(request):
        return HttpResponse(error.message, status=409, content_type="text/plain; charset=utf-8")
    swarm, user = draft.swarm, user_of(request)
    current = queries.get_draft(user, draft.pk)
    mine = AssistantDraft(swarm=swarm, assistant_id=draft.assistant_id, name=draft.name)
    given = forms.read(user, swarm, request.POST)
    for name in ("name", "tone", "codex_contract_type", "model", "prompt_cluster"):
        setattr(mine, name, given.get(name, getattr(current, name)))
    mine.prompt_cluster = [{"order": order} | row for order, row in enumerate(mine.prompt_cluster)]
    texts = [_told(one) for one in (current, mine)]
    context = {
        "draft": current,
        "error": error,
        "diff": word_diff(*texts),
        "typed": _hidden(request.POST, current.version, given),
    }
    return render_page(request, "drafts/stale.html", context, status=409)


def _hidden(post: QueryDict, version: int, given: dict[str, Any]) -> list[tuple[str, str]]:
    """The form again, on top of the newer version, with what its button asked for already done."""
    left_out = {"csrfmiddlewaretoken", "base", "act", "block"}
    kept = [(name, value) for name in post if name not in left_out for value in post.getlist(name)]
    blocks = [f"{row['section']}:{row['prompt']}:{row['checkpoint']}" for row in given["prompt_cluster"]]
    return [("base", str(version)), *kept, *(("block", block) for block in blocks)]


def _told(draft: AssistantDraft) -> str:
    """A draft in lines that can be compared."""
    parts, _ = parts_of(draft.swarm, draft.prompt_cluster)
    lines = [f"{part.block.section}: {part.block.source}" for part in parts]
    about = f"{draft.name}, {draft.tone}, {draft.codex_contract_type}, {draft.model}"
    return "\n\n".join([about, *lines])


def deploy(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What deploying would change, and why it is refused; a POST does it."""
    user = user_of(request)
    draft = queries.get_draft(user, draft_id)
    require(user, "assistants.deploy", draft)
    error: Exception | None = None
    status = 200
    if request.method == "POST":
        base, reason = request.POST.get("base", ""), request.POST.get("reason", "")
        try:
            made = services.deploy_draft(
                actor=user, draft_id=draft.pk, base=int(base) if base.isdigit() else 0, reason=reason
            )
            messages.success(request, f"{made.assistant.name}: version {made.number} is deployed.")
            return redirect("assistants.page", made.assistant.slug)
        except (ClauseBroken, Invalid, Stale) as refused:
            error, status = refused, refused.status
            draft = queries.get_draft(user, draft_id)
    newest = queries.versions_of(user, draft.assistant).first() if draft.assistant else None
    found = queries.compiled(draft, seconds=SECONDS)
    context = {
        "draft": draft,
        "found": found,
        "refusals": found.refusals,
        "newest": newest,
        "diff": word_diff(newest.text if newest else "", found.compiled.text),
        "error": error,
        "number": (newest.number if newest else 0) + 1,
    }
    return render_page(request, "drafts/deploy.html", context, status=status)


@require_POST
def delete(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Put a draft away."""
    draft = queries.get_draft(user_of(request), draft_id)
    services.delete_draft(actor=user_of(request), draft_id=draft.pk)
    messages.success(request, f"The draft {draft.name} is deleted. What was deployed from it stays.")
    return redirect("drafts.list")
