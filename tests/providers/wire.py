"""A server that speaks chat completions on this machine and misbehaves when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Wire(ThreadingHTTPServer):
    """`script` is what the next requests meet, in order; after it every request is answered well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Wire

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.seen.append(body)
            self.server.keys.append(self.headers.get("authorization", ""))
            act = self.server.script.pop(0) if self.server.script else "fine"
        good = json.dumps(_good(body)).encode()
        if body.get("stream") and act in ("fine", "broken-stream"):
            self._send(200, _events(body, whole=act == "fine"))
        elif act == "fine":
            self._send(200, good)
        elif act == "429":
            self._send(429, b'{"error": {"message": "slow down"}}', {"Retry-After": "0.05"})
        elif act == "429-date":
            self._send(429, b"{}", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
        elif act == "401-echo":
            said = {"error": {"message": f"bad key {self.headers.get('authorization', '')}"}}
            self._send(401, json.dumps(said).encode())
        elif act == "500":
            self._send(500, b"oops")
        elif act == "malformed":
            self._send(200, b'{"choices": [{"mess')
        elif act == "strange":
            self._send(200, b'{"choices": []}')
        elif act == "truncated":
            self._send(200, good, {"Content-Length": str(len(good) + 100)})
            self.close_connection = True
        elif act == "drip":
            self.send_response(200)
            self.send_header("Content-Length", str(len(good)))
            self.end_headers()
            try:
                for byte in good:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.02)
            except OSError:
                self.close_connection = True
        elif act == "silent":
            time.sleep(1.0)
            self.close_connection = True

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _good(body: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": "You said: " + body["messages"][-1]["content"]}
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return {"model": body["model"], "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}


def _events(body: dict[str, Any], *, whole: bool) -> bytes:
    words = ("You said: " + body["messages"][-1]["content"]).split(" ")
    deltas = [{"content": word + " " * (n < len(words) - 1)} for n, word in enumerate(words)]
    events: list[Any] = [{"model": body["model"], "choices": [{"delta": delta}]} for delta in deltas]
    if whole:
        events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        events.append({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}})
    lines = [f"data: {json.dumps(event)}\n\n" for event in events] + ["data: [DONE]\n\n"] * whole
    return ": keep alive\n\n".join(["", *lines]).encode()


@contextmanager
def wire() -> Iterator[Wire]:
    server = Wire()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
