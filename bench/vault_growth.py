"""Whether a page of the grid costs more as the vault grows: a small and a large vault, asked in turns.

    python bench/vault_growth.py [SMALL LARGE] [--home=DIRECTORY]

10,000 and 100,000 checkpoints unless told otherwise. One process asks both, question by question, so that both meet
the same weather; the ratio is of their medians. The vaults are filled as `bench/vault.py` does, and kept in a home of
one's own. With MYTHOS_DATABASE_URL each is a database of that PostgreSQL server, `bench10000` and so on, and stays.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vault import option, progress, start

FILL = Path(__file__).resolve().with_name("vault.py")


def address(size: int, home: str) -> str:
    """Where the vault of a size is; on PostgreSQL the database is made first."""
    server = os.environ.get("MYTHOS_DATABASE_URL", "")
    if not server:
        return f"sqlite:///{home}/{size}/mythos.sqlite3"
    import psycopg

    name = f"bench{size}"
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def fill(size: int, home: str, where: str) -> None:
    """The vault, unless it is there; in a process of its own."""
    command = [sys.executable, str(FILL), str(size), f"--home={home}/{size}", "--only=fill"]
    done = subprocess.run(
        command, env={**os.environ, "MYTHOS_DATABASE_URL": where}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    progress(json.loads(done.stdout))


def at(name: str, ask: Callable[[], Any]) -> Any:
    """Ask this database; a timer that closed the connection before leaves nothing to close here."""
    from django.core.cache import cache
    from django.db import connection

    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
        cache.key_prefix = name  # what a server remembers of one vault is nothing to the other
    return ask()


def asked(sizes: list[int], home: str) -> dict[str, Any]:
    """Per question: both vaults, and the ratio of their medians."""
    wheres = [address(size, home) for size in sizes]
    for size, where in zip(sizes, wheres, strict=True):
        fill(size, home, where)
    os.environ["MYTHOS_DATABASE_URL"] = wheres[0]
    start(f"{home}/{sizes[0]}")
    import dj_database_url
    from django.db import connection
    from vault_parts.pages import questions, timed

    from mythos.accounts.models import Swarm

    vaults = []
    for size, where in zip(sizes, wheres, strict=True):
        name = dj_database_url.parse(where)["NAME"]
        asks = at(name, lambda size=size: questions(Swarm.objects.get(slug=f"bench{size}")))
        vaults.append({question: partial(at, name, ask) for question, ask in asks.items()})
    gc.collect()
    gc.freeze()
    results = {}
    for question in vaults[0]:
        small, large = timed([vault[question] for vault in vaults])
        results[question] = {"small": small, "large": large}
        if "stopped" not in small:
            results[question]["ratio_of_p50"] = round(large["p50_ms"] / small["p50_ms"], 2)
        progress({question: results[question]})
    return {"database": connection.vendor, "checkpoints": sizes, "questions": results}


def main() -> None:
    """One JSON object on stdout."""
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [10_000, 100_000]
    if len(sizes) != 2:
        sys.exit("Give two sizes: SMALL LARGE.")
    if option("home"):
        print(json.dumps(asked(sizes, str(Path(option("home")).resolve()))))
        return
    with tempfile.TemporaryDirectory() as home:
        print(json.dumps(asked(sizes, home)))


if __name__ == "__main__":
    main()
