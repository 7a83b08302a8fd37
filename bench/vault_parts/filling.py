"""A vault of so many checkpoints, written by the bulk path."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from vault_parts.texts import VERSIONS, edited, texts
from vault_parts.timing import Timer


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
    with transaction.atomic():
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


def analyse() -> None:
    """Let the database look at its tables, as its housekeeping would."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
