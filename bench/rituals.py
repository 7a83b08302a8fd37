"""Runs of a ritual: 10,000 cases with 3 graders each on a provider without latency, and 200 ms latency at 64 at once.

Prints cases per second, seconds of the processor (they tell more on a busy machine), the most memory of the process,
and wall time over the ideal (cases / concurrency x latency).
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time

os.environ |= {
    "MYTHOS_HOME": tempfile.mkdtemp(prefix="mythos-bench-"),
    "DJANGO_SETTINGS_MODULE": "mythos.settings",
}
os.environ.pop("MYTHOS_DATABASE_URL", None)

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from mythos.accounts.actors import SYSTEM  # noqa: E402
from mythos.accounts.services import create_swarm  # noqa: E402
from mythos.formats.rituals.document import CaseRecord  # noqa: E402
from mythos.providers import PROVIDERS  # noqa: E402
from mythos.providers.base import Limits, Message, Options, Price, Reply  # noqa: E402
from mythos.rituals.services import create_ritual, execute_run, start_run  # noqa: E402

CASES = 10_000
SLOW_CASES = 1_920
LATENCY = 0.2
AT_ONCE = 64
EXPECTATIONS = [
    {"type": "icontains", "value": "answer"},
    {"type": "regex", "value": r"\bnumber \d+\b"},
    {"type": "not-contains", "value": "refund"},
]


class Echo:
    """Answers at once, or after a while."""

    name = "echo"
    is_simulated = True

    def __init__(self, latency: float, at_once: int) -> None:
        self.latency, self.limits = latency, Limits(at_once)

    def model(self) -> str:
        return "echo"

    def price(self, model: str) -> Price | None:
        return Price(0.0, 0.0)

    def chat(self, messages: list[Message], options: Options) -> Reply:
        if self.latency:
            time.sleep(self.latency)
        text = f"Here is the answer to {messages[-1].content}"
        return Reply(text, 12, 12, 0.0, self.latency * 1000, "echo")


def measure(slug: str, cases: int) -> tuple[float, float]:
    """Seconds of a run, without making the ritual, by the clock and of the processor."""
    swarm = create_swarm(actor=SYSTEM, slug=slug, name=slug)
    records = [CaseRecord(f"c{n}", f"question number {n}", expectations=EXPECTATIONS) for n in range(cases)]
    ritual = create_ritual(actor=SYSTEM, swarm=swarm, slug=slug, cases=records)
    del records
    started = start_run(actor=SYSTEM, ritual_id=ritual.pk, provider="echo", text="You answer questions.")
    began, worked = time.perf_counter(), time.process_time()
    done = execute_run(actor=SYSTEM, run_id=started.pk)
    took = time.perf_counter() - began, time.process_time() - worked
    assert (done.state, done.summary["passed"]) == ("done", cases), done.summary
    return took


def main() -> None:
    """One JSON object on stdout."""
    call_command("migrate", verbosity=0)
    PROVIDERS["echo"] = Echo(0.0, AT_ONCE)
    fast, fast_work = measure("fast", CASES)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    PROVIDERS["echo"] = Echo(LATENCY, AT_ONCE)
    slow, slow_work = measure("slow", SLOW_CASES)
    ideal = SLOW_CASES / AT_ONCE * LATENCY
    result = {
        "cases": CASES,
        "graders": len(EXPECTATIONS),
        "cases_per_second": round(CASES / fast),
        "seconds": round(fast, 2),
        "processor_seconds": round(fast_work, 2),
        "memory_mb": round(memory),
        "slow_cases": SLOW_CASES,
        "slow_seconds": round(slow, 2),
        "slow_processor_seconds": round(slow_work, 2),
        "slow_ideal_seconds": round(ideal, 2),
        "slow_over_ideal": round(slow / ideal, 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
