"""GET of a prompt by label over HTTP on a kept-alive connection, warm, one worker.

Baseline: /healthz of the same server.

Prints requests per second, p50 and p95 in milliseconds, the ratio to the baseline, the reads an answer arrives in and
how many answers took as long as a delayed acknowledgement would keep them (40 ms; nearly all would if one did), then 16
clients at once with the server's processor time a request, and the CPU seconds of `mythos --help`.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

REQUESTS = 600
CLIENTS = 16
EACH = 200  # requests of one of the clients
STALL_SECONDS = 0.038
PASSWORD = "a bench pass phrase 7"


def mythos(home: str, *arguments: str) -> str:
    """Output of a command."""
    command = [sys.executable, "-m", "mythos.cli.main", *arguments]
    environment = {**os.environ, "MYTHOS_HOME": home, "MYTHOS_PASSWORD": PASSWORD}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def written(path: str, headers: dict[str, str]) -> bytes:
    """A request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()


def measure(port: int, path: str, headers: dict[str, str], status: int = 200) -> dict[str, float]:
    """Requests one after the other on one connection."""
    request = written(path, headers)
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
            assert data.startswith(f"HTTP/1.1 {status}".encode()), data[:200]
            if number >= 50:
                taken.append(time.perf_counter() - start)
                segments.append(parts)
    taken.sort()
    return {
        "requests_per_second": round(len(taken) / sum(taken), 1),
        "p50_ms": round(1000 * median(taken), 2),
        "p95_ms": round(1000 * taken[int(0.95 * len(taken))], 2),
        "reads": max(segments),
        "in_one_read": round(segments.count(1) / len(segments), 2),
        "stalled": sum(seconds >= STALL_SECONDS for seconds in taken),
    }


async def together(port: int, path: str, headers: dict[str, str]) -> dict[str, float]:
    """All clients at once, each on a kept connection of its own, from one event loop."""
    request, taken = written(path, headers), list[float]()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(EACH + 10):
            start = time.perf_counter()
            writer.write(request)
            data = b""
            while not complete(data):
                data += await reader.read(262_144)
            assert data.startswith(b"HTTP/1.1 200"), data[:200]
            if number >= 10:
                taken.append(time.perf_counter() - start)
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    wall = time.perf_counter() - start
    taken.sort()
    return {
        "requests_per_second": round(CLIENTS * (EACH + 10) / wall, 1),
        "p50_ms": round(1000 * median(taken), 1),
        "p99_ms": round(1000 * taken[int(0.99 * len(taken))], 1),
    }


def server_seconds(port: int) -> float:
    """Processor seconds the process that listens has used; 0 where /proc cannot tell."""
    listening = f":{port:04X} 00000000:0000 0A"
    rows = Path("/proc/net/tcp").read_text().splitlines() if Path("/proc/net/tcp").exists() else []
    sockets = {f"socket:[{row.split()[9]}]" for row in rows if listening in row}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(handle) in sockets for handle in (process / "fd").iterdir()):
                used = (process / "stat").read_text().rpartition(")")[2].split()
                return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:  # it ended, or belongs to somebody else
            continue
    return 0.0


def complete(data: bytes) -> bool:
    """Whether an answer with Content-Length has arrived whole."""
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        return False
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), None)
    return length is None or len(body) >= int(length.split(b":")[1])


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
            [sys.executable, "-m", "mythos.cli.main", "up", "--no-worker"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            first_answer = wait(port, start)
            token = json.loads(mythos(home, "token", "create", "--name", "bench", "--role", "viewer", "--json"))[
                "token"
            ]
            path = "/api/v1/prompts/summarize?label=production"
            who = {"Authorization": f"Bearer {token}"}
            prompt = measure(port, path, who)
            before = server_seconds(port)
            crowd = asyncio.run(together(port, path, who))
            crowd["server_cpu_ms"] = round(1000 * (server_seconds(port) - before) / (CLIENTS * (EACH + 10)), 2)
            others = {
                "not modified": measure(port, path, {**who, "If-None-Match": tag_of(port, path, who)}, 304),
                "not found": measure(port, "/api/v1/prompts/nowhere?label=production", who, 404),
            }
            baseline = measure(port, "/healthz", {})
        finally:
            server.terminate()
            server.wait()
    ratio = round(prompt["requests_per_second"] / baseline["requests_per_second"], 2)
    result = {
        "get_prompt": prompt,
        "baseline_healthz": baseline,
        "ratio": ratio,
        f"{CLIENTS} clients": crowd,
        "other small answers": others,
    }
    print(json.dumps({**result, "first_start_with_demo_s": first_answer, "help_cpu_s": help_cpu_seconds()}))


def tag_of(port: int, path: str, headers: dict[str, str]) -> str:
    """The ETag of an answer."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(asked) as answer:
        return str(answer.headers["ETag"])


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
