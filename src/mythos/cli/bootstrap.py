"""The first start: an owner, a swarm, and the demo from real inputs."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from mythos import __version__
from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Role, Swarm, User
from mythos.accounts.services import create_swarm, create_user
from mythos.assistants.models import Assistant
from mythos.assistants.services import create_assistant
from mythos.codex.services import import_codex
from mythos.demo import Demo, load_demo
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import import_prompts, move_label

OWNER_EMAIL = "owner@mythos.local"


@dataclass(frozen=True)
class FirstOwner:
    """The account made on the first start; the password is kept nowhere else."""

    email: str
    password: str


def bootstrap(*, demo: bool, say: Callable[[str], None]) -> FirstOwner | None:
    """Make the owner, and the demo or an empty swarm; None when people are already here."""
    if User.objects.exists():
        return None
    swarm = Swarm.objects.first()
    if swarm is None:
        slug, name = ("demo", "Demo swarm") if demo else ("main", "Main")
        swarm = create_swarm(actor=SYSTEM, slug=slug, name=name)
        if demo:
            fill_demo(swarm, load_demo(), say)
    password = os.environ.get("MYTHOS_PASSWORD") or secrets.token_urlsafe(12)
    create_user(actor=SYSTEM, email=OWNER_EMAIL, name="Owner", password=password, swarm=swarm, role=Role.OWNER)
    return FirstOwner(OWNER_EMAIL, password)


def fill_demo(swarm: Swarm, demo: Demo, say: Callable[[str], None]) -> None:
    """Load the demo through the same verbs as people use."""
    assistants: dict[str, Assistant] = {}
    for item in demo.assistants:
        assistants[item.slug] = create_assistant(
            actor=SYSTEM, swarm=swarm, slug=item.slug, name=item.name, description=item.description
        )
        records = [record for record in demo.prompts if demo.owners[record.slug] == item.slug]
        report = import_prompts(
            actor=SYSTEM, swarm=swarm, records=records, strict=True, assistant=assistants[item.slug]
        )
        say(f"  {item.name}: {len(report.created)} prompts, {report.checkpoints} checkpoints")
    for slug, label, version in demo.labels:
        move_label(actor=SYSTEM, prompt_id=get_prompt(SYSTEM, slug, swarm).pk, label=label, version=version)
    for document in demo.codices:
        done = import_codex(
            actor=SYSTEM,
            swarm=swarm,
            codex_slug=demo.codex_slug,
            document=document,
            title=demo.codex_title,
        )
        say(f"  {demo.codex_title} {done.edition.label if done.edition else ''}: {len(document.clauses)} clauses")


def collect_static() -> None:
    """Copy static files beside the data, with hashed names, when the package's are not those there."""
    source = Path(__file__).resolve().parents[1] / "web" / "static"
    stamp_file = settings.STATIC_ROOT / ".stamp"
    stamp = _stamp(source)
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=settings.STATIC_ROOT.is_dir())
    stamp_file.write_text(stamp)


def _stamp(folder: Path) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}:{path.stat().st_size}:{path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()
