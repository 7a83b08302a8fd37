"""A run of a ritual whose worker is killed at random moments (kill -9), again and again, until it is done.

Every call of the provider is written down before it is answered, as a paid call would be. Prints how often workers were
killed, how many calls were made more than once, the most that one kill cost, and whether the report is that of a run
nobody disturbed. `python bench/kill_runs.py [kills] [cases]`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="mythos-kill-")
os.environ |= {"MYTHOS_HOME": HOME, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
os.environ.pop("MYTHOS_DATABASE_URL", None)

import django  # noqa: E402

django.setup()

from datetime import timedelta  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from mythos.accounts.actors import SYSTEM  # noqa: E402
from mythos.accounts.services import create_swarm  # noqa: E402
from mythos.formats.rituals.document import CaseRecord  # noqa: E402
from mythos.providers import PROVIDERS  # noqa: E402
from mythos.providers.base import Limits, Message, Options, Price, Reply, request_hash  # noqa: E402
from mythos.providers.scripted import Scripted  # noqa: E402
from mythos.rituals.models import RitualReply, RitualResult, RitualRun  # noqa: E402
from mythos.rituals.services import create_ritual, start_run  # noqa: E402
from mythos.work.models import Job  # noqa: E402
from mythos.work.services import claim, run  # noqa: E402

CONCURRENCY = 8
LATENCY = 0.01
PRICE = Price(1.0, 1.0)
LEDGER = Path(HOME) / "calls"
TIMES = ("latency_ms", "tokens_per_second")


class Paid(Scripted):
    """Writes each call down, then takes its time."""

    name = "paid"
    limits = Limits(CONCURRENCY)

    def price(self, model: str) -> Price | None:
        return PRICE

    def chat(self, messages: list[Message], options: Options) -> Reply:
        handle = os.open(LEDGER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, (request_hash(messages, options) + "\n").encode())
        os.close(handle)
        time.sleep(LATENCY)
        reply = super().chat(messages, options)
        cost = PRICE.of(reply.tokens_in, reply.tokens_out)
        return Reply(reply.text, reply.tokens_in, reply.tokens_out, cost, 10.0, reply.model)


def calls() -> Counter[str]:
    """How often each request was made."""
    return Counter(LEDGER.read_text().split()) if LEDGER.exists() else Counter()


def work() -> int:
    """A worker in a process of its own, which finds the run of its dead predecessor."""
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    connections.close_all()
    child = os.fork()
    if child == 0:
        held = claim(worker=f"worker-{os.getpid()}")
        if held:
            run(held)
        os._exit(0)
    return child


def wait_for_a_call(written: int) -> None:
    """Until the worker has called its provider: a kill before that proves nothing."""
    began = time.monotonic()
    while time.monotonic() - began < 10 and (not LEDGER.exists() or LEDGER.stat().st_size <= written):
        time.sleep(0.001)


def report(row: RitualRun) -> dict[str, object]:
    """The numbers and every grade of a run, without its times."""
    results = RitualResult.objects.filter(run=row).order_by("case_id", "repeat")
    grades = list(results.values_list("case__ref", "repeat", "score", "passed", "grades", "reply__text", "is_cached"))
    return {
        "summary": {key: value for key, value in row.summary.items() if key not in TIMES},
        "results": json.loads(json.dumps(grades)),
    }


def main() -> None:
    """One JSON object on stdout."""
    kills, cases = (int(value) for value in (sys.argv[1:] + ["50", "2500"][len(sys.argv) - 1 :])[:2])
    call_command("migrate", verbosity=0)
    PROVIDERS["paid"] = Paid()
    swarm = create_swarm(actor=SYSTEM, slug="kill", name="Kill")
    records = [
        CaseRecord(f"c{n}", f"Question {n % (cases * 9 // 10)}?", expectations=[{"type": "icontains", "value": "7"}])
        for n in range(cases)
    ]
    ritual = create_ritual(actor=SYSTEM, swarm=swarm, slug="kill", cases=records)
    disturbed = start_run(actor=SYSTEM, ritual_id=ritual.pk, provider="paid")
    chance, killed, worst = random.Random(1), 0, 0
    while killed < kills:
        written = LEDGER.stat().st_size if LEDGER.exists() else 0
        child = work()
        wait_for_a_call(written)
        time.sleep(chance.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        disturbed.refresh_from_db()
        if disturbed.state == "done":
            break
        killed += 1
        worst = max(worst, len(calls()) - RitualReply.objects.count())
    os.waitpid(work(), 0)
    disturbed.refresh_from_db()
    made = calls()
    LEDGER.unlink()
    quiet = start_run(actor=SYSTEM, ritual_id=ritual.pk, provider="paid", use_cache=False)
    os.waitpid(work(), 0)
    quiet.refresh_from_db()
    result = {
        "kills": killed,
        "cases": cases,
        "results": RitualResult.objects.filter(run=disturbed).count(),
        "state": disturbed.state,
        "calls": made.total(),
        "calls_made_again": made.total() - len(made),
        "most_lost_by_one_kill": worst,
        "concurrency": CONCURRENCY,
        "same_report": report(disturbed) == report(quiet),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
