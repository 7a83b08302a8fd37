"""The real application behind a local server that tests can stop and start again."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from mythos.accounts.services import create_token
from mythos.prompts.services import create_prompt, move_label
from tests.conftest import _no_memory_of_other_tests, cast  # noqa: F401 - fixtures


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@dataclass
class House:
    """A server, what it was asked, and a token for it."""

    cast: object
    token: str
    port: int = 0
    asked: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    server: WSGIServer | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        inner = get_wsgi_application()

        def app(environ, start_response):
            self.asked.append(environ["PATH_INFO"])

            def noted(status, headers, *rest):
                self.statuses.append(status[:3])
                return start_response(status, headers, *rest)

            try:
                return [b"".join(inner(environ, noted))]
            finally:
                connections.close_all()

        self.server = make_server("127.0.0.1", self.port, app, Threads, Quiet)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self):
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def prompt(self, slug, text, label="best"):
        made = create_prompt(actor=self.cast.owner, swarm=self.cast.swarm, slug=slug, text=text)
        move_label(actor=self.cast.owner, prompt_id=made.prompt_id, label=label, version=1)
        return made


@pytest.fixture
def house(transactional_db, cast):  # noqa: F811
    made = House(cast, create_token(actor=cast.owner, swarm=cast.swarm, name="program", role="viewer").secret)
    made.start()
    yield made
    made.stop()
