"""Packages from elsewhere: verify, look at the plan, decide, install, update, take out; keys and signers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may
from mythos.errors import Invalid, MythosError, NotFound, Stale
from mythos.formats.bundle import MOST_BYTES, read_bundle
from mythos.formats.bundle.licenses import read_license
from mythos.packages import queries, services
from mythos.packages.fetching import fetch
from mythos.packages.keys import has_key
from mythos.packages.models import InstalledPackage, PackageArrival
from mythos.packages.plan import OPEN, REST, PlanRow
from mythos.packages.planning import plan_install
from mythos.packages.reruns import claims_beside
from mythos.rituals.statistics import MARGIN
from mythos.text.diff import DiffSpan, word_diff
from mythos.web.context import current_swarm, user_of
from mythos.web.forms.rituals import run_options
from mythos.web.htmx import render as render_part
from mythos.web.rituals import choices

MOST_ROWS = 300
TEXT = "text:"  # before the key of the row whose text was edited


def page(request: HttpRequest) -> HttpResponse:
    """What is installed, and a form to send a package in; it is verified before it is kept."""
    user, swarm = user_of(request), current_swarm(request)
    context: dict[str, Any] = {
        "installed": queries.visible_installed(user, swarm),
        "arrivals": PackageArrival.objects.filter(swarm=swarm).defer("archive"),
        "may_install": may(user, "packages.install", swarm),
        "typed": request.POST,
        "fields": {},
    }
    status = 200
    if request.method == "POST":
        try:
            data, source = _sent(request)
            arrival = services.receive_package(actor=user, swarm=swarm, data=data, source=source)
            return redirect("packages.plan", arrival.pk)
        except MythosError as error:
            context |= {"error": error, "fields": error.fields, "problems": error.data.get("problems", [])}
            status = error.status
    return render(request, "packages/install.html", context, status=status)


def _sent(request: HttpRequest) -> tuple[bytes, str]:
    url, given = request.POST.get("source", "").strip(), request.FILES.get("file")
    if isinstance(given, UploadedFile):
        return given.read(MOST_BYTES + 1), given.name or ""
    if url:
        return fetch(url), url
    raise Invalid("Choose a file, or give an address.", fields={"file": "Nothing was given."})


def plan(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """What installing would do, row by row; a POST applies it with the answers that were given."""
    user, post = user_of(request), request.POST
    arrival = queries.get_arrival(user, arrival_id)
    bundle = read_bundle(bytes(arrival.archive))
    options: dict[str, Any] = {
        "decisions": {key: str(answer) for key, answer in post.items() if ":" in key and not key.startswith(TEXT)}
        | {REST: post.get("rest", "")},
        "texts": {key.removeprefix(TEXT): str(text) for key, text in post.items() if key.startswith(TEXT)},
        "accept_signer": post.get("accept_signer", "").strip(),
        "allow_unsigned": bool(post.get("allow_unsigned")),
    }
    error: MythosError | None = None
    job = services.job_of_install(arrival)
    if job is not None:
        return redirect("jobs.page", job.pk)
    found = plan_install(actor=user, swarm=arrival.swarm, bundle=bundle, **options).plan
    if request.method == "POST" and post.get("do") == "install":
        try:
            if bundle.count("prompts") > services.AT_ONCE and found.is_ready:
                job = services.queue_install(actor=user, arrival_id=arrival.pk, plan=found.digest, options=options)
                return redirect("jobs.page", job.pk)
            done = services.install_package(
                actor=user, swarm=arrival.swarm, data=bundle.data, source=arrival.source, **options
            )
            arrival.delete()
            messages.success(request, f"{done.installed} is installed.")
            return redirect("packages.installed", done.installed.slug)
        except (Invalid, Stale) as refused:
            error = refused
    shown = [row for row in found.rows if row.action != "same"]
    context = {
        "arrival": arrival,
        "plan": found,
        "about": bundle.about,
        "license_wrong": read_license(bundle.about.license)[1],
        "asked": [_asked(row) for row in shown if row.choices or row.action in OPEN],
        "others": [row for row in shown if not row.choices and row.action not in OPEN][:MOST_ROWS],
        "error": error,
        "typed": post,
        "folders": {folder: bundle.count(folder) for folder in ("prompts", "contracts", "rituals")},
        "may_install": may(user, "packages.install", arrival.swarm),
    }
    return render(request, "packages/plan.html", context, status=422 if error else 200)


@dataclass(frozen=True)
class Asked:
    """A row a person decides; for a prompt what each side changed of the text both began with."""

    row: PlanRow
    ours: Sequence[DiffSpan] = ()
    package: Sequence[DiffSpan] = ()


def _asked(row: PlanRow) -> Asked:
    if row.kind != "prompt" or not row.base:
        return Asked(row)
    return Asked(row, word_diff(row.base, row.mine), word_diff(row.base, row.theirs))


def installed(request: HttpRequest, slug: str) -> HttpResponse:
    """Where an installed package came from, what it claimed and how that stands here; a POST takes it out."""
    user, swarm = user_of(request), current_swarm(request)
    row = queries.get_installed(user, swarm, slug)
    if request.method == "POST":
        try:
            done = services.uninstall_package(actor=user, swarm=swarm, slug=slug)
        except Invalid as error:
            messages.error(request, error.message)
            return redirect("packages.installed", slug)
        messages.success(request, f"{slug} is out: {len(done.trashed)} prompts in the trash, {len(done.kept)} kept.")
        return redirect("packages.install")
    return show_installed(request, row)


def show_installed(
    request: HttpRequest, row: InstalledPackage, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page of an installed package; while a run of its rituals lasts, their table is asked for again."""
    user = user_of(request)
    claims = claims_beside(user, row)
    context = {
        "row": row,
        "prompts": row.prompts.select_related("prompt__current").order_by("prompt__slug")[:MOST_ROWS],
        "contracts": sorted(row.claims.get("contracts", {}).items())[:MOST_ROWS],
        "claims": claims,
        "is_live": any(one.is_live for one in claims),
        "margin": MARGIN,
        "choices": choices(),
        "may_run": may(user, "rituals.run", row.swarm),
        "may_install": may(user, "packages.install", row.swarm),
        "typed": {},
        "fields": {},
        **(extra or {}),
    }
    return render_part(request, "packages/installed.html", "packages/_claims.html", context, status=status)


