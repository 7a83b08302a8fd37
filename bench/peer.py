"""Beside MLflow's prompt registry, in one run: register, load by alias with 16 clients, versions by one tag.

    python bench/peer.py MLFLOW_PYTHON [VERSIONS]     default 10,000 versions; the interpreter of a venv with mlflow

Each registry is filled by four clients; the last 300 versions are registered by one client and timed.

Both servers run with one worker on SQLite in a new folder and are asked through HTTP by one client process. MLflow is
asked through its own client; ours has none yet and is asked through `http.client`, one kept connection a thread.
MLflow's raw HTTP is measured too, so that its client does not count against its server; it also fills by it.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

CLIENTS = 16
FILLERS = 4
TIMED = 300  # versions that are registered one after the other when all others are there
START_SECONDS = 600  # a busy machine takes minutes to start MLflow
LOADS = 60  # a client
SEARCHES = 30
TEXT = "You answer customers of {{shop}}. You must cite the refund policy, version %d. Never promise money back alone."
TAG = "to-review"
PER_PROMPT = 10
_local = threading.local()


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, path: str) -> None:
    """Until a server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not start")


def ask(port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """One request on the connection of this thread."""
    connections = _local.__dict__.setdefault("connections", {})
    connection = connections.get(port)
    if connection is None:
        connection = connections[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = None if body is None else json.dumps(body)
    try:
        connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
    except http.client.RemoteDisconnected:  # it lay idle too long
        del connections[port]
        return ask(port, method, path, body, headers)
    read = answer.read()
    assert answer.status < 400, (answer.status, read[:300])
    return json.loads(read) if read else None


def registered(versions: int, fill: Callable[[int], Any], register: Callable[[int], Any]) -> float:
    """How many a second, one after the other, beside all the others; every prompt has its versions in order."""

    def prompt(first: int) -> None:
        for number in range(first, first + PER_PROMPT):
            fill(number)

    with ThreadPoolExecutor(FILLERS) as pool:
        list(pool.map(prompt, range(0, versions - TIMED, PER_PROMPT)))
    start = time.perf_counter()
    for number in range(versions - TIMED, versions):
        register(number)
    return round(TIMED / (time.perf_counter() - start), 1)


def together(do: Callable[[], Any]) -> dict[str, float]:
    """Requests a second and their 99th percentile with all clients at once, warm."""
    taken: list[float] = []

    def client() -> None:
        do()
        for _ in range(LOADS):
            start = time.perf_counter()
            do()
            taken.append(time.perf_counter() - start)

    with ThreadPoolExecutor(CLIENTS) as pool:
        start = time.perf_counter()
        for done in [pool.submit(client) for _ in range(CLIENTS)]:
            done.result()
        wall = time.perf_counter() - start
    taken.sort()
    return {
        "per_s": round(CLIENTS * (LOADS + 1) / wall, 1),
        "p50_ms": round(1000 * median(taken), 1),
        "p99_ms": round(1000 * taken[int(0.99 * len(taken))], 1),
    }


def searched(do: Callable[[], Any]) -> float:
    """Median milliseconds of a search."""
    taken = []
    for _ in range(SEARCHES):
        start = time.perf_counter()
        do()
        taken.append(time.perf_counter() - start)
    return round(1000 * median(taken), 1)


def mlflow(port: int, versions: int) -> dict[str, Any]:
    """MLflow's figures; run by its own interpreter."""
    import mlflow  # type: ignore[import-not-found]
    from mlflow import MlflowClient

    mlflow.set_tracking_uri(f"http://127.0.0.1:{port}")
    mlflow.set_registry_uri(f"http://127.0.0.1:{port}")
    genai, client = mlflow.genai, MlflowClient()

    def register(number: int) -> None:
        tags = {"seen": TAG} if number % PER_PROMPT == 0 else {}
        genai.register_prompt(name=f"desk-{number // PER_PROMPT}", template=TEXT % number, tags=tags)

    def fill(number: int) -> None:
        """What the client's `register_prompt` sends in the end."""
        name = f"desk-{number // PER_PROMPT}"
        marks = {"mlflow.prompt.is_prompt": "true"}
        if number % PER_PROMPT == 0:
            ask(port, "POST", f"{api}/registered-models/create", {"name": name, "tags": pairs(marks)})
            marks["seen"] = TAG
        marks |= {"mlflow.prompt.text": TEXT % number, "_mlflow_prompt_type": "text"}
        body = {"name": name, "source": "dummy-source", "tags": pairs(marks)}
        ask(port, "POST", f"{api}/model-versions/create", body)

    def pairs(marks: dict[str, str]) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in marks.items()]

    api = "/api/2.0/mlflow"
    per_s = registered(versions, fill, register)
    genai.set_prompt_alias("desk-0", alias="production", version=PER_PROMPT)
    assert genai.load_prompt("prompts:/desk-0@production").template == TEXT % (PER_PROMPT - 1)
    raw = f"{api}/registered-models/alias?name=desk-0&alias=production"
    wanted = f"tags.seen = '{TAG}' AND tags.`mlflow.prompt.is_prompt` = 'true'"
    found = client.search_model_versions(wanted, max_results=50)
    assert len(found) == min(50, versions // PER_PROMPT), len(found)
    return {
        "version": mlflow.__version__,
        "register_per_s": per_s,
        "load_by_alias": together(lambda: genai.load_prompt("prompts:/desk-0@production", cache_ttl_seconds=0)),
        "load_by_alias_raw_http": together(lambda: ask(port, "GET", raw)),
        "search_by_tag_ms": searched(lambda: client.search_model_versions(wanted, max_results=50)),
    }


def ours(port: int, token: str, versions: int) -> dict[str, Any]:
    """The same here: a version is registered by POST, loaded by label, searched by a person's tag."""
    who = {"Authorization": f"Bearer {token}"}
    made: dict[int, int] = {}

    def register(number: int) -> None:
        prompt, version = divmod(number, PER_PROMPT)
        if version == 0:
            body = {"slug": f"desk-{prompt}", "text": TEXT % number}
            made[prompt] = ask(port, "POST", "/api/v1/prompts", body, who)["prompt"]["id"]
        else:
            path = f"/api/v1/prompts/{made[prompt]}/checkpoints"
            ask(port, "POST", path, {"text": TEXT % number}, {**who, "If-Match": f'"v{version}"'})

    per_s = registered(versions, register, register)
    ids, cursor = [], ""
    while cursor is not None:
        page = ask(port, "GET", f"/api/v1/checkpoints?limit=200&cursor={cursor}", None, who)
        ids += [row["id"] for row in page["items"] if row["version"] == 1]
        cursor = page["next"]
    ask(port, "POST", "/api/v1/checkpoints/tags", {"ids": ids, "name": TAG}, who)
    ask(port, "PUT", f"/api/v1/prompts/{made[0]}/labels/best", {"version": PER_PROMPT}, who)
    tagged = f"/api/v1/checkpoints?q=tag:@{TAG}&limit=50"
    assert len(ask(port, "GET", tagged, None, who)["items"]) == min(50, versions // PER_PROMPT)
    by_label = "/api/v1/prompts/desk-0?label=best"
    return {
        "register_per_s": per_s,
        "load_by_label": together(lambda: ask(port, "GET", by_label, None, who)),
        "search_by_tag_ms": searched(lambda: ask(port, "GET", tagged, None, who)),
    }


def measure_mlflow(python: str, versions: int, home: str) -> dict[str, Any]:
    """Start its server, ask it in a process of its own interpreter, stop it."""
    port = free_port()
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    store = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--artifacts-destination", f"{home}/artifacts"]
    server = subprocess.Popen([*command, *store], cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, "/health")
        done = subprocess.run(
            [python, __file__, "--mlflow", str(port), str(versions)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr[-3000:])
        figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return figures
    finally:
        server.terminate()
        server.wait(20)


def measure_ours(versions: int, home: str) -> dict[str, Any]:
    """Start ours without a worker, ask it, stop it."""
    port = free_port()
    place = {"MYTHOS_HOME": home, "PORT": str(port), "MYTHOS_PASSWORD": secrets.token_urlsafe(20)}
    mythos, environment = [sys.executable, "-m", "mythos.cli.main"], {**os.environ, **place}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    server = subprocess.Popen([*mythos, "up", "--no-demo", "--no-worker"], **quiet)  # type: ignore[call-overload]
    try:
        wait_for(port, "/healthz")
        wanted = [*mythos, "token", "create", "--name", "bench", "--role", "owner", "--json"]
        made = subprocess.run(wanted, env=environment, capture_output=True, text=True, check=True)
        return ours(port, json.loads(made.stdout)["token"], versions)
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    """One JSON object on stdout."""
    if len(sys.argv) < 2:
        print(json.dumps({"skipped": "give the interpreter of a venv with mlflow"}))
        return
    if sys.argv[1] == "--mlflow":
        print(json.dumps(mlflow(int(sys.argv[2]), int(sys.argv[3]))))
        return
    python, versions = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory() as home:
        for name in ("ours", "mlflow"):
            (Path(home) / name).mkdir()
        here = measure_ours(versions, f"{home}/ours")
        peer = measure_mlflow(python, versions, f"{home}/mlflow")
    ratios = {
        "register": round(here["register_per_s"] / peer["register_per_s"], 1),
        "load": round(here["load_by_label"]["per_s"] / peer["load_by_alias"]["per_s"], 1),
        "load, raw HTTP": round(here["load_by_label"]["per_s"] / peer["load_by_alias_raw_http"]["per_s"], 1),
        "search": round(peer["search_by_tag_ms"] / here["search_by_tag_ms"], 1),
    }
    print(json.dumps({"versions": versions, "ours": here, "mlflow": peer, "times_ahead": ratios}))


if __name__ == "__main__":
    main()
