"""A receiver of webhooks that tests can break, and a clock they can move."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.db.models import Min
from django.test import override_settings
from django.utils import timezone

from mythos.webhooks.services import add_endpoint
from mythos.work.models import Job
from mythos.work.services import run_due

REAL_NOW = timezone.now


@dataclass
class Receiver:
    """What arrived, and what is answered."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    tried: int = 0
    url: str = ""


@pytest.fixture
def receiver():
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.tried += 1
            if made.status < 300:
                made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/hooks?from=mythos"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    with override_settings(PRIVATE_NETWORKS=[ip_network("127.0.0.0/8")]):
        yield made
    server.shutdown()
    server.server_close()


class Clock:
    """Stands still until it is moved; jobs that fall due on the way are done at their time."""

    def __init__(self):
        self.now = REAL_NOW()

    def go(self, **how_long):
        until = self.now + timedelta(**how_long)
        run_due()
        while self.now < until:
            waiting = Job.objects.filter(state=Job.State.PENDING, not_before__gt=self.now)
            self.now = min(until, waiting.aggregate(next=Min("not_before"))["next"] or until)
            run_due()


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(timezone, "now", lambda: made.now)
    return made


@pytest.fixture
def hook(cast, receiver):
    return add_endpoint(actor=cast.owner, swarm=cast.swarm, url=receiver.url)
