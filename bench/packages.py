"""A package of 10,000 prompts: build, verify, plan and install, in one process on SQLite.

    python bench/packages.py [PROMPTS] [CONTRACTS]

10,000 prompts of two checkpoints each and 100 contracts unless told otherwise. Targets: build 20 s, verify 5 s,
plan 20 s, install 60 s.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

TOPICS = ("refunds", "parcels", "invoices", "passwords", "bookings", "returns", "warranties", "complaints")
RULE = "Never promise a refund without approval."
LINES = (
    "You answer questions about {}.",
    "Sign every reply with {{{{name}}}}.",
    "Keep replies below {} words.",
    "Ask for the order number before you look anything up about {}.",
    "If you do not know, say so and pass the question to a person.",
    "Be friendly and precise, and never guess a date.",
)


def text_of(number: int, chance: random.Random) -> str:
    lines = [line.format(chance.choice(TOPICS)) for line in chance.sample(LINES, 4)]
    return "\n\n".join([f"Desk {number}.", RULE, *lines])


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What the work gave; seconds of the wall, and of the processor beside them."""
    began, busy = time.perf_counter(), time.process_time()
    found = work()
    return found, {
        "wall": round(time.perf_counter() - began, 2),
        "processor": round(time.process_time() - busy, 2),
    }


def main() -> None:
    prompts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    contracts = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    os.environ.setdefault("MYTHOS_HOME", tempfile.mkdtemp(prefix="mythos-bench-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "mythos.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measure(prompts, contracts), indent=1))


def measure(prompts: int, contracts: int) -> dict[str, Any]:
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.codex.services import create_clause, create_codex, sign_contract
    from mythos.formats.bundle import read_bundle
    from mythos.formats.prompts.base import PromptRecord, Revision
    from mythos.packages.planning import plan_install
    from mythos.packages.services import create_key, create_package, export_package, install_package
    from mythos.prompts.models import Prompt
    from mythos.prompts.services import import_prompts

    chance = random.Random(7)
    home = create_swarm(actor=SYSTEM, slug="home", name="Home")
    records = (
        PromptRecord(f"desk/{n}", f"Desk {n}", (Revision(text_of(n, chance)), Revision(text_of(n, chance))))
        for n in range(prompts)
    )
    _, filled = timed(lambda: import_prompts(actor=SYSTEM, swarm=home, records=records))
    codex = create_codex(actor=SYSTEM, swarm=home, slug="house")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="No refund", text=RULE)
    rows = list(Prompt.objects.filter(swarm=home).order_by("pk"))
    for prompt in rows[:contracts]:
        sign_contract(actor=SYSTEM, prompt_id=prompt.pk, base=0, clauses=[{"ref": "no_refund"}])
    print(f"filled: {filled}", file=sys.stderr)
    key = create_key(actor=SYSTEM, swarm=home, name="Bench")
    package = create_package(actor=SYSTEM, swarm=home, slug="desks", prompts=rows, license="MIT")
    export, build = timed(lambda: export_package(actor=SYSTEM, package_id=package.pk, key=key))
    data = bytes(export.archive)
    bundle, verify = timed(lambda: read_bundle(data))
    there = create_swarm(actor=SYSTEM, slug="there", name="There")
    work, plan = timed(lambda: plan_install(actor=SYSTEM, swarm=there, bundle=bundle))
    print(f"built: {build}, verified: {verify}, planned: {plan}", file=sys.stderr)
    done, install = timed(lambda: install_package(actor=SYSTEM, swarm=there, data=data, on_progress=said))
    _, second = timed(lambda: plan_install(actor=SYSTEM, swarm=there, bundle=bundle))
    return {
        "prompts": prompts,
        "checkpoints": export.counts["checkpoints"],
        "contracts": contracts,
        "bytes": export.size,
        "build_seconds": build,
        "verify_seconds": verify,
        "plan_seconds": plan,
        "plan_counts": work.plan.counts,
        "install_seconds": install,
        "installed": done.is_changed,
        "plan_when_installed_seconds": second,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def said(number: int, total: int) -> None:
    if number % 2000 == 0:
        print(f"{number}/{total}", file=sys.stderr)


if __name__ == "__main__":
    main()
