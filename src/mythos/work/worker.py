"""One worker: hands that take what is due, keep its lease alive and land it.

The first hand takes any job, the others leave long ones (a ritual's run, an import) alone: checks and audits never
wait for them. Two of those, so that a receiver of events that does not answer holds up nothing else either.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Collection

from django.db import close_old_connections, connections

from mythos.work.registry import Claim, long_kinds
from mythos.work.services import claim, heartbeat, release, run

GRACE_SECONDS = 20.0
BEAT_SECONDS = 5.0
QUICK_HANDS = 2


def own_name() -> str:
    """What this process is called in the ledger."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run_forever(stop: threading.Event, *, poll: float = 0.3, long: int = 1) -> None:
    """Work until `stop` is set; a job under way is finished, or given back after a grace period."""
    name = own_name()
    hands = [(f"{name}:quick{number}", long_kinds()) for number in range(1, QUICK_HANDS + 1)]
    hands += [(f"{name}:{number}", frozenset()) for number in range(2, long + 1)]
    others = [threading.Thread(target=_work, args=(*hand, stop, poll)) for hand in hands]
    for hand in others:
        hand.start()
    try:
        _work(name, frozenset(), stop, poll)
    finally:
        stop.set()  # a hand that ends, by whatever, does not leave half a worker behind
        for hand in others:
            hand.join()


def _work(name: str, without: Collection[str], stop: threading.Event, poll: float) -> None:
    try:
        while not stop.is_set():
            close_old_connections()
            held = claim(worker=name, without=without)
            if held is None:
                stop.wait(poll)
                continue
            run_with_heartbeat(held, stop)
    finally:
        stop.set()
        connections.close_all()


def run_with_heartbeat(held: Claim, stop: threading.Event) -> None:
    """Do one job beside a thread that renews its lease."""
    finished = threading.Event()
    beat = threading.Thread(target=_beat, args=(held, finished, stop), daemon=True)
    beat.start()
    try:
        run(held)
    finally:
        finished.set()
        beat.join()


def _beat(held: Claim, finished: threading.Event, stop: threading.Event) -> None:
    grace = GRACE_SECONDS
    try:
        while not finished.wait(1.0 if stop.is_set() else BEAT_SECONDS):
            if stop.is_set():
                grace -= 1.0
                if grace <= 0:
                    release(held)
                    return
            elif not heartbeat(held):
                return
    finally:
        connections.close_all()
