"""Training chains while everything under them is pulled away, again and again: kill -9, restarts, a cut cable.

    python bench/chain_kills.py --queue database --kills 100          # server and workers, SQLite
    python bench/chain_kills.py --queue celery --kills 100            # server and workers, RabbitMQ and PostgreSQL
    python bench/chain_kills.py --queue celery --what rabbitmq --kills 20
    python bench/chain_kills.py --queue celery --what postgres --kills 20
    python bench/chain_kills.py --queue celery --what network --kills 10      # as root: a worker in a network namespace

Every call of the provider is written down before it is answered, as a paid call would be. For each chain that was
disturbed the same chain is done once in quiet; the two have to come out alike, and no more calls may have been made
again than were in flight at the kills. Prints one JSON object; ends with 1 when that does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "scripts")]
CONCURRENCY = 8
CALLS = "calls"


class Forked:
    """A process that needs no start of Python: a copy of this one, in a group of its own."""

    def __init__(self, do: Callable[[], None], log: Path) -> None:
        from django.db import connections

        connections.close_all()
        self.pid = os.fork()
        with suppress(OSError):  # in both, whichever is first: a kill may follow at once
            os.setpgid(self.pid, self.pid)
        if self.pid == 0:
            with log.open("ab") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            try:
                do()
            finally:
                os._exit(1)

    def poll(self) -> int | None:
        try:
            return os.waitpid(self.pid, os.WNOHANG)[0] or None
        except ChildProcessError:
            return self.pid

    def wait(self) -> None:
        while self.poll() is None:
            time.sleep(0.01)


def serve() -> None:
    """The pages, on any port."""
    import uvicorn

    uvicorn.run("mythos.asgi:application", port=0, log_level="warning")


def worker() -> None:
    """One worker of the bench: the product's own, with short leases and a provider that costs."""
    import django

    django.setup()
    from chain_world import Paid

    from mythos.providers import PROVIDERS
    from mythos.training.services import sweep_chains
    from mythos.work import services, waking
    from mythos.work import worker as working

    services.LEASE, working.BEAT_SECONDS = timedelta(seconds=3), 0.5
    PROVIDERS["paid"] = Paid(Path(os.environ["HOME"]) / CALLS, float(os.environ["LATENCY"]), CONCURRENCY)
    sweep_chains()
    if not waking.uses_celery():
        working.run_forever(threading.Event(), poll=0.05)
        return
    door = waking.celery_door()
    door.BEAT_SECONDS, door.AGAIN = 0.5, timedelta(seconds=2)

    def sweep() -> None:
        while True:
            time.sleep(0.5)
            try:
                door.sweep()
            except Exception as error:
                print("sweep:", error, file=sys.stderr)

    threading.Thread(target=sweep, daemon=True).start()
    door.hands("long", 1)


