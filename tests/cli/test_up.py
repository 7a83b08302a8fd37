"""`mythos up` as one process tree."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.accounts.services import create_swarm
from mythos.cli.errors import run
from mythos.cli.main import cli
from mythos.cli.up import _first_start


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid: int) -> dict[str, int]:
    """Role -> pid of the children of a process."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                status = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                words = Path(f"/proc/{entry}/cmdline").read_text().split("\0")
            except OSError:
                continue
            if int(status[1]) == pid and status[0] != "Z" and "mythos.cli.family" in words:
                found[words[words.index("mythos.cli.family") + 2]] = int(entry)
    return found


def wait_until(holds, seconds=30.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := holds():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def start():
    """Start the program on a data folder: its process, its port, what it printed."""
    if not os.path.isdir("/proc"):
        pytest.skip("reads /proc to see the process tree")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MYTHOS_", "DJANGO_"))}
    started = []

    def up(home: Path) -> tuple[subprocess.Popen[str], int, str]:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "mythos.cli.main", "up", "--no-demo"],
            env={**clean, "MYTHOS_HOME": str(home), "PORT": str(port)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        lines = []
        while "Ctrl-C stops it." not in (line := process.stdout.readline()):
            assert line, "it ended before it answered"
            lines.append(line)
        return process, port, "".join(lines)

    yield up
    for process in started:
        if process.poll() is None:
            process.kill()


def test_it_answers_prints_the_password_once_and_stops_both_children(start, tmp_path):
    process, port, printed = start(tmp_path)
    assert f"http://localhost:{port}/" in printed
    assert "owner@mythos.local" in printed
    assert "Password" in printed
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as page:
        assert b"Sign in to MythOS" in page.read()
    pids = wait_until(lambda: len(found := children(process.pid)) == 2 and found)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert not any(alive(pid) for pid in pids.values())


def test_a_killed_worker_is_started_again(start, data_folder):
    process, _, _ = start(data_folder)
    first = wait_until(lambda: children(process.pid).get("worker"))
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: (now := children(process.pid).get("worker")) and now != first)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_killed_parent_leaves_no_child(start, data_folder):
    process, _, _ = start(data_folder)
    pids = wait_until(lambda: len(found := children(process.pid)) == 2 and found)
    process.kill()
    process.wait()
    wait_until(lambda: not any(alive(pid) for pid in pids.values()))


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "mythos.cli.main", "up", "--port", str(port)],
            env={**os.environ, "MYTHOS_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert f"Port {port}" in done.stderr


def test_a_command_that_reads_makes_no_swarm_and_one_that_brings_in_does(db, tmp_path, capsys):
    assert run(cli, ["checkpoint", "find"]) == 2
    assert "There is no swarm yet" in capsys.readouterr().err
    assert not Swarm.objects.exists()
    (tmp_path / "desk.md").write_text("Be kind.")
    assert run(cli, ["import", "prompts", str(tmp_path)]) == 0
    assert Swarm.objects.get().slug == "main"
    assert run(cli, ["checkpoint", "find"]) == 0


def test_a_first_start_beside_a_swarm_says_that_no_demo_is_made(db, capsys, monkeypatch):
    monkeypatch.delenv("MYTHOS_PASSWORD", raising=False)
    create_swarm(actor=SYSTEM, slug="main", name="Main")
    assert _first_start(demo=True, as_json=False) is not None
    assert "No demo is made: a swarm is here already" in capsys.readouterr().out
    assert _first_start(demo=True, as_json=False) is None
    assert capsys.readouterr().out == ""
    assert Swarm.objects.count() == 1
