"""The vault at scale: writing, paging, searching, proving and carrying it, on one process.

    python bench/vault.py [CHECKPOINTS ...] [--home=DIRECTORY] [--only=pages,meaning,writing,carrying]

10,000 and 100,000 checkpoints unless told otherwise.

With a home of its own a database is kept, and filled only once.


Texts are the real prompts of `../shared/data` with seeded edits. Each text carries the measures of the prompt it was
edited from, so that a million of them can be made in minutes; what measuring costs is a figure of its own. Times are
of this process (wall), beside them what share of the wall it had the processor.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
LONGEST = 1500
VERSIONS = 10
WORDS = ("must", "should", "never", "always", "briefly", "politely", "exactly", "perhaps", "kindly", "now")
RARE = 2000
QUERIES = {
    "first page": "",
    "tone": "tone:formal",
    "tokens": "tokens:>200",
    "tag": "tag:@clarity+",
    "rare tag": "tag:@reorder",
    "prompt": "prompt:p77",
    "ancestor": "ancestor:p1",
    "created": "created:>2024-06",
    "combined": "tag:@clarity+ tone:neutral tokens:50..400 ancestor:p1",
    "combined wide": "tag:@clarity+ tone:neutral tokens:50..400",
    "frequent word": "you",
    "rare word": "word1234",
    "two words": "must chef",
}


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


def texts() -> list[str]:
    """The real prompts that are not too long."""
    found = [path.read_text() for path in sorted((DATA / "fabric").rglob("*.md"))]
    for path in sorted((DATA / "awesome-prompts").glob("*.csv")):
        with path.open(newline="") as file:
            found += [row["prompt"] for row in csv.DictReader(file)]
    return [text for text in dict.fromkeys(found) if 100 < len(text) < LONGEST]


def edited(rng: random.Random, text: str) -> str:
    """One word put in, and now and then a rare one."""
    at = rng.randrange(len(text))
    at = text.find(" ", at) if " " in text[at:] else len(text)
    word = f"word{rng.randrange(RARE)}" if rng.random() < 0.05 else rng.choice(WORDS)
    return f"{text[:at]} {word}{text[at:]}"


class Timer:
    """Wall and processor seconds of a block."""

    def __enter__(self) -> Timer:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self.wall
        self.cpu = time.process_time() - self.cpu

    def rate(self, count: int) -> dict[str, float]:
        """How many a second, by the clock and by the processor."""
        return {"per_s": round(count / self.wall, 1), "per_cpu_s": round(count / self.cpu, 1)}


def sample(ask: Callable[[], Any], times: int = 30) -> dict[str, float]:
    """Milliseconds of a question asked again and again."""
    ask()
    taken, used = [], []
    for _ in range(times):
        with Timer() as timer:
            ask()
        taken.append(timer.wall * 1000)
        used.append(timer.cpu * 1000)
    taken.sort()
    return {
        "p50_ms": round(median(taken), 1),
        "p95_ms": round(taken[int(0.95 * times)], 1),
        "cpu_p50_ms": round(median(used), 1),
    }


def fill(swarm: Any, count: int, rng: random.Random) -> dict[str, float]:
    """Prompts with ten versions each, written by the bulk path; some are forks of others; tags as edits earn them."""
    from mythos.accounts.actors import SYSTEM
    from mythos.prompts.bulk import insert_rows
    from mythos.prompts.models import CheckpointTag, Prompt, PromptAncestor, PromptMutationLog
    from mythos.prompts.services.batches import Arrival, Text, write_batch
    from mythos.prompts.services.measure import Measured, measured
    from mythos.prompts.services.recording import Origin
    from mythos.text.normalize import content_hash
    from mythos.text.tags import SYMBOLIC_TAGS

    bases = [measured(text) for text in texts()]
    tones = [base.tone for base in bases]
    names, first = list(SYMBOLIC_TAGS), datetime(2023, 1, 1, tzinfo=UTC)
    made = 0

    def arrivals() -> Iterator[Arrival]:
        nonlocal made
        for number in range(made // VERSIONS, min(made // VERSIONS + 40, count // VERSIONS)):
            base = rng.choice(bases)
            text, rows = base.text, []
            for version in range(VERSIONS):
                when = first + timedelta(seconds=90 * (number * VERSIONS + version) * 1_000_000 / count)
                tokens = base.traits["tokens"] + version
                tone = base.tone if rng.random() < 0.8 else rng.choice(tones)
                content = Measured(text, content_hash(text), {**base.traits, "tokens": tokens}, tone)
                rows.append(Text(content, Origin(SYSTEM, "import", f"Step {version}", when, f"author{number % 50}")))
                text = edited(rng, text)
            yield Arrival(f"p{number}", f"Prompt {number}", "system", (), None, None, rows)

    with Timer() as timer:
        while made < count:
            batch = list(arrivals())
            write_batch(SYSTEM, swarm, batch, 0)
            made += len(batch) * VERSIONS
    wide = [names[min(int(rng.expovariate(0.35)), len(names) - 1)] for _ in range(100_000)]
    ids = PromptMutationLog.objects.filter(swarm=swarm).values_list("to_checkpoint_id", flat=True)
    with _transaction():
        rows: list[Any] = []
        for key in ids.iterator(5000):
            chosen = {wide[rng.randrange(len(wide))] for _ in range(2)}
            rows += [CheckpointTag(swarm=swarm, checkpoint_id=key, name=name) for name in chosen]
            if len(rows) > 5000:
                insert_rows(rows)
                rows = []
        insert_rows(rows)
        ordered = list(Prompt.objects.filter(swarm=swarm).order_by("id").values_list("pk", flat=True))
        forks = [(key, ordered[1 + n // 20]) for n, key in enumerate(ordered) if n > 200 and n % 10 == 0]
        insert_rows([PromptAncestor(prompt_id=key, ancestor_id=above, depth=1) for key, above in forks])
    return timer.rate(made)


def _transaction() -> Any:
    from django.db import transaction

    return transaction.atomic()


def analyse() -> None:
    """Let the database look at its tables, as its housekeeping would."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def pages(swarm: Any) -> dict[str, Any]:
    """The grid's first page for each kind of filter, the last page of each order, the whole page as HTML."""
    from django.test import Client

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_user
    from mythos.errors import Invalid
    from mythos.prompts.models import PromptCheckpoint
    from mythos.prompts.queries import visible_checkpoints
    from mythos.web.checkpoints import SORTS, _lean, _shown

    everything = _lean(visible_checkpoints(SYSTEM, swarm))
    results: dict[str, Any] = {}
    for name, query in QUERIES.items():
        try:
            results[name] = sample(lambda query=query: _shown(everything, swarm, query, "-created", ""))
        except Invalid as stopped:
            results[name] = {"stopped": stopped.message}
            continue
        count = _shown(everything, swarm, query, "-created", "").count
        results[name] |= {"count": count.number, "is_about": count.is_about}
    for sort, column in SORTS.items():
        row = PromptCheckpoint.objects.filter(swarm=swarm).order_by(column, "id")[50]
        value = getattr(row, column)
        after = f"{value.isoformat() if isinstance(value, datetime) else value}|{row.pk}"
        results[f"last page by {sort}"] = sample(lambda s=sort, a=after: _shown(everything, swarm, "", f"-{s}", a))
    user = create_user(
        actor=SYSTEM, email=f"b{time.time_ns()}@example.org", name="B", password="a bench pass phrase 7", swarm=swarm
    )
    browser = Client(headers={"Host": "localhost"})
    browser.force_login(user)
    for name in ("first page", "combined wide"):
        results[f"{name}, as HTML"] = sample(
            lambda name=name: browser.get("/prompts/checkpoints", {"q": QUERIES[name]}), times=10
        )
    return results


