"""Single revisions with everything measured and compared, and an import whose texts are measured."""

from __future__ import annotations

import random
from typing import Any

from vault_parts.texts import VERSIONS, edited, texts
from vault_parts.timing import Timer


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
    for number in range(600):
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
