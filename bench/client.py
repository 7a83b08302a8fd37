"""How many texts one process takes from the Python client's memory in a second, from one thread and from four."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients" / "python" / "src"))

from mythos_client import Client

TEXT = "You are Hermes, the voice of the support desk. " * 80
GETS = 10_000


class Answer(BaseHTTPRequestHandler):
    """One prompt, as the server sends it."""

    def do_GET(self) -> None:
        sha = hashlib.sha256(TEXT.encode()).hexdigest()
        shown = {"prompt": {"kind": "system"}, "checkpoint": {"version": 1, "sha256": sha}}
        body = json.dumps(shown | {"text": TEXT, "sha256": sha, "contract": None}).encode()
        self.send_response(200)
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing."""


def seconds(client: Client, threads: int) -> float:
    """The time for all gets, shared among threads."""

    def work() -> None:
        for _ in range(GETS // threads):
            client.get("desk")

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - began


def main() -> None:
    """One JSON object."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Client(f"http://127.0.0.1:{server.server_port}", "mth_bench") as client:
        client.get("desk")
        found = {str(threads): [seconds(client, threads) for _ in range(5)] for threads in (1, 4)}
    server.shutdown()
    shown = {f"gets_per_second_{threads}_threads": round(GETS / sorted(times)[2]) for threads, times in found.items()}
    print(json.dumps({"gets": GETS, "text_bytes": len(TEXT), **shown}, indent=1))


if __name__ == "__main__":
    main()