class Ground:
    """Everything a chain stands on: database, broker, server, workers."""

    def __init__(self, given: argparse.Namespace, stack: ExitStack) -> None:
        self.given, self.chance = given, random.Random(given.seed)
        self.home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mythos-kills-")))
        self.home.chmod(0o755)
        self.running: list[Any] = []
        stack.callback(self.kill)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MYTHOS_", "DJANGO_"))}
        own = {"MYTHOS_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "mythos.settings"}
        self.environment = {**clean, **own, "HOME": str(self.home), "LATENCY": str(given.latency / 1000)}
        self.away: Any = None
        if given.queue == "celery":
            self._celery(stack)

    def _celery(self, stack: ExitStack) -> None:
        from chain_places import Away, Postgres
        from with_rabbitmq import Rabbit, free_port

        self.postgres = Postgres(self.home / "pg", free_port())
        self.postgres.start()
        stack.callback(self.postgres.stop)
        self.rabbit = Rabbit(self.home / "rabbit")
        stack.callback(self.rabbit.stop)
        self.rabbit.start()
        self.environment |= {"MYTHOS_QUEUE": "celery"} | self._places("127.0.0.1")
        if self.given.what == "network":
            self.away = stack.enter_context(Away())

    def _places(self, host: str) -> dict[str, str]:
        return {"MYTHOS_DATABASE_URL": self.postgres.url(host), "MYTHOS_BROKER_URL": self.rabbit.url(host)}

    def start(self) -> None:
        """One worker, far away if its cable is to be cut, and a server where one is to be killed."""
        if self.away is None:
            self.running = [Forked(worker, self.home / "log")]
        if self.given.what == "everything":
            self.running.append(Forked(serve, self.home / "log"))
        if self.away is not None:
            from chain_places import HERE as NEAR_HOST

            command = self.away.inside([sys.executable, str(Path(__file__).resolve()), "--worker"])
            self.running.append(
                subprocess.Popen(
                    command, env=self.environment | self._places(NEAR_HOST), start_new_session=True,
                    stdout=(self.home / "log").open("ab"), stderr=(self.home / "log").open("ab"),
                )
            )  # fmt: skip

    def kill(self) -> None:
        """kill -9 of the server, of every worker and of all their children."""
        for process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.running:
            process.wait()
        self.running.clear()

    def tend(self) -> None:
        """Start again what has ended by itself, as `mythos up` does."""
        if any(process.poll() is not None for process in self.running):
            self.kill()
            self.start()

    def disturb(self) -> None:
        """Pull away what is to be tried."""
        if self.given.what == "everything":
            self.kill()
            self.start()
        elif self.given.what == "rabbitmq":
            self.rabbit.kill()
            time.sleep(self.chance.uniform(0.0, 1.0))
            self.rabbit.start()
        elif self.given.what == "postgres":
            self.postgres.crash()
        else:
            self._cut_off()

    def _cut_off(self) -> None:
        """Long enough that another worker takes over; the far one comes back to find that its job is gone."""
        self.away.cut()
        near = Forked(worker, self.home / "log")
        self.running.append(near)
        time.sleep(self.chance.uniform(1.0, 12.0))
        self.away.mend()
        time.sleep(self.chance.uniform(0.0, 4.0))
        self.running.remove(near)
        with suppress(ProcessLookupError):
            os.killpg(near.pid, signal.SIGKILL)
        near.wait()

    def written(self) -> int:
        path = self.home / CALLS
        return path.stat().st_size if path.exists() else 0


def run(given: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    """Chain after chain, until there were so many disturbances."""
    ground = Ground(given, stack)
    os.environ.update(ground.environment)
    import django

    django.setup()
    from chain_world import Paid, calls, make_assistant, story
    from django.db import DatabaseError, connection

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.cli.database import prepare
    from mythos.providers import PROVIDERS
    from mythos.training.models import SwarmTrainingChain
    from mythos.training.services import Wish, start_chain

    prepare()
    import mythos.asgi  # noqa: F401 - every server that is forked has it

    PROVIDERS["paid"] = Paid(None, 0.0, CONCURRENCY)
    swarm = create_swarm(actor=SYSTEM, slug="kill", name="Kill")
    ledger = ground.home / CALLS
    total = {"chains": 0, "kills": 0, "passes": 0, "calls": 0, "calls_made_again": 0, "same_result": True}

    def begin(title: str, slug: str) -> SwarmTrainingChain:
        wish = Wish(provider="paid", calls=60 * given.cases, steps=12)
        return start_chain(actor=SYSTEM, swarm=swarm, title=title, assistants=[slug], wish=wish)

    def is_done(chain: SwarmTrainingChain) -> bool:
        try:
            chain.refresh_from_db()
        except DatabaseError:
            connection.close()
            return False
        assert chain.state not in ("failed", "cancelled", "paused"), chain.note
        return chain.state == "done"

    while total["kills"] < given.kills:
        number = total["chains"]
        make_assistant(swarm, f"a{number}", given.cases)
        chains = [begin(title, f"a{number}") for title in ("Disturbed", "Quiet")]
        hold_back(chains[1].pk)
        ground.start()
        total["kills"] += disturb_until(ground, lambda chain=chains[0]: is_done(chain), given.kills - total["kills"])
        made = calls(ledger)
        ledger.unlink(missing_ok=True)
        let_go(chains[1].pk)
        wait(ground, lambda chain=chains[1]: is_done(chain))
        quiet = calls(ledger)
        ledger.unlink(missing_ok=True)
        ground.kill()
        total["chains"] += 1
        total["passes"] += chains[0].fence  # how often a worker took the disturbed chain
        total["calls"] += made.total()
        total["calls_made_again"] += made.total() - len(made)
        total["same_result"] &= story(chains[0]) == story(chains[1]) and set(made) == set(quiet)
    return total


def hold_back(chain_id: int) -> None:
    from django.utils import timezone

    from mythos.work.models import Job

    Job.objects.filter(key=str(chain_id)).update(not_before=timezone.now() + timedelta(days=1))


def let_go(chain_id: int) -> None:
    from mythos.work.services import bring_forward

    bring_forward(kind="training.chain", key=str(chain_id))


def disturb_until(ground: Ground, is_done: Callable[[], bool], most: int) -> int:
    """A disturbance a random moment after the workers have called again; how many there were."""
    count = 0
    while count < most:
        before = ground.written()
        until = time.monotonic() + 120
        while ground.written() <= before and not is_done():
            assert time.monotonic() < until, (ground.home / "log").read_text()[-3000:]
            ground.tend()
            time.sleep(0.05)
        time.sleep(ground.chance.uniform(0.0, ground.given.spread))
        if is_done():
            return count
        ground.disturb()
        count += 1
    wait(ground, is_done)
    return count


def wait(ground: Ground, is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + 600
    while not is_done():
        assert time.monotonic() < until, (ground.home / "log").read_text()[-3000:]
        ground.tend()
        time.sleep(0.1)


def main() -> int:
    """Exit code: whether it came out as it must."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("--queue", choices=["database", "celery"], default="database")
    parser.add_argument("--what", choices=["everything", "rabbitmq", "postgres", "network"], default="everything")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--latency", type=int, default=50, help="of the provider, in ms")
    parser.add_argument("--spread", type=float, default=0.5, help="seconds after a call within which it is killed")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.worker:
        worker()
        return 0
    began, spent = time.monotonic(), os.times()
    with ExitStack() as stack:
        found = run(given, stack)
    after = os.times()
    load = os.getloadavg()[0]
    cpu = sum(after[:4]) - sum(spent[:4])
    at_most = found["kills"] * CONCURRENCY
    good = found["same_result"] and found["calls_made_again"] <= at_most
    told = {"queue": given.queue, "what": given.what, **found, "at_most": at_most}
    print(json.dumps(told | {"seconds": round(time.monotonic() - began), "cpu_seconds": round(cpu), "load": load}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
