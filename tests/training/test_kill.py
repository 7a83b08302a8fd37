"""kill -9 of the worker changes nothing in what a chain finds, and repeats no more calls than were in flight."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "kill_chains.py"


def test_a_chain_survives_its_workers() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MYTHOS_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "3", "4"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] >= 2
    assert found["state"] == "done"
    assert found["same_result"]
    assert found["calls_made_again"] <= found["kills"] * found["concurrency"]
