"""Run every benchmark of this folder; each prints one JSON object, kept in `bench/results/`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Results on stdout and in files."""
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    for script in sorted(HERE.glob("*.py")):
        if script.name == "run.py":
            continue
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{script.name} failed:\n{done.stderr}")
        (results / f"{script.stem}.json").write_text(done.stdout)
        print(json.dumps({script.stem: json.loads(done.stdout)}, indent=1))


if __name__ == "__main__":
    main()
