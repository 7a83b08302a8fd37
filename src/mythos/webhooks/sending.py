"""One message over the wire: to a checked address, within a time limit, without following anything."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from mythos import __version__
from mythos.addresses import CONNECT_SECONDS, Refused, Target, connect, reachable, target_of
from mythos.errors import Invalid

WHOLE_SECONDS = 15.0
KEPT_BYTES = 1024


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or none with the reason."""

    status: int | None
    body: str
    error: str
    ms: int
    retry_after: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether the message was taken."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send one message; every way it can fail is an answer, never an exception."""
    began = time.monotonic()
    try:
        networks = settings.PRIVATE_NETWORKS
        target = target_of(url, networks)
        status, text, retry_after = _exchange(target, reachable(target, networks), body, headers)
    except (Refused, Invalid, OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, "", _said(error), _since(began))
    problem = "" if 200 <= status < 300 else f"It answered {status}."
    return Answer(status, text, problem, _since(began), retry_after)


def _exchange(
    target: Target, numbers: list[str], body: bytes, headers: Mapping[str, str]
) -> tuple[int, str, int | None]:
    line = http.client.HTTPConnection(target.host, target.port, timeout=CONNECT_SECONDS)
    line.sock = connect(target, numbers, seconds=WHOLE_SECONDS)
    # A timeout of a socket begins anew with every byte; this one does not.
    clock = threading.Timer(WHOLE_SECONDS, _cut, [line.sock])
    clock.daemon = True
    clock.start()
    try:
        fixed = {
            "Host": target.named,
            "Content-Type": "application/json",
            "User-Agent": f"MythOS/{__version__}",
            "Connection": "close",
        }
        line.request("POST", target.path, body, {**fixed, **headers})
        answer = line.getresponse()
        after = answer.getheader("Retry-After", "")
        text = answer.read(KEPT_BYTES).decode("utf-8", "replace").replace("\x00", "\ufffd")
        return answer.status, text, int(after) if after.isdigit() else None
    finally:
        clock.cancel()
        line.close()


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _said(error: Exception) -> str:
    if isinstance(error, Invalid):
        return error.fields.get("url", error.message)
    if isinstance(error, TimeoutError):
        return f"No answer within {WHOLE_SECONDS:.0f} seconds."
    return str(error) or type(error).__name__


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
