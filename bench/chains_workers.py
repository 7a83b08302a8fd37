"""How training chains share workers, and what it costs to write their calls down.

Eight chains by one worker and by four, with a provider that takes its time; then 6,000 calls through the journal alone.
`python bench/chains_workers.py [latency in ms] [cases]`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="mythos-workers-")
os.environ |= {"MYTHOS_HOME": HOME, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
os.environ.pop("MYTHOS_DATABASE_URL", None)
sys.path.insert(0, str(Path(__file__).resolve().parent))

import django  # noqa: E402

django.setup()

from chain_world import Paid, make_assistant, story  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from mythos.accounts.actors import SYSTEM  # noqa: E402
from mythos.accounts.models import Swarm  # noqa: E402
from mythos.accounts.services import create_swarm  # noqa: E402
from mythos.providers import PROVIDERS  # noqa: E402
from mythos.training.engine.protocol import Call  # noqa: E402
from mythos.training.models import SwarmTrainingChain  # noqa: E402
from mythos.training.services import Wish, start_chain  # noqa: E402
from mythos.training.services.running import Runner  # noqa: E402
from mythos.work.models import Job  # noqa: E402
from mythos.work.queries import has_live_job  # noqa: E402
from mythos.work.services import claim, run  # noqa: E402

CHAINS, CONCURRENCY, JOURNALED, HANDS = 8, 4, 6000, 16


def work() -> int:
    """A worker in a process of its own, until no chain is left."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        while Job.objects.filter(state__in=["pending", "running"]).exists():
            held = claim(worker=f"worker-{os.getpid()}")
            if held:
                run(held)
            else:
                time.sleep(0.05)
        os._exit(0)
    return child


def finish(swarm: Swarm, slug: str, workers: int, calls: int) -> tuple[float, list[str]]:
    """Seconds until eight new chains are done, and what they found."""
    wish = Wish(provider="paid", calls=calls, steps=6)
    made = [
        start_chain(actor=SYSTEM, swarm=swarm, title=f"{workers}-{n}", assistants=[slug], wish=wish)
        for n in range(CHAINS)
    ]
    began = time.perf_counter()
    for child in [work() for _ in range(workers)]:
        os.waitpid(child, 0)
    took = time.perf_counter() - began
    assert not any(has_live_job("training.chain", str(chain.pk)) for chain in made)
    found = [SwarmTrainingChain.objects.get(pk=chain.pk) for chain in made]
    assert all(chain.state == "done" for chain in found), [chain.note for chain in found]
    return took, [story(chain) for chain in found]


def journal(swarm: Swarm) -> list[float]:
    """Milliseconds a call for the first, the middle and the last thousand of six, begun and finished."""
    chain = start_chain(
        actor=SYSTEM, swarm=swarm, title="Journal", assistants=["ada"], wish=Wish(provider="paid", calls=JOURNALED)
    )
    SwarmTrainingChain.objects.filter(pk=chain.pk).update(state="running")
    chain.refresh_from_db()
    book = Runner(chain, lambda: True).journal
    value = {"score": 0.5, "records": [], "usage": {"calls": 1, "tokens": 200, "money": 0.001}, "error": ""}
    done, times, began = threading.Event(), [], time.perf_counter()

    def one(number: int) -> None:
        book.begin(Call(f"{number:064d}", "evaluation", number // 50, str(number)))
        book.finish(f"{number:064d}", value)
        if number % 1000 == 999:
            times.append(time.perf_counter() - began)

    def every() -> None:
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(one, range(JOURNALED)))
        done.set()

    threading.Thread(target=every).start()
    book.keep_until(done)
    parts = [b - a for a, b in zip([0.0, *times], times, strict=False)]
    return [round(part, 3) for part in (parts[0], parts[2], parts[5])]


def main() -> None:
    """One JSON object on stdout."""
    latency, cases = (int(value) for value in (sys.argv[1:] + ["200", "12"][len(sys.argv) - 1 :])[:2])
    call_command("migrate", verbosity=0)
    PROVIDERS["paid"] = Paid(None, latency / 1000, CONCURRENCY)
    swarm = create_swarm(actor=SYSTEM, slug="share", name="Share")
    for slug in ("ada", "bea"):  # one for each number of workers, for a finished chain leaves better texts behind
        make_assistant(swarm, slug, cases)
    warm = start_chain(
        actor=SYSTEM, swarm=swarm, title="Warm", assistants=["ada"], wish=Wish(provider="paid", calls=4 * cases)
    )
    Job.objects.all().delete()
    SwarmTrainingChain.objects.filter(pk=warm.pk).delete()
    one, found = finish(swarm, "ada", 1, 12 * cases)
    four, same = finish(swarm, "bea", 4, 12 * cases)
    written = journal(swarm)
    print(
        json.dumps(
            {
                "chains": CHAINS,
                "latency_ms": latency,
                "one_worker_s": round(one, 2),
                "four_workers_s": round(four, 2),
                "faster": round(one / four, 2),
                "same_results": len(set(found)) == len(set(same)) == 1,
                "journal_ms_a_call_first_middle_last": written,
            }
        )
    )


if __name__ == "__main__":
    main()
