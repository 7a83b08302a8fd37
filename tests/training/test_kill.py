"""kill -9 of the worker changes nothing in what a chain finds, and repeats no more calls than were in flight."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["kill_chains.py", "3", "4"], id="the worker"),
        pytest.param(["chain_kills.py", "--kills", "3", "--cases", "4", "--spread", "0.1"], id="server and worker"),
    ],
)
def test_a_chain_survives(command) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MYTHOS_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, str(BENCH / command[0]), *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] >= 2
    assert found["same_result"]
    assert found["calls_made_again"] <= found["kills"] * 8
