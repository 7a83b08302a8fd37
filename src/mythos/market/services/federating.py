"""Markets of other instances: publish a signed index any web server can host, follow one, take a curriculum from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, MythosError
from mythos.formats.curriculum import check, digest, pack, sign_document, unpack, verify_document
from mythos.market.licensing import allows_copies
from mythos.market.models import Listing, MarketSource, PromptCurriculumVault, RemoteCurriculum
from mythos.market.queries.federation import get_remote, get_source
from mythos.market.services.copying import place_curriculum
from mythos.market.services.exporting import signing_key_of
from mythos.packages.fetching import fetch
from mythos.packages.keys import load_key
from mythos.packages.models import SigningKey, TrustedSigner

INDEX = "market.json"
Fetch = Callable[[str], bytes]
_DIGITS = re.compile(r"[0-9a-f]{64}\Z")


def write_market(*, actor: Actor, swarm: Swarm, folder: Path, title: str = "") -> list[str]:
    """Write the folder: an index, and every listed curriculum that may be copied; the paths that were written."""
    require(actor, "market.publish", swarm)
    key = signing_key_of(swarm)
    rows = Listing.objects.filter(swarm=swarm, is_open=True, clonable=Listing.Clonable.PRACTICE)
    entries, files = [], {}
    for listing in rows.select_related("curriculum__curator", "curriculum__swarm").order_by("curriculum__slug"):
        row = listing.curriculum
        path = f"curricula/{row.slug}-{row.version}.json"
        files[path] = pack(row.exported_json, row.signature)
        entries.append(_entry(listing, path))
    if not entries:
        raise Invalid("There is nothing to publish.", hint="List a curriculum that may be cloned first.")
    index = {"format": "mythos-market", "format_version": 1, "title": title or swarm.name, "curricula": entries}
    check("market", index)
    files[INDEX] = pack(index, sign_document(load_key(key.fingerprint), key.name, index))
    return [name for name, content in files.items() if _written(folder / name, content)]


def follow_market(
    *, actor: Actor, swarm: Swarm, address: str, fingerprint: str = "", fetch_from: Fetch = fetch
) -> MarketSource:
    """Look at another instance's market; who signed its index first must sign it always.

    The key is taken on first use unless its fingerprint is given; a revoked signer never is.
    """
    require(actor, "packages.trust", swarm)
    address = address.strip()
    if not address.endswith(f"/{INDEX}"):
        address = f"{address.rstrip('/')}/{INDEX}"
    wanted = fingerprint.strip().lower()
    if wanted and not _DIGITS.match(wanted):
        raise Invalid("The market cannot be followed.", fields={"fingerprint": "64 hexadecimal digits."})
    if MarketSource.objects.filter(swarm=swarm, address=address).exists():
        raise Invalid("The market cannot be followed.", fields={"address": "It is followed already."})
    document, signature = unpack("market", fetch_from(address), INDEX)
    _admit(swarm, signature, wanted)
    with transaction.atomic():
        source = MarketSource.objects.create(
            swarm=swarm,
            address=address,
            title=document["title"],
            fingerprint=signature["fingerprint"],
            signer_name=signature["signer"],
            sha256=digest(document),
            added_by_name=actor_name(actor)[:200],
        )
        _store(source, document)
    return source


def refresh_market(*, actor: Actor, source_id: int, fetch_from: Fetch = fetch) -> MarketSource:
    """Look again; an index that another key signed changes nothing and is said on the row."""
    source = get_source(actor, source_id)
    require(actor, "market.publish", source.swarm)
    try:
        document, signature = unpack("market", fetch_from(source.address), INDEX)
        _admit(source.swarm, signature, source.fingerprint)
    except MythosError as error:
        MarketSource.objects.filter(pk=source.pk).update(problem=error.message, checked_at=timezone.now())
        raise
    with transaction.atomic():
        MarketSource.objects.filter(pk=source.pk).update(
            title=document["title"], sha256=digest(document), problem="", checked_at=timezone.now()
        )
        _store(source, document)
    return get_source(actor, source_id)


def leave_market(*, actor: Actor, source_id: int) -> None:
    """Stop following; what was taken stays."""
    source = get_source(actor, source_id)
    require(actor, "packages.trust", source.swarm)
    source.delete()


def take_remote(*, actor: Actor, remote_id: int, fetch_from: Fetch = fetch) -> PromptCurriculumVault:
    """Fetch a curriculum of a followed market, verify it against the index, and put a copy here."""
    remote = get_remote(actor, remote_id)
    source = remote.source
    require(actor, "market.trade", source.swarm)
    if not remote.entry["clonable"] or not allows_copies(remote.license):
        raise Invalid(f"{remote.title} may not be cloned.", fields={"license": f"Under {remote.license}."})
    address = urljoin(source.address, remote.entry["file"])
    document, signature = unpack("curriculum", fetch_from(address), remote.entry["file"])
    _same_as_index(remote, document, signature)
    _refuse_revoked(source.swarm, signature["fingerprint"])
    return place_curriculum(
        actor=actor, swarm=source.swarm, document=document, signature=signature, address=source.address
    )


def _same_as_index(remote: RemoteCurriculum, document: Mapping[str, Any], signature: Mapping[str, Any]) -> None:
    entry = remote.entry
    if digest(document) != entry["sha256"] or signature != entry["signature"]:
        raise Invalid(
            f"{remote.title} is not what the index says.",
            hint="Nothing was written. Look at the market again.",
            fields={"file": "Its hash or signature differs."},
        )
    verify_document("curriculum", document, signature)


def _admit(swarm: Swarm, signature: Mapping[str, Any], wanted: str) -> None:
    mark = signature["fingerprint"]
    if wanted and wanted != mark:
        raise Invalid(
            f"The market is signed by {signature['signer']} with {mark[:16]}, not with {wanted[:16]}.",
            hint="Leave it and follow it again if you know why the key changed.",
            fields={"fingerprint": "Another key."},
        )
    _refuse_revoked(swarm, mark)


def _refuse_revoked(swarm: Swarm, mark: str) -> None:
    for kind in (TrustedSigner, SigningKey):
        if kind.objects.filter(swarm=swarm, fingerprint=mark).exclude(revoked_at=None).exists():
            raise Invalid(f"The signer {mark[:16]} is revoked here.", fields={"fingerprint": "Revoked."})


def _store(source: MarketSource, document: Mapping[str, Any]) -> None:
    names = [entry["name"] for entry in document["curricula"]]
    RemoteCurriculum.objects.filter(source=source).exclude(name__in=names).delete()
    for entry in document["curricula"]:
        RemoteCurriculum.objects.update_or_create(
            source=source,
            name=entry["name"],
            defaults={
                "title": entry["title"],
                "version": entry["version"],
                "license": entry["license"],
                "lineage": entry["lineage"],
                "entry": entry,
            },
        )


def _entry(listing: Listing, path: str) -> dict[str, Any]:
    row = listing.curriculum
    return {
        "name": row.slug,
        "title": row.curriculum_title,
        "description": row.description,
        "version": row.version,
        "license": listing.license,
        "lineage": row.lineage,
        "seller": row.swarm.name,
        "curator": row.curator.name,
        "tags": sorted({bundle["tag_name"] for bundle in row.exported_json["bundles"]}),
        "rituals": len(row.exported_json["rituals"]),
        "price": listing.price,
        "clonable": True,
        "file": path,
        "sha256": row.sha256,
        "signature": row.signature,
    }


def _written(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
