"""GET of a prompt by label over HTTP on a kept-alive connection, warm, one worker.

Baseline: /healthz of the same server.

Prints requests per second, p50 and p95 in milliseconds, the ratio to the baseline, the TCP segments an answer arrives
in, and the CPU seconds of `mythos --help`.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from statistics import median

REQUESTS = 600
PASSWORD = "a bench pass phrase 7"


def mythos(home: str, *arguments: str) -> str:
    """Output of a command."""
    command = [sys.executable, "-m", "mythos.cli.main", *arguments]
    environment = {**os.environ, "MYTHOS_HOME": home, "MYTHOS_PASSWORD": PASSWORD}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def measure(port: int, path: str, headers: dict[str, str]) -> dict[str, float]:
    """Requests one after the other on one connection."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()
    taken, segments = [], []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(REQUESTS + 50):
            start = time.perf_counter()
            connection.sendall(request)
            data, parts = b"", 0
            while not complete(data):
                data += connection.recv(262_144)
                parts += 1
            assert data.startswith(b"HTTP/1.1 200"), data[:200]
            if number >= 50:
                taken.append(time.perf_counter() - start)
                segments.append(parts)
    taken.sort()
    return {
        "requests_per_second": round(len(taken) / sum(taken), 1),
        "p50_ms": round(1000 * median(taken), 2),
        "p95_ms": round(1000 * taken[int(0.95 * len(taken))], 2),
        "segments": max(segments),
    }


def complete(data: bytes) -> bool:
    """Whether an answer with Content-Length has arrived whole."""
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return len(body) >= int(length.split(b":")[1])


def help_cpu_seconds() -> float:
    """CPU time of `mythos --help`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "mythos.cli.main", "--help"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3)


def main() -> None:
    """One JSON object on stdout."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "MYTHOS_HOME": home, "PORT": str(port), "MYTHOS_PASSWORD": PASSWORD}
        start = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "mythos.cli.main", "up", "--no-worker"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            first_answer = wait(port, start)
            token = json.loads(mythos(home, "token", "create", "--name", "bench", "--role", "viewer", "--json"))[
                "token"
            ]
            path = "/api/v1/prompts/summarize?label=production"
            prompt = measure(port, path, {"Authorization": f"Bearer {token}"})
            baseline = measure(port, "/healthz", {})
        finally:
            server.terminate()
            server.wait()
    ratio = round(prompt["requests_per_second"] / baseline["requests_per_second"], 2)
    result = {"get_prompt": prompt, "baseline_healthz": baseline, "ratio": ratio}
    print(json.dumps({**result, "first_start_with_demo_s": first_answer, "help_cpu_s": help_cpu_seconds()}))


def wait(port: int, start: float) -> float:
    """Seconds until the server answered."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return round(time.perf_counter() - start, 2)
        except OSError:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
