"""Background entry points of this floor."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from mythos.accounts.models import User
from mythos.errors import ClauseBroken, Invalid
from mythos.packages.models import PackageArrival, SigningKey
from mythos.packages.queries import get_arrival, get_package
from mythos.packages.services import export_package, install_package
from mythos.packages.services.queued import EXPORT_JOB, INSTALL_JOB
from mythos.work.registry import Claim, task
from mythos.work.services import landing, progress

SECONDS_BETWEEN = 0.5
TOLD = 10


@task(EXPORT_JOB, is_long=True)
def export(claim: Claim) -> None:
    """Build a version; the same selection once more is the same export, so a lost worker does no harm."""
    given = claim.payload
    actor = User.objects.get(pk=given["user_id"])
    package = get_package(actor, given["package_id"])
    key = SigningKey.objects.filter(swarm=package.swarm, fingerprint=given["fingerprint"]).first()
    try:
        made = export_package(
            actor=actor,
            package_id=package.pk,
            version=given["version"],
            key=key,
            on_progress=_now_and_then(claim, "Collecting prompts", "Hashing, signing and reading back"),
        )
    except ClauseBroken as error:
        raise _told(error) from error
    counts = {name: number for name, number in made.counts.items() if number}
    result = {"link": f"/prompts/package?package={package.slug}", "say": f"Download {package.slug} {made.version}"}
    with landing(claim, result=result | {"title": f"Version {made.version}", "counts": counts, "problems": []}):
        pass


@task(INSTALL_JOB, is_long=True)
def install(claim: Claim) -> None:
    """Install what was sent in; done twice it changes nothing more."""
    given = claim.payload
    actor = User.objects.get(pk=given["user_id"])
    arrival = get_arrival(actor, given["arrival_id"])
    try:
        done = install_package(
            actor=actor,
            swarm=arrival.swarm,
            data=bytes(arrival.archive),
            source=arrival.source,
            expected_plan=given["plan"],
            on_progress=_now_and_then(claim, "Measuring texts", "Writing everything in one transaction"),
            **given["options"],
        )
    except Invalid as error:
        refused = error.data.get("refused", [])
        raise Invalid(" ".join(refused[:TOLD]) or error.message, hint=error.hint) from error
    result: dict[str, Any] = {"link": f"/prompts/package/installed/{done.installed.slug}", "problems": []}
    with landing(claim, result=result | {"counts": done.plan.counts}):
        PackageArrival.objects.filter(pk=arrival.pk).delete()


def _now_and_then(claim: Claim, note: str, last_note: str) -> Callable[[int, int], None]:
    """Telling costs a write, so twice a second is enough; the end of the counting is told, as the rest has no count."""
    tell = partial(progress, claim)
    last = 0.0

    def step(done: int, total: int) -> None:
        nonlocal last
        if done >= total or time.monotonic() - last >= SECONDS_BETWEEN:
            tell(done, total, last_note if done >= total else note)
            last = time.monotonic()

    return step


def _told(error: ClauseBroken) -> ClauseBroken:
    """The error with every promise in the way: a job keeps nothing but its message."""
    rows = error.data["findings"][:TOLD]
    more = [f"{row['prompt']} v{row['version']}, {row['clause'] or row['check']}: {row['state']}." for row in rows]
    return ClauseBroken(" ".join([error.message, *more]), hint=error.hint)
