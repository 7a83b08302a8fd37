"""`mythos.lock`: which packages a swarm has, to the byte, as a file people keep in version control."""

from __future__ import annotations

import json
from typing import Any

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.errors import Invalid
from mythos.formats.bundle import Bundle
from mythos.packages.queries import visible_installed

NAME = "mythos.lock"


def write_lock(actor: Actor, swarm: Swarm) -> str:
    """The lock of a swarm: sorted, one line a fact, no times, so that its differences are small."""
    packages = [
        {
            "name": row.slug,
            "version": row.version,
            "sha256": row.sha256,
            "signer": row.fingerprint,
            "source": row.source,
            "dependencies": {need["name"]: need["version"] for need in row.dependencies},
        }
        for row in visible_installed(actor, swarm).order_by("slug")
    ]
    return json.dumps({"lock": 1, "packages": packages}, indent=2, ensure_ascii=False) + "\n"


def refuse_other(lock: str, bundle: Bundle) -> None:
    """Raise Invalid when a lock pins this name and version to other bytes or another signer."""
    try:
        rows: list[dict[str, Any]] = json.loads(lock)["packages"]
        pinned = {(row["name"], row["version"]): row for row in rows}
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{NAME} cannot be read.", hint="Restore it, or write it anew: mythos package lock.") from error
    about = bundle.about
    row = pinned.get((about.name, about.version))
    if row is not None and row.get("sha256") != bundle.sha256:
        raise Invalid(
            f"{NAME} pins {about.name} {about.version} to {str(row.get('sha256'))[:16]}, and this is "
            f"{bundle.sha256[:16]}.",
            hint="Somebody altered one of the two. Nothing was written.",
        )
