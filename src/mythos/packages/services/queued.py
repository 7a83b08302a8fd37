"""Long exports and installs, left to the worker; what can be refused at once is refused before it is queued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mythos.accounts.actors import Actor, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.formats.bundle import read_bundle
from mythos.packages.models import PackageArrival, SigningKey
from mythos.packages.planning import plan_install
from mythos.packages.queries import get_arrival, get_package
from mythos.packages.services.installing import receive_package, refuse_unready
from mythos.prompts.models import Prompt
from mythos.work.models import Job
from mythos.work.queries import live_job
from mythos.work.services import enqueue

EXPORT_JOB, INSTALL_JOB = "packages.export", "packages.install"
AT_ONCE = 300  # prompts that are packed or installed while somebody waits for the page


def export_is_long(package_id: int) -> bool:
    """Whether an export takes longer than a page may."""
    return Prompt.objects.filter(packages=package_id)[: AT_ONCE + 1].count() > AT_ONCE


def queue_export(*, actor: Actor, package_id: int, version: str = "", key: SigningKey | None = None) -> Job:
    """Leave an export to the worker; one that is under way already is the answer."""
    package = get_package(actor, package_id)
    require(actor, "packages.export", package.swarm)
    payload = {
        "user_id": _person(actor),
        "package_id": package.pk,
        "version": version,
        "fingerprint": key.fingerprint if key else "",
    }
    return _queued(EXPORT_JOB, str(package.pk), payload, package.swarm_id)


def queue_install(*, actor: Actor, arrival_id: int, plan: str, options: Mapping[str, Any]) -> Job:
    """Leave an install to the worker, as the plan showed it; `plan` is its digest."""
    arrival = get_arrival(actor, arrival_id)
    require(actor, "packages.install", arrival.swarm)
    payload = {"user_id": _person(actor), "arrival_id": arrival.pk, "plan": plan, "options": dict(options)}
    return _queued(INSTALL_JOB, str(arrival.pk), payload, arrival.swarm_id)


def queue_sent(
    *, actor: Actor, swarm: Swarm, data: bytes, source: str, expected_plan: str, options: Mapping[str, Any]
) -> Job:
    """Plan a package that came with a request, and leave the rest to the worker; what forbids it is said at once."""
    require(actor, "packages.install", swarm)
    plan = plan_install(actor=actor, swarm=swarm, bundle=read_bundle(data), **options).plan
    refuse_unready(plan, expected_plan)
    arrival = receive_package(actor=actor, swarm=swarm, data=data, source=source)
    return queue_install(actor=actor, arrival_id=arrival.pk, plan=plan.digest, options=options)


def job_of_export(package_id: int) -> Job | None:
    """The export that is under way, or None."""
    return live_job(EXPORT_JOB, str(package_id))


def job_of_install(arrival: PackageArrival) -> Job | None:
    """The install that is under way, or None."""
    return live_job(INSTALL_JOB, str(arrival.pk))


def _person(actor: Actor) -> int:
    by = person(actor)
    if by is None:
        raise Invalid("Only a person can leave this to the worker.")
    return by.pk


def _queued(kind: str, key: str, payload: Mapping[str, Any], swarm_id: int) -> Job:
    return live_job(kind, key) or enqueue(kind=kind, key=key, payload=payload, swarm_id=swarm_id)