def meaning(swarm: Any) -> dict[str, Any]:
    """Prompts like a text and like one another. The vectors are random: how long it takes does not depend on them."""
    import numpy as np

    from mythos.accounts.actors import SYSTEM
    from mythos.prompts.bulk import insert_rows
    from mythos.prompts.likeness import DIMENSIONS, MODEL, prompts_like
    from mythos.prompts.models import Prompt, PromptVector
    from mythos.prompts.queries import visible_checkpoints
    from mythos.web.checkpoints import _lean, _shown

    if not PromptVector.objects.filter(swarm=swarm).exists():
        source, made = np.random.default_rng(20), []
        for key, current in Prompt.objects.filter(swarm=swarm).values_list("pk", "current_id"):
            vector = source.standard_normal(DIMENSIONS)
            half = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()
            made.append(PromptVector(prompt_id=key, swarm=swarm, checkpoint_id=current, model=MODEL, vector=half))
        with _transaction():
            insert_rows(made)
    everything = _lean(visible_checkpoints(SYSTEM, swarm))
    texts_asked = iter(texts() * 2)
    return {
        "vectors": PromptVector.objects.filter(swarm=swarm).count(),
        "twenty like a text, embedding included": sample(
            lambda: prompts_like(actor=SYSTEM, swarm=swarm, text=next(texts_asked))
        ),
        "like: in the grid": sample(lambda: _shown(everything, swarm, "like:p1", "-created", "")),
    }