@require_POST
def rerun(request: HttpRequest, slug: str) -> HttpResponse:
    """Run the rituals that came along on one's own model, in the background."""
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    row = queries.get_installed(user, swarm, slug)
    try:
        options = run_options(post)
        del options["split"]  # a claim speaks of every case
        runs = services.rerun_rituals(actor=user, swarm=swarm, slug=slug, **options)
    except (Invalid, NotFound) as error:
        fields = error.fields or {"provider": error.message}
        return show_installed(request, row, {"fields": fields, "typed": post, "run_error": error}, 422)
    messages.success(request, f"{len(runs)} ritual{'' if len(runs) == 1 else 's'} under way.")
    return redirect("packages.installed", slug)


def keys(request: HttpRequest) -> HttpResponse:
    """Own keys and known signers; POST: make, trust or revoke one."""
    user, swarm = user_of(request), current_swarm(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        try:
            messages.success(request, _change_keys(request))
            return redirect("packages.keys")
        except Invalid as error:
            fields = error.fields
    context = {
        "keys": [(key, has_key(key.fingerprint)) for key in queries.visible_keys(user, swarm)],
        "signers": queries.visible_signers(user, swarm),
        "may_key": may(user, "packages.keys", swarm),
        "may_trust": may(user, "packages.trust", swarm),
        "fields": fields,
        "typed": request.POST,
    }
    return render(request, "packages/keys.html", context, status=422 if fields else 200)


def _change_keys(request: HttpRequest) -> str:
    user, swarm, post = user_of(request), current_swarm(request), request.POST
    fingerprint = post.get("fingerprint", "")
    if post.get("do") == "new":
        return f"The key {services.create_key(actor=user, swarm=swarm, name=post.get('name', ''))} is made."
    if post.get("do") == "trust":
        signer = services.trust_signer(actor=user, swarm=swarm, fingerprint=fingerprint, name=post.get("signer", ""))
        return f"{signer} is trusted."
    revoked = services.revoke_key(actor=user, swarm=swarm, fingerprint=fingerprint)
    return f"{revoked[0][:16]} is revoked."
