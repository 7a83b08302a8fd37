"""The certificate: what was measured, in one signed record."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.errors import Invalid
from mythos.formats.curriculum import check, digest, sign_document
from mythos.market.models import Certificate, Enrollment, PartAttempt
from mythos.market.progress import PartProgress, Progress
from mythos.market.services.exporting import signing_key_of
from mythos.market.signals import assistant_certified
from mythos.packages.keys import load_key


def certify(enrollment: Enrollment, progress: Progress) -> Certificate | None:
    """Complete the enrolment and issue its certificate, once."""
    record = _record(enrollment, progress)
    check("certificate", record)
    signature = _signature(enrollment, record)
    with transaction.atomic():
        rows = Enrollment.objects.filter(pk=enrollment.pk, state=Enrollment.State.ACTIVE)
        if not rows.update(state=Enrollment.State.COMPLETED, completed_at=timezone.now(), problem=""):
            return None
        row = Certificate.objects.create(
            enrollment=enrollment, serial=record["serial"], record=record, sha256=digest(record), signature=signature
        )
        transaction.on_commit(partial(assistant_certified.send_robust, Certificate, certificate_id=row.pk))
    return row


def _signature(enrollment: Enrollment, record: Mapping[str, Any]) -> dict[str, Any]:
    """By the seller's key where sealed cases were tried, for the seller vouches for those; else by the swarm's own."""
    curriculum = enrollment.curriculum
    seller = curriculum.cloned_from.swarm if curriculum.cloned_from else curriculum.swarm
    sat = any(part["sealed"] for part in record["parts"])
    for swarm in dict.fromkeys([seller, curriculum.swarm] if sat else [curriculum.swarm]):
        try:
            key = signing_key_of(swarm)
        except Invalid:
            continue
        return sign_document(load_key(key.fingerprint), key.name, record)
    return {}


def _record(enrollment: Enrollment, progress: Progress) -> dict[str, Any]:
    curriculum, assistant = enrollment.curriculum, enrollment.assistant
    last = [row.last for row in progress.parts if row.last]
    seller = curriculum.origin.get("swarm", {}).get("name") or curriculum.swarm.name
    return {
        "format": "mythos-certificate",
        "format_version": 1,
        "serial": secrets.token_hex(16),
        "issued_at": timezone.now().isoformat(timespec="seconds"),
        "issuer": seller,
        "curriculum": {
            "name": curriculum.slug,
            "title": curriculum.curriculum_title,
            "version": curriculum.version,
            "sha256": curriculum.sha256,
            "lineage": curriculum.lineage,
        },
        "assistant": {
            "slug": assistant.slug,
            "name": assistant.name,
            "swarm": assistant.swarm.name,
            "text_sha256": last[-1].text_sha256,
        },
        "model": {
            "provider": enrollment.provider,
            "model": enrollment.model,
            "simulated": any(row.run is not None and row.run.is_simulated for row in last),
        },
        "score_before": progress.score_before,
        "score_after": progress.score_after,
        "parts": [_part(row) for row in progress.parts],
    }


def _part(row: PartProgress) -> dict[str, Any]:
    part = row.part
    sealed = _tried(row.sealed)
    return {
        "position": part.position,
        "ritual": part.ritual.slug,
        "title": part.ritual.title,
        "pass_mark": float(part.pass_mark),
        "practice": _tried(row.practice) or {"cases": 0, "score": 0.0, "passed": False},
        "sealed": sealed,
        "sealed_unsat": 0 if sealed else int(part.sealed.get("count", 0)),
    }


def _tried(attempts: Sequence[PartAttempt]) -> dict[str, Any] | None:
    if not attempts:
        return None
    last = attempts[-1]
    return {"cases": last.cases, "score": float(last.score or 0.0), "passed": bool(last.passed)}