def writing(swarm: Any, rng: random.Random) -> dict[str, Any]:
    """Single revisions with everything measured and compared, and an import whose texts are measured."""
    from mythos.accounts.actors import SYSTEM
    from mythos.formats.prompts.base import PromptRecord, Revision
    from mythos.prompts.services import create_prompt, import_prompts, intake, revise_prompt
    from mythos.prompts.services.measure import measured

    made = [create_prompt(actor=SYSTEM, swarm=swarm, slug=f"w{n}", text=t) for n, t in enumerate(texts()[:60])]
    now = {row.prompt_id: (row.version, row.text) for row in made}
    with Timer() as revise:
        for number in range(300):
            key = made[number % len(made)].prompt_id
            version, text = now[key]
            row = revise_prompt(actor=SYSTEM, prompt_id=key, text=edited(rng, text), base=version, source="web")
            now[key] = (row.version, row.text)
    records = []
    for number in range(200):
        revisions = [rng.choice(texts())]
        while len(revisions) < VERSIONS:
            revisions.append(edited(rng, revisions[-1]))
        records.append(PromptRecord(f"i{number}", f"i{number}", tuple(Revision(text) for text in revisions)))
    intake.AT_ONCE = 0
    with Timer() as alone:
        for record in records[:50]:
            for revision in record.revisions:
                measured(revision.text)
    with Timer() as bulk:
        report = import_prompts(actor=SYSTEM, swarm=swarm, records=records)
    return {
        "revise": revise.rate(300),
        "import with measuring": bulk.rate(report.checkpoints),
        "measuring alone": alone.rate(50 * VERSIONS),
        "mean_characters": round(sum(map(len, texts())) / len(texts())),
    }


def carrying(swarm: Any, home: str) -> dict[str, Any]:
    """Export, proof and import into an empty swarm."""
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.prompts.carrying import export_lines
    from mythos.prompts.services import import_vault
    from mythos.prompts.verifying import verify_vault

    path = Path(home) / "vault.ndjson"
    rows = 0
    with Timer() as out, path.open("w") as file:
        for line in export_lines(actor=SYSTEM, swarm=swarm):
            file.write(line)
            rows += 1
    with Timer() as proof:
        whole = verify_vault(actor=SYSTEM, swarm=swarm)
    with Timer() as back, path.open() as file:
        copy = create_swarm(actor=SYSTEM, slug=f"copy{swarm.pk}", name="Copy")
        import_vault(actor=SYSTEM, swarm=copy, lines=file)
    path.unlink()
    return {
        "rows": rows,
        "export": out.rate(rows),
        "verify": proof.rate(whole.checkpoints + whole.mutations) | {"is_whole": whole.is_whole},
        "import": back.rate(rows),
    }


def progress(what: Any) -> None:
    """A long run tells how far it is."""
    print(json.dumps(what), file=sys.stderr, flush=True)


def measure(count: int) -> dict[str, Any]:
    """Every figure at one size."""
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
    import subprocess

    flags = [word for word in sys.argv[1:] if not word.isdigit()]
    runs = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, str(size), *flags], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(done.stderr)
        runs.append(json.loads(done.stdout))
    small, large = runs[0]["pages"], runs[-1]["pages"]
    ratios = {
        name: round(large[name]["p50_ms"] / small[name]["p50_ms"], 2) for name in small if "p50_ms" in large[name]
    }
    print(json.dumps({"runs": runs, "ratio_p50_largest_to_smallest": ratios}))


if __name__ == "__main__":
    main()
