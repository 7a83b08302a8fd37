"""A long rule book is imported by the worker, as the person who gave it and by the plan they saw."""

from __future__ import annotations

import secrets

from mythos.accounts.models import Swarm, User
from mythos.accounts.permissions import require
from mythos.formats.codex_markdown import CodexDocument
from mythos.work.models import Job
from mythos.work.services import enqueue
from mythos.work.uploads import pack

IMPORT_JOB = "codex.import"
AT_ONCE_CHARACTERS = 1_000_000


def is_long(document: CodexDocument) -> bool:
    """Whether importing takes longer than a person should wait for a page."""
    return len(document.text) > AT_ONCE_CHARACTERS


def queue_import(
    *, actor: User, swarm: Swarm, codex_slug: str, document: CodexDocument, title: str, expected_plan: str
) -> Job:
    """Leave the import to the worker; it is refused when the codex has moved on from the plan by then."""
    require(actor, "codex.import", swarm)
    return enqueue(
        kind=IMPORT_JOB,
        key=f"{codex_slug} {secrets.token_hex(4)}",
        payload={
            "user_id": actor.pk,
            "swarm_id": swarm.pk,
            "codex": codex_slug,
            "title": title,
            "name": document.name,
            "data": pack(document.text.encode()),
            "plan": expected_plan,
        },
        swarm_id=swarm.pk,
    )
