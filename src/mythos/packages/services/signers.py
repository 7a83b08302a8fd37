"""Keys this swarm signs with, and signers it trusts."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.formats.bundle import signing
from mythos.packages.keys import forget_key, store_key
from mythos.packages.models import SigningKey, TrustedSigner

_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")
LEAST_PREFIX = 16


def create_key(*, actor: Actor, swarm: Swarm, name: str) -> SigningKey:
    """Make a key pair; the private half stays in a file on this machine."""
    require(actor, "packages.keys", swarm)
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("The key cannot be made.", fields={"name": "1 to 100 characters."})
    if SigningKey.objects.filter(swarm=swarm, name=name, revoked_at=None).exists():
        raise Invalid("The key cannot be made.", fields={"name": f"There already is a key {name}."})
    private, public = signing.new_key()
    fingerprint = signing.fingerprint(public)
    store_key(fingerprint, private)
    return SigningKey.objects.create(
        swarm=swarm, name=name, public_key=public, fingerprint=fingerprint, created_by=person(actor)
    )


def trust_signer(*, actor: Actor, swarm: Swarm, fingerprint: str, name: str = "") -> TrustedSigner:
    """Take packages signed with this key; the explicit act that also undoes a revocation."""
    require(actor, "packages.trust", swarm)
    fingerprint = fingerprint.strip().lower()
    if not _FINGERPRINT.match(fingerprint):
        raise Invalid("The signer cannot be trusted.", fields={"fingerprint": "64 hexadecimal digits."})
    known = TrustedSigner.objects.filter(swarm=swarm, fingerprint=fingerprint).first()
    signer = known or TrustedSigner(swarm=swarm, fingerprint=fingerprint)
    signer.name = name.strip()[:200] or signer.name or fingerprint[:16]
    signer.how, signer.revoked_at, signer.added_by_name = TrustedSigner.How.BY_HAND, None, actor_name(actor)
    signer.save()
    return signer


def revoke_key(*, actor: Actor, swarm: Swarm, fingerprint: str) -> list[str]:
    """Stop signing with a key of ours and stop trusting it, wherever it is known here; what was revoked."""
    require(actor, "packages.keys", swarm)
    wanted = fingerprint.strip().lower()
    with transaction.atomic():
        own = SigningKey.objects.filter(swarm=swarm, revoked_at=None)
        keys = [row for row in own if row.name == fingerprint.strip() or _is(row.fingerprint, wanted)]
        marks = {row.fingerprint for row in keys}
        trusted = TrustedSigner.objects.filter(swarm=swarm, revoked_at=None)
        signers = [row for row in trusted if row.fingerprint in marks or _is(row.fingerprint, wanted)]
        if not keys and not signers:
            raise NotFound(f"There is no key {fingerprint!r}.", fields={"fingerprint": "Unknown key."})
        now = timezone.now()
        SigningKey.objects.filter(pk__in=[row.pk for row in keys]).update(revoked_at=now)
        TrustedSigner.objects.filter(pk__in=[row.pk for row in signers]).update(revoked_at=now)
    for key in keys:
        forget_key(key.fingerprint)
    return sorted(marks | {row.fingerprint for row in signers})


def _is(fingerprint: str, wanted: str) -> bool:
    return len(wanted) >= LEAST_PREFIX and fingerprint.startswith(wanted)
