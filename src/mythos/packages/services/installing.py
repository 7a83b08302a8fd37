"""Bringing a package in: verified, planned, applied in one transaction; twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, Stale
from mythos.formats.bundle import Bundle, read_bundle
from mythos.formats.bundle.document import PromptEntry
from mythos.packages.merging import details_of
from mythos.packages.models import InstalledPackage, InstalledPrompt, PackageArrival, TrustedSigner
from mythos.packages.plan import InstallPlan, PlanRow, Work
from mythos.packages.planning import Progress, plan_install
from mythos.packages.services.terms import (
    install_clauses,
    install_contracts,
    install_rituals,
    install_roles,
    propose_clauses,
    warm_up,
)
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.rendering import refuse_cycles
from mythos.prompts.services import update_details
from mythos.prompts.services.batches import Arrival, Text, write_batch
from mythos.prompts.services.intake import AT_ONCE
from mythos.prompts.services.measure import measured
from mythos.prompts.services.recording import Origin
from mythos.prompts.services.texts import problems_of
from mythos.text.template import includes

BATCH = 400
MOST_ARRIVALS = 20


@dataclass(frozen=True)
class Installation:
    """What an install did."""

    installed: InstalledPackage
    plan: InstallPlan
    is_changed: bool


def install_package(
    *,
    actor: Actor,
    swarm: Swarm,
    data: bytes,
    source: str = "",
    decisions: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    accept_signer: str = "",
    allow_unsigned: bool = False,
    expected_plan: str = "",
    on_progress: Progress | None = None,
) -> Installation:
    """Apply a package; Invalid lists what stands in the way, and then nothing is written.

    `expected_plan` is the digest of the plan a person was shown; Stale when the world has moved since.
    """
    require(actor, "packages.install", swarm)
    bundle = read_bundle(data)
    work = plan_install(
        actor=actor,
        swarm=swarm,
        bundle=bundle,
        decisions=decisions,
        texts=texts,
        accept_signer=accept_signer,
        allow_unsigned=allow_unsigned,
    )
    if work.installed is not None and work.installed.sha256 == bundle.sha256 and not work.plan.problems:
        return Installation(work.installed, work.plan, False)
    refuse_unready(work.plan, expected_plan)
    arrivals = _arrivals(actor, bundle, work, on_progress)
    warm_up(bundle, work)
    with transaction.atomic():
        installed = _record(actor, swarm, bundle, work, source)
        _trust(actor, swarm, work)
        reason = f"Installed with {bundle.about.name} {bundle.about.version}"
        made = {
            "clauses": install_clauses(actor, swarm, bundle, work, reason),
            "roles": install_roles(actor, swarm, bundle, work),
            "prompts": _write_prompts(actor, swarm, arrivals),
        }
        _describe(actor, swarm, work)
        _remember(installed, bundle, work, set(made["prompts"]))
        contracts = install_contracts(actor, swarm, bundle, work, reason)
        made["rituals"], rituals = install_rituals(actor, swarm, bundle, work)
        proposals = propose_clauses(actor, swarm, bundle, work)
        _note(installed, made, {"contracts": contracts, "rituals": rituals, "proposals": proposals})
    return Installation(installed, work.plan, True)


def receive_package(*, actor: Actor, swarm: Swarm, data: bytes, source: str = "") -> PackageArrival:
    """Keep a package that was found sound until somebody has decided about it; the oldest beyond 20 go."""
    require(actor, "packages.install", swarm)
    bundle = read_bundle(data)
    known = {"archive": data, "source": source[:500], "sent_by_name": actor_name(actor)}
    arrival, _ = PackageArrival.objects.get_or_create(swarm=swarm, sha256=bundle.sha256, defaults=known)
    kept = PackageArrival.objects.filter(swarm=swarm).values_list("pk", flat=True)[:MOST_ARRIVALS]
    PackageArrival.objects.filter(swarm=swarm).exclude(pk__in=[*kept, arrival.pk]).delete()
    return arrival


def refuse_unready(plan: InstallPlan, expected: str) -> None:
    """Stale when the plan is another than was seen; Invalid with everything that stands in the way."""
    if expected and expected != plan.digest:
        raise Stale("Something changed since the plan was made.", hint="Look at the new plan, then install.")
    if plan.problems:
        raise Invalid(plan.problems[0], hint="Nothing was written.", data={"refused": plan.problems})
    if plan.open_rows:
        rows = plan.open_rows
        first = rows[0]
        raise Invalid(
            f"{len(rows)} thing(s) have to be decided first: {first.key}. {first.text}",
            hint="Decide each of them, for example " + " or ".join(f"{first.key}={c}" for c in first.choices) + ".",
            data={"open": [{"key": row.key, "text": row.text, "choices": list(row.choices)} for row in rows]},
        )


def _arrivals(
    actor: Actor, bundle: Bundle, work: Work, on_progress: Progress | None
) -> list[tuple[Arrival, PromptEntry]]:
    """The texts that are not here, measured before any transaction begins."""
    rows = {row.name: row for row in work.plan.rows if row.kind == "prompt"}
    found = []
    total = bundle.count("prompts")
    for number, entry in enumerate(bundle.prompts(), start=1):
        texts = list(_texts(actor, bundle, entry, rows[entry.slug], work))
        if texts:
            fields = problems_of(entry.slug, entry.title, entry.kind, None, Swarm())
            if fields:
                raise Invalid(f"The prompt {entry.slug} cannot be made.", fields=fields)
            known = Arrival(entry.slug, entry.title, entry.kind, entry.tags, None, None, texts)
            known.metadata = dict(entry.metadata)
            found.append((known, entry))
        if on_progress:
            on_progress(number, total)
    return found


def _texts(actor: Actor, bundle: Bundle, entry: PromptEntry, row: PlanRow, work: Work) -> Iterator[Text]:
    if row.action in ("new", "changed"):
        for point in entry.checkpoints[work.missing[entry.slug] :]:
            when = datetime.fromisoformat(point.created_at)
            yield Text(measured(point.text), Origin(actor, "import", point.message, when, point.author, point.tags))
    elif (row.action == "merged" or row.chosen in ("theirs", "edited")) and work.texts[entry.slug] != row.mine:
        verb = "Taken from" if row.chosen == "theirs" else "Merged by hand with" if row.chosen else "Merged"
        reason = f"{verb} {bundle.about.name} {bundle.about.version}"
        yield Text(measured(work.texts[entry.slug]), Origin(actor, "import", reason))


def _write_prompts(actor: Actor, swarm: Swarm, arrivals: Sequence[tuple[Arrival, PromptEntry]]) -> list[str]:
    """Write the texts, parents before their forks; the slugs of the prompts that were made."""
    waiting = list(arrivals)
    made: list[str] = []
    compared = 0
    while waiting:
        unborn = {arrival.slug for arrival, _ in waiting}
        ready = [pair for pair in waiting if not pair[1].parent or pair[1].parent["slug"] not in unborn]
        ready = ready[:BATCH] or waiting[:BATCH]
        known = Prompt.objects.filter(swarm=swarm, slug__in=[arrival.slug for arrival, _ in ready])
        here = {row.slug: row for row in known.select_related("current")}
        for arrival, entry in ready:
            arrival.prompt = here.get(arrival.slug)
            if arrival.prompt is None:
                made.append(arrival.slug)
                arrival.forked_from = _forked_from(swarm, entry)
        compared += write_batch(actor, swarm, [arrival for arrival, _ in ready], max(0, AT_ONCE - compared))
        taken = {arrival.slug for arrival, _ in ready}
        waiting = [pair for pair in waiting if pair[0].slug not in taken]
    for arrival, _ in arrivals:
        text = arrival.texts[-1].content.text
        if includes(text):
            refuse_cycles(swarm, arrival.slug, text)
    return made


def _describe(actor: Actor, swarm: Swarm, work: Work) -> None:
    """Title, kind, tags and metadata that nobody changed here follow the package."""
    ids = dict(Prompt.objects.filter(swarm=swarm, slug__in=list(work.details)).values_list("slug", "pk"))
    for slug, details in work.details.items():
        update_details(actor=actor, prompt_id=ids[slug], **details)


def _forked_from(swarm: Swarm, entry: PromptEntry) -> PromptCheckpoint | None:
    """The checkpoint a fork began with, when that very text is here."""
    if entry.parent is None:
        return None
    rows = PromptCheckpoint.objects.filter(
        prompt__swarm=swarm, slug=entry.parent["slug"], version=entry.parent["version"]
    )
    return rows.select_related("prompt").first()


def _record(actor: Actor, swarm: Swarm, bundle: Bundle, work: Work, source: str) -> InstalledPackage:
    about, signer, now = bundle.about, work.plan.signer, timezone.now()
    row = work.installed or InstalledPackage(swarm=swarm, slug=about.name, installed_by_name=actor_name(actor))
    row.name, row.version, row.sha256 = about.title, about.version, bundle.sha256
    row.license, row.authors, row.attribution = about.license, list(about.authors), about.attribution
    row.tags, row.dependencies = list(about.tags), [vars(need) for need in about.dependencies]
    row.fingerprint, row.signer_name = signer.fingerprint, signer.name
    row.source, row.updated_at = source[:500], now
    said = {"version": about.version, "sha256": bundle.sha256, "at": now.isoformat(), "by": actor_name(actor)}
    row.history = [*row.history, said]
    row.save()
    return row


def _trust(actor: Actor, swarm: Swarm, work: Work) -> None:
    """Remember a signer who is met for the first time, or was accepted."""
    signer = work.plan.signer
    if signer.fingerprint and signer.state in ("first", "changed"):
        how = TrustedSigner.How.FIRST_USE if signer.state == "first" else TrustedSigner.How.BY_HAND
        known = {"name": signer.name, "how": how, "added_by_name": actor_name(actor)}
        TrustedSigner.objects.get_or_create(swarm=swarm, fingerprint=signer.fingerprint, defaults=known)


def _remember(installed: InstalledPackage, bundle: Bundle, work: Work, made: set[str]) -> None:
    """What each prompt came with: the base of the next merge, also where a person kept the own text against it."""
    slugs = {row.name: row for row in work.plan.rows if row.kind == "prompt"}
    swarm_prompts = Prompt.objects.filter(swarm=installed.swarm_id)
    ids = {
        slug: (pk, parent) for slug, pk, parent in swarm_prompts.values_list("slug", "pk", "parent_id") if slug in slugs
    }
    before = {row.prompt_id: row for row in installed.prompts.all()}
    fresh: list[InstalledPrompt] = []
    stale: list[InstalledPrompt] = []
    for entry in bundle.prompts():
        if entry.slug not in ids:
            continue
        pk, parent = ids[entry.slug]
        if pk not in before and slugs[entry.slug].chosen == "mine":
            continue  # another prompt of the same name, and nothing of the package
        row = before.get(pk) or InstalledPrompt(installed=installed, prompt_id=pk, is_made=entry.slug in made)
        row.base_text, row.base_sha256 = entry.head.text, entry.head.sha256
        row.lineage, row.details = entry.head.lineage, details_of(entry)
        row.fork = dict(entry.parent) if entry.parent and parent is None else {}
        (stale if pk in before else fresh).append(row)
    InstalledPrompt.objects.bulk_create(fresh, batch_size=500)
    InstalledPrompt.objects.bulk_update(
        stale, ["base_text", "base_sha256", "lineage", "details", "fork"], batch_size=200
    )


def _note(installed: InstalledPackage, made: dict[str, list[str]], claims: dict[str, Any]) -> None:
    installed.claims = claims
    kinds = {*installed.made, *made} - {"prompts"}
    installed.made = {kind: sorted({*installed.made.get(kind, ()), *made.get(kind, ())}) for kind in sorted(kinds)}
    installed.save(update_fields=["claims", "made"])
