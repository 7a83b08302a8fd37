"""Taking a package out again: what it made and nobody changed goes to the trash; what people changed stays theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.packages.models import InstalledPackage
from mythos.packages.queries import get_installed
from mythos.prompts.services import trash_prompt


@dataclass(frozen=True)
class Removal:
    """Slugs of prompts in the trash, of those that stay with the reason, and the rules and rituals that stay."""

    trashed: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    left: dict[str, list[str]]


def uninstall_package(*, actor: Actor, swarm: Swarm, slug: str) -> Removal:
    """Remove an installed package; Invalid when another one needs it."""
    require(actor, "packages.install", swarm)
    installed = get_installed(actor, swarm, slug)
    for other in InstalledPackage.objects.filter(swarm=swarm).exclude(pk=installed.pk):
        if any(need["name"] == slug for need in other.dependencies):
            raise Invalid(f"{other.slug} needs {slug}.", hint=f"Uninstall {other.slug} first.")
    trashed: list[str] = []
    kept: list[tuple[str, str]] = []
    with transaction.atomic():
        for row in installed.prompts.select_related("prompt__current").order_by("prompt__slug"):
            prompt = row.prompt
            changed = prompt.current is None or prompt.current.sha256 != row.base_sha256
            if not row.is_made:
                kept.append((prompt.slug, "It was here before."))
            elif prompt.deleted_at is None and changed:
                kept.append((prompt.slug, "It was changed here."))
            elif prompt.deleted_at is None and prompt.labels.filter(name__in=swarm.protected_labels).exists():
                kept.append((prompt.slug, "A protected label points to it."))
            elif prompt.deleted_at is None:
                trash_prompt(actor=actor, prompt_id=prompt.pk)
                trashed.append(prompt.slug)
        left = {kind: names for kind, names in installed.made.items() if names}
        installed.delete()
    return Removal(tuple(trashed), tuple(kept), left)
