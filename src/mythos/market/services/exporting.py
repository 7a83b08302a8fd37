"""A curriculum goes out: the document, its number, its signature; and later the cases that were sealed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.formats.bundle.versions import read_version
from mythos.formats.curriculum import check, digest, salt_of, sign_document
from mythos.market.documents import case_document, document_of, sealed_cases, secret_of
from mythos.market.models import PromptCurriculumVault
from mythos.market.queries.curricula import get_curriculum, parts_of
from mythos.market.services.composing import refresh_alignment
from mythos.packages.keys import has_key, load_key
from mythos.packages.models import SigningKey

WORDS = ("title", "description", "license", "curator", "swarm", "alignment", "clauses")


def signing_key_of(swarm: Swarm, name: str = "") -> SigningKey:
    """The key of this name, else the newest this machine can sign with; Invalid when there is none."""
    rows = SigningKey.objects.filter(swarm=swarm, revoked_at=None).order_by("-id")
    for key in rows.filter(name=name) if name else rows:
        if has_key(key.fingerprint):
            return key
    raise Invalid(
        "A curriculum goes out signed, and there is no key to sign it with.",
        hint="Make one under Packages, Keys, or with mythos key new NAME.",
        fields={"key": "Unknown key." if name else "Make a signing key first."},
    )


def export_curriculum(*, actor: Actor, curriculum_id: int, version: str = "", key: str = "") -> PromptCurriculumVault:
    """Write and sign the next version; what went out last goes out again unless something changed."""
    curriculum = get_curriculum(actor, curriculum_id)
    require(actor, "market.publish", curriculum)
    chosen = signing_key_of(curriculum.swarm, key)
    private = load_key(chosen.fingerprint)
    with transaction.atomic():
        locked = PromptCurriculumVault.objects.select_for_update(of=("self",)).select_related("swarm", "curator")
        row = locked.get(pk=curriculum.pk)
        refresh_alignment(row)
        last = row.exported_json
        document = document_of(row, row.version or "1.0.0")
        if row.version and _same(last, document) and row.signature.get("fingerprint") == chosen.fingerprint:
            return get_curriculum(actor, row.pk)
        document["version"] = _number(row.version, last, document, version)
        check("curriculum", document)
        signature = sign_document(private, chosen.name, document)
        PromptCurriculumVault.objects.filter(pk=row.pk).update(
            exported_json=document,
            version=document["version"],
            sha256=digest(document),
            signature=signature,
            updated_at=timezone.now(),
        )
    return get_curriculum(actor, curriculum.pk)


def reveal_cases(*, actor: Actor, curriculum_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """(document, signature): the held-out cases as they were sealed in the last export, each with its salt.

    Whoever has them can check them against the hashes published before. They are spent for testing from then on.
    """
    curriculum = get_curriculum(actor, curriculum_id)
    require(actor, "market.publish", curriculum)
    exported = PromptCurriculumVault.objects.values_list("exported_json", flat=True).get(pk=curriculum.pk)
    if not exported or curriculum.origin:
        raise Invalid("There is nothing of yours to reveal.", hint="Export the curriculum first.")
    published = {row["slug"]: set(row["sealed"]["hashes"]) for row in exported["rituals"]}
    rituals = []
    for part in parts_of(curriculum):
        cases = [case_document(case) for case in sealed_cases(part)]
        shown = [{"salt": salt_of(secret_of(part), case), "case": case} for case in cases]
        if shown and published.get(part.ritual.slug):
            rituals.append({"slug": part.ritual.slug, "cases": shown})
    if not rituals:
        raise Invalid("The curriculum has no held-out cases.")
    document = {
        "format": "mythos-reveal",
        "format_version": 1,
        "lineage": curriculum.lineage,
        "version": curriculum.version,
        "curriculum_sha256": curriculum.sha256,
        "rituals": rituals,
    }
    check("reveal", document)
    key = signing_key_of(curriculum.swarm)
    return document, sign_document(load_key(key.fingerprint), key.name, document)


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return {**old, "version": ""} == {**new, "version": ""}


def _number(last: str, old: dict[str, Any], new: dict[str, Any], wanted: str) -> str:
    """What was asked for if it comes after the last, else the next: words raise the last place, the rest the middle."""
    if wanted:
        if last and not read_version(last) < read_version(wanted):
            raise Invalid("The export cannot be made.", fields={"version": f"It must come after {last}."})
        read_version(wanted)
        return wanted
    if not last:
        return "1.0.0"
    changed = {name for name in new if name != "version" and new[name] != old.get(name)}
    return str(read_version(last).after("patch" if changed <= set(WORDS) else "minor"))
