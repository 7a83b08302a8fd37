"""Curricula: what the swarm has, one curriculum, and putting one together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may_of
from mythos.assistants.queries import visible_assistants
from mythos.errors import Invalid, MythosError, PackageUnreadable, ProviderFailed
from mythos.formats.curriculum import pack
from mythos.market.fitting import fits_of
from mythos.market.models import PromptCurriculumVault
from mythos.market.queries.curricula import (
    get_curriculum,
    offered_curriculum,
    parts_of,
    visible_bundles,
    visible_curricula,
)
from mythos.market.queries.federation import remote_curricula, taken_versions, visible_sources
from mythos.market.queries.listings import owned_lineages
from mythos.market.queries.teaching import visible_enrollments
from mythos.market.services.bundles import create_bundle, delete_bundle
from mythos.market.services.comparing import want_fits
from mythos.market.services.composing import Part, create_curriculum, delete_curriculum, update_curriculum
from mythos.market.services.exporting import export_curriculum, reveal_cases
from mythos.market.services.federating import follow_market, leave_market, refresh_market, take_remote
from mythos.prompts.queries import visible_prompts
from mythos.rituals.queries import visible_rituals
from mythos.web.context import current_swarm, user_of
from mythos.web.market import fit_of
from mythos.web.rituals import choices

VERBS = ("market.publish", "market.teach", "market.trade")
MOST_RITUALS = 300
MOST_PROMPTS = 300
MOST_ROWS = 200


def mine(request: HttpRequest) -> HttpResponse:
    """Curricula of the swarm, its ritual tag bundles, and who is taught by what; POST makes or removes a bundle."""
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    context: dict[str, Any] = {"fields": {}, "typed": {}}
    if request.method == "POST":
        try:
            if _elsewhere(request):
                return redirect("curricula.mine")
            if post.get("do") == "delete":
                delete_bundle(actor=user, bundle_id=int(post.get("bundle", "0") or 0))
            else:
                create_bundle(
                    actor=user,
                    swarm=swarm,
                    slug=post.get("slug", "").strip(),
                    tag_name=post.get("tag_name", ""),
                    description=post.get("description", "").strip(),
                    rituals=post.getlist("rituals"),
                )
            return redirect("curricula.mine")
        except (Invalid, ProviderFailed, PackageUnreadable) as error:
            context = {"fields": error.fields, "typed": post, "error": error}
    context |= {
        "sources": visible_sources(user, swarm),
        "remote": remote_curricula(user, swarm)[:MOST_ROWS],
        "taken": taken_versions(swarm),
        "curricula": visible_curricula(user, swarm).select_related("listing")[:MOST_ROWS],
        "bundles": visible_bundles(user, swarm).prefetch_related("rituals")[:MOST_ROWS],
        "enrollments": visible_enrollments(user, swarm)[:MOST_ROWS],
        "rituals": visible_rituals(user, swarm)[:MOST_RITUALS],
        "may": _may(request),
    }
    return render(request, "market/mine.html", context, status=422 if "error" in context else 200)


def _elsewhere(request: HttpRequest) -> bool:
    """Follow a market elsewhere, look again, leave it, or take a curriculum from it; whether one of these was asked."""
    user, post, do = user_of(request), request.POST, request.POST.get("do", "")
    row = int(post.get("row", "0") or 0)
    if do == "follow":
        swarm = current_swarm(request)
        mark = post.get("fingerprint", "")
        follow_market(actor=user, swarm=swarm, address=post.get("address", ""), fingerprint=mark)
    elif do == "look":
        refresh_market(actor=user, source_id=row)
    elif do == "leave":
        leave_market(actor=user, source_id=row)
    elif do == "take":
        made = take_remote(actor=user, remote_id=row)
        messages.success(request, f"{made} {made.version} is here.")
    return do in ("follow", "look", "leave", "take")


def page(request: HttpRequest, curriculum_id: int) -> HttpResponse:
    """One curriculum: its parts, what it probes, its figures, its signature; POST exports or removes it."""
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    error = None
    if request.method == "POST":
        try:
            if post.get("do") == "delete":
                delete_curriculum(actor=user, curriculum_id=curriculum_id)
                return redirect("curricula.mine")
            made = export_curriculum(actor=user, curriculum_id=curriculum_id, version=post.get("version", "").strip())
            messages.success(request, f"{made.slug} {made.version} is signed and ready.")
            return redirect("curricula.page", curriculum_id)
        except MythosError as wrong:
            if wrong.status == 404:
                raise
            error = wrong
    row = offered_curriculum(user, curriculum_id)
    is_own = row.swarm_id == swarm.pk
    return render(
        request,
        "market/curriculum.html",
        _details(request, row, is_own) | {"error": error, "fields": error.fields if error else {}},
        status=error.status if error else 200,
    )


def _details(request: HttpRequest, row: PromptCurriculumVault, is_own: bool) -> dict[str, Any]:
    user, swarm = user_of(request), current_swarm(request)
    held = None if is_own else visible_curricula(user, swarm).filter(lineage=row.lineage).first()
    found = fits_of(swarm, [row])[row.pk]
    if found is None and row.sha256:
        want_fits(swarm=swarm, curricula=[row])
    return {
        "row": row,
        "is_own": is_own,
        "held": held,
        "is_held": not is_own and bool(owned_lineages(swarm, [row.lineage])),
        "parts": parts_of(row) if is_own else (),
        "document": row.exported_json,
        "titles": {part["slug"]: part["title"] for part in row.exported_json.get("rituals", ())},
        "sealed": {part["slug"]: part["sealed"]["count"] for part in row.exported_json.get("rituals", ())},
        "figures": getattr(row, "figures", ""),
        "listing": getattr(row, "listing", None),
        "fit": fit_of(found),
        "clashes": found.clashes if found else (),
        "enrollments": visible_enrollments(user, swarm).filter(curriculum=row)[:MOST_ROWS] if is_own else (),
        "assistants": visible_assistants(user, swarm),
        "prompts": visible_prompts(user, swarm).order_by("slug")[:MOST_PROMPTS] if is_own else (),
        "providers": choices(),
        "bundles": row.ritual_tags.all(),
        "may": _may(request) if is_own else set(),
    }


def compose(request: HttpRequest, curriculum_id: int | None = None) -> HttpResponse:
    """Put a curriculum together, or change one."""
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    row = get_curriculum(user, curriculum_id) if curriculum_id else None
    swarm = row.swarm if row else swarm
    context: dict[str, Any] = {"fields": {}, "typed": _typed(row)}
    if request.method == "POST":
        try:
            given: dict[str, Any] = {
                "title": post.get("title", ""),
                "description": post.get("description", "").strip(),
                "license": post.get("license", "").strip() or "LicenseRef-None",
                "curator": post.get("curator", ""),
                "parts": _parts(post),
            }
            if row:
                made = update_curriculum(actor=user, curriculum_id=row.pk, **given)
            else:
                made = create_curriculum(actor=user, swarm=swarm, slug=post.get("slug", "").strip(), **given)
            return redirect("curricula.page", made.pk)
        except Invalid as error:
            context = {"fields": error.fields, "typed": post, "error": error}
    chosen = {part.ritual.slug: part for part in parts_of(row)} if row else {}
    context |= {
        "row": row,
        "rituals": [(ritual, chosen.get(ritual.slug)) for ritual in visible_rituals(user, swarm)[:MOST_RITUALS]],
        "bundles": visible_bundles(user, swarm),
        "assistants": visible_assistants(user, swarm),
    }
    return render(request, "market/compose.html", context, status=422 if "error" in context else 200)


def download(request: HttpRequest, curriculum_id: int) -> HttpResponse:
    """The last export with its signature, for the swarm it belongs to."""
    row = get_curriculum(user_of(request), curriculum_id)
    found = PromptCurriculumVault.objects.values_list("exported_json", flat=True).get(pk=row.pk)
    if not found:
        raise Invalid(f"{row} has not been exported.")
    return _file(pack(found, row.signature), f"{row.slug}-{row.version}.json")


@require_POST
def reveal(request: HttpRequest, curriculum_id: int) -> HttpResponse:
    """The sealed cases with their salts, as a file for those who have a copy elsewhere."""
    document, signature = reveal_cases(actor=user_of(request), curriculum_id=curriculum_id)
    return _file(pack(document, signature), f"reveal-{document['version']}.json")


def _file(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _may(request: HttpRequest) -> set[str]:
    found = may_of(user_of(request), VERBS, current_swarm(request))
    return {verb.replace(".", "_") for verb in found}


def _typed(row: PromptCurriculumVault | None) -> dict[str, str]:
    if row is None:
        return {"license": "CC-BY-4.0"}
    return {
        "title": row.curriculum_title,
        "description": row.description,
        "license": row.license,
        "curator": row.curator.slug,
    }


def _parts(post: Mapping[str, str]) -> list[Part]:
    """Rituals with a place, in its order; places may have gaps, prerequisites name places."""
    placed = [
        (_number(place), name.removeprefix("place-"))
        for name in post
        if name.startswith("place-") and (place := post[name].strip())
    ]
    places = {place: number for number, (place, _) in enumerate(sorted(placed), start=1)}
    return [
        Part(
            slug,
            _number(post.get(f"mark-{slug}", "") or "80") / 100,
            tuple(places.get(_number(word), 0) for word in post.get(f"after-{slug}", "").replace(",", " ").split()),
            post.get(f"bundle-{slug}", ""),
        )
        for _, slug in sorted(placed)
    ]


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise Invalid("The parts cannot stand.", fields={"parts": f"{text[:20]!r} is not a whole number."}) from error
