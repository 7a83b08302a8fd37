"""Packages: prompts in groups on the left, the package being put together on the right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may, require
from mythos.errors import ClauseBroken, Invalid, MythosError, NotFound
from mythos.packages import queries, services
from mythos.packages.keys import has_key
from mythos.packages.models import PromptPackage
from mythos.web.context import current_swarm, user_of

MOST_SHOWN = 1000
CONTENT_TYPE = "application/vnd.mythos.package"


def page(request: HttpRequest) -> HttpResponse:
    """Every prompt by ritual type, tone or codex tag; the package chosen with `?package=` in the rail."""
    user, swarm = user_of(request), current_swarm(request)
    packages = list(queries.visible_packages(user, swarm))
    wanted = request.GET.get("package", "")
    chosen = next((row for row in packages if row.slug == wanted), packages[0] if packages and not wanted else None)
    return show(request, chosen)


def show(
    request: HttpRequest, package: PromptPackage | None, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page with what was typed, and what was wrong about it."""
    user, swarm = user_of(request), current_swarm(request)
    by, q = request.GET.get("by", ""), request.GET.get("q", "").strip()
    by = by if by in queries.GROUPINGS else "ritual"
    inside = set(package.prompts.values_list("pk", flat=True)) if package else set()
    context: dict[str, Any] = {
        "groups": queries.grouped_prompts(user, swarm, by, q=q, most=MOST_SHOWN),
        "groupings": queries.GROUPINGS.items(),
        "by": by,
        "q": q,
        "packages": queries.visible_packages(user, swarm),
        "package": package,
        "inside": inside,
        "draft": None,
        "job": services.job_of_export(package.pk) if package else None,
        "keys": [key for key in queries.visible_keys(user, swarm).filter(revoked_at=None) if has_key(key.fingerprint)],
        "exports": queries.exports_of(package) if package else (),
        "contracts": queries.contracts_of(list(package.prompts.all()))
        if package and len(inside) <= services.AT_ONCE
        else (),
        "may_edit": may(user, "packages.edit", swarm),
        "may_key": may(user, "packages.keys", swarm),
        "typed": {},
        "fields": {},
    }
    if package is not None and 0 < len(inside) <= services.AT_ONCE:
        try:
            context["draft"] = services.draft_of(actor=user, package_id=package.pk)
        except MythosError as error:
            context["error"] = error
    return render(request, "packages/page.html", context | (extra or {}), status=status)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Start a package."""
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    try:
        made = services.create_package(
            actor=user, swarm=swarm, slug=post.get("slug", "").strip(), name=post.get("name", "")
        )
    except Invalid as error:
        return show(request, None, {"fields": error.fields, "typed": post, "is_new": True}, 422)
    return redirect(_at(made))


@require_POST
def select(request: HttpRequest, package_id: int) -> HttpResponse:
    """Put the prompts that were picked in, or take one out."""
    user, post = user_of(request), request.POST
    package = queries.get_package(user, package_id)
    add = services.prompts_named(user, package.swarm, post.getlist("add"))
    remove = services.prompts_named(user, package.swarm, post.getlist("remove"))
    services.select_prompts(actor=user, package_id=package.pk, add=add, remove=remove)
    return redirect(_at(package, post.get("by", "")))


@require_POST
def details(request: HttpRequest, package_id: int) -> HttpResponse:
    """Name, licence, authors, dependencies."""
    user, post = user_of(request), request.POST
    package = queries.get_package(user, package_id)
    try:
        services.update_package(
            actor=user,
            package_id=package.pk,
            name=post.get("name", "").strip() or package.slug,
            license=post.get("license", "").strip(),
            authors=_listed(post.get("authors", "")),
            tags=_listed(post.get("tags", "")),
            description=post.get("description", "").strip(),
            attribution=post.get("attribution", "").strip(),
            dependencies=[_dependency(text) for text in _listed(post.get("dependencies", ""))],
        )
    except Invalid as error:
        return show(request, package, {"fields": error.fields, "typed": post, "is_details": True}, 422)
    messages.success(request, "Details saved.")
    return redirect(_at(package))


@require_POST
def export(request: HttpRequest, package_id: int) -> HttpResponse:
    """Build the next version, signed with the key that was chosen."""
    user, post = user_of(request), request.POST
    package = queries.get_package(user, package_id)
    require(user, "packages.export", package.swarm)
    try:
        name = post.get("key", "")
        key = services.signing_key(user, package.swarm, name) if name else None
        version = post.get("version", "").strip()
        if services.export_is_long(package.pk):
            job = services.queue_export(actor=user, package_id=package.pk, version=version, key=key)
            return redirect("jobs.page", job.pk)
        made = services.export_package(actor=user, package_id=package.pk, version=version, key=key)
    except (Invalid, NotFound, ClauseBroken) as error:
        found = error.data.get("findings", [])
        return show(
            request, package, {"export_error": error, "findings": found, "fields": error.fields, "typed": post}, 422
        )
    messages.success(request, f"{package.slug} {made.version} is ready to download.")
    return redirect(_at(package))


def download(request: HttpRequest, export_id: int) -> HttpResponse:
    """The bytes of an export."""
    made = queries.get_export(user_of(request), export_id)
    response = HttpResponse(bytes(made.archive), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{made.package.slug}-{made.version}.mythos"'
    return response


def _at(package: PromptPackage, by: str = "") -> str:
    more = f"&by={by}" if by in queries.GROUPINGS else ""
    return f"{reverse('packages.page')}?package={package.slug}{more}"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _dependency(text: str) -> dict[str, str]:
    name, _, version = text.partition(" ")
    return {"name": name, "version": version.strip()}
