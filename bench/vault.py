"""The vault at scale: writing, paging, searching, proving and carrying it, on one process.

    python bench/vault.py [CHECKPOINTS ...] [--home=DIRECTORY] [--only=pages,meaning,writing,carrying]

10,000 and 100,000 checkpoints unless told otherwise. With a home of its own a database is kept, and filled only once;
MYTHOS_DATABASE_URL chooses PostgreSQL.

Texts are the real prompts of `../shared/data` with seeded edits. Each text carries the measures of the prompt it was
edited from, so that a million of them can be made in minutes; what measuring costs is a figure of its own. Times are
of this process by the clock and, since a machine may be shared, by the processor. What is loaded is left alone by the
garbage collector, as in the server.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def option(name: str, otherwise: str = "") -> str:
    """What was given as --name=value."""
    given = [word.partition("=")[2] for word in sys.argv[1:] if word.startswith(f"--{name}=")]
    return given[-1] if given else otherwise


def start(home: str) -> None:
    """Django on an empty database."""
    os.environ["MYTHOS_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "mythos.settings"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from mythos.cli.database import prepare
    from mythos.cli.static_files import collect_static

    prepare()
    collect_static()


def progress(what: Any) -> None:
    """A long run tells how far it is."""
    print(json.dumps(what), file=sys.stderr, flush=True)


def measure(count: int) -> dict[str, Any]:
    """Every figure at one size."""
    from vault_parts.carrying import carrying
    from vault_parts.filling import analyse, fill
    from vault_parts.meaning import meaning
    from vault_parts.pages import pages
    from vault_parts.writing import writing

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.models import Swarm
    from mythos.accounts.services import create_swarm

    rng, wanted = random.Random(20), option("only", "fill,pages,meaning,writing,carrying").split(",")
    results: dict[str, Any] = {"checkpoints": count}
    swarm = Swarm.objects.filter(slug=f"bench{count}").first()
    if swarm is None:
        swarm = create_swarm(actor=SYSTEM, slug=f"bench{count}", name="Bench")
        results["bulk write"] = fill(swarm, count, rng)
        analyse()
    gc.collect()
    gc.freeze()
    progress(results)
    if "pages" in wanted:
        results["pages"] = pages(swarm)
        progress(results["pages"])
    if "meaning" in wanted:
        results["meaning"] = meaning(swarm)
        progress(results["meaning"])
    if "writing" in wanted:
        slug = f"writing{Swarm.objects.count()}"
        results["writing"] = writing(create_swarm(actor=SYSTEM, slug=slug, name="Writing"), rng)
        progress(results["writing"])
    if "carrying" in wanted:
        results["carrying"] = carrying(swarm, os.environ["MYTHOS_HOME"])
    results["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return results


def main() -> None:
    """One JSON object on stdout; each size in a process of its own, so that memory is its own too."""
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [10_000, 100_000]
    if len(sizes) == 1 and option("home"):
        start(option("home"))
        print(json.dumps(measure(sizes[0])))
        return
    if len(sizes) == 1:
        with tempfile.TemporaryDirectory() as home:
            start(home)
            print(json.dumps(measure(sizes[0])))
        return

    flags = [word for word in sys.argv[1:] if not word.isdigit()]
    runs = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, str(size), *flags], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(done.stderr)
        runs.append(json.loads(done.stdout))
    print(json.dumps({"runs": runs}))


if __name__ == "__main__":
    main()
