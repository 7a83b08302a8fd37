"""The loop of one worker: take what is due, keep its lease alive, land it."""

from __future__ import annotations

import os
import socket
import threading

from django.db import close_old_connections, connections

from mythos.work.registry import Claim
from mythos.work.services import LEASE, claim, heartbeat, release, run

GRACE_SECONDS = 20.0


def run_forever(stop: threading.Event, *, poll: float = 0.3) -> None:
    """Work until `stop` is set; a job under way is finished, or given back after a grace period."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    while not stop.is_set():
        close_old_connections()
        held = claim(worker=name)
        if held is None:
            stop.wait(poll)
            continue
        run_with_heartbeat(held, stop)


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
    step = LEASE.total_seconds() / 4
    try:
        while not finished.wait(1.0 if stop.is_set() else step):
            if stop.is_set():
                grace -= 1.0
                if grace <= 0:
                    release(held)
                    return
            elif not heartbeat(held):
                return
    finally:
        connections.close_all()
