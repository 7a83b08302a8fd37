"""A training chain whose worker is killed at random moments (kill -9), again and again, until it is done.

Every call of the provider is written down before it is answered, as a paid call would be. Prints how often workers were
killed, how many calls were made more than once (no more than were in flight at the kills), and whether the chain came
out as one that nobody disturbed. `python bench/kill_chains.py [kills] [cases]`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="mythos-kill-")
os.environ |= {"MYTHOS_HOME": HOME, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
os.environ.pop("MYTHOS_DATABASE_URL", None)
sys.path.insert(0, str(Path(__file__).resolve().parent))

import django  # noqa: E402

django.setup()

from datetime import timedelta  # noqa: E402

from chain_world import Paid, calls, make_assistant, story  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from mythos.accounts.actors import SYSTEM  # noqa: E402
from mythos.accounts.services import create_swarm  # noqa: E402
from mythos.cli.database import prepare  # noqa: E402
from mythos.providers import PROVIDERS  # noqa: E402
from mythos.training.services import Wish, start_chain  # noqa: E402
from mythos.work.models import Job  # noqa: E402
from mythos.work.services import claim, run  # noqa: E402

CONCURRENCY = 8
LATENCY = 0.02
LEDGER = Path(HOME) / "calls"


def work() -> int:
    """A worker in a process of its own, which finds the chain of its dead predecessor."""
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    connections.close_all()
    child = os.fork()
    if child == 0:
        while held := claim(worker=f"worker-{os.getpid()}"):
            run(held)
        os._exit(0)
    return child


def wait_for_a_call(written: int, child: int) -> None:
    """Until the worker has called its provider: a kill before that proves nothing."""
    began = time.monotonic()
    while time.monotonic() - began < 10 and (not LEDGER.exists() or LEDGER.stat().st_size <= written):
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.001)


def main() -> None:
    """One JSON object on stdout."""
    kills, cases = (int(value) for value in (sys.argv[1:] + ["100", "24"][len(sys.argv) - 1 :])[:2])
    prepare()
    PROVIDERS["paid"] = Paid(LEDGER, LATENCY, CONCURRENCY)
    swarm = create_swarm(actor=SYSTEM, slug="kill", name="Kill")
    for slug in ("ada", "bea"):
        make_assistant(swarm, slug, cases)
    wish = Wish(provider="paid", calls=60 * cases, steps=12)
    both = [
        start_chain(actor=SYSTEM, swarm=swarm, title=title, assistants=["ada", "bea"], wish=wish)
        for title in ("Disturbed", "Quiet")
    ]
    disturbed, quiet = both
    Job.objects.filter(key=str(quiet.pk)).update(not_before=timezone.now() + timedelta(days=1))
    chance, killed = random.Random(1), 0
    while killed < kills:
        written = LEDGER.stat().st_size if LEDGER.exists() else 0
        child = work()
        wait_for_a_call(written, child)
        time.sleep(chance.uniform(0.0, 0.08))
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        disturbed.refresh_from_db()
        if disturbed.state == "done":
            break
        killed += 1
    if disturbed.state != "done":
        os.waitpid(work(), 0)
    disturbed.refresh_from_db()
    made = calls(LEDGER)
    LEDGER.unlink(missing_ok=True)
    Job.objects.filter(key=str(quiet.pk)).update(not_before=timezone.now())
    os.waitpid(work(), 0)
    quiet.refresh_from_db()
    result = {
        "kills": killed,
        "state": disturbed.state,
        "steps": disturbed.current_step,
        "calls": made.total(),
        "calls_of_the_quiet_one": calls(LEDGER).total(),
        "calls_made_again": made.total() - len(made),
        "concurrency": CONCURRENCY,
        "held_out": disturbed.result.get("held_out", {}).get("verdict"),
        "same_result": disturbed.state == "done" and story(disturbed) == story(quiet),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
