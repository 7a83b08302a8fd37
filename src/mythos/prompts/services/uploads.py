"""Prompts from an uploaded file: small ones at once, long ones as a job whose progress can be watched."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mythos.accounts.models import Swarm, User
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid
from mythos.formats.prompts import Item, PromptRecord, read_prompts
from mythos.prompts.services.imports import ImportReport, Progress, import_prompts
from mythos.work.models import Job
from mythos.work.services import enqueue
from mythos.work.uploads import pack

IMPORT_JOB = "prompts.import"
MOST_BYTES = 12_000_000
AT_ONCE_BYTES = 1_000_000
AT_ONCE_TEXTS = 200
PROBLEMS_KEPT = 50


@dataclass(frozen=True)
class Upload:
    """A file somebody gave, with what is in it."""

    name: str
    data: bytes
    items: tuple[Item, ...]

    @property
    def is_long(self) -> bool:
        """Whether it takes longer than a person should wait for a page."""
        texts = sum(len(item.revisions) for item in self.items if isinstance(item, PromptRecord))
        return len(self.data) > AT_ONCE_BYTES or texts > AT_ONCE_TEXTS


def read_upload(name: str, data: bytes) -> Upload:
    """Read a file by its name's ending; Invalid when it is too large or no source of prompts."""
    if len(data) > MOST_BYTES:
        raise Invalid(f"{name} is too large.", fields={"file": f"{MOST_BYTES // 1_000_000} MB is the most."})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(data)
        return Upload(path.name, data, tuple(read_prompts(path)))


def import_upload(
    *,
    actor: User,
    swarm: Swarm,
    upload: Upload,
    strict: bool,
    dry_run: bool = False,
    assistant: Assistant | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Plan or import a file here and now."""
    return import_prompts(
        actor=actor,
        swarm=swarm,
        records=upload.items,
        strict=strict,
        dry_run=dry_run,
        assistant=assistant,
        on_progress=on_progress,
    )


def queue_import(*, actor: User, swarm: Swarm, upload: Upload, strict: bool, assistant: Assistant | None) -> Job:
    """Leave the import to the worker; it is done as the same person."""
    require(actor, "prompts.create", swarm)
    return enqueue(
        kind=IMPORT_JOB,
        key=f"{upload.name[:80]} {secrets.token_hex(4)}",
        payload={
            "user_id": actor.pk,
            "swarm_id": swarm.pk,
            "name": upload.name,
            "data": pack(upload.data),
            "strict": strict,
            "assistant_id": assistant.pk if assistant else None,
        },
        swarm_id=swarm.pk,
    )
