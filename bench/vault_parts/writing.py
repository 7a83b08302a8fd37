"""Single revisions with everything measured and compared, and imports whose texts are measured."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from vault_parts.texts import VERSIONS, edited, texts
from vault_parts.timing import Timer

REVISIONS = 900
IMPORTED = (600, 2000)  # prompts of an import, each with ten versions


def together(rates: list[dict[str, float]]) -> dict[str, float]:
    """The rate of turns of the same length, one after the other."""
    return {kind: round(len(rates) / sum(1 / rate[kind] for rate in rates), 1) for kind in rates[0]}


def histories(prefix: str, count: int, rng: random.Random) -> Iterator[Any]:
    """Prompts with ten versions each, as a file would bring them."""
    from mythos.formats.prompts.base import PromptRecord, Revision

    for number in range(count):
        versions = [rng.choice(texts())]
        while len(versions) < VERSIONS:
            versions.append(edited(rng, versions[-1]))
        yield PromptRecord(f"{prefix}{number}", f"{number}", tuple(Revision(text) for text in versions))


def writing(swarm: Any, rng: random.Random) -> dict[str, Any]:
    """Single revisions with everything measured and compared, and an import whose texts are measured."""
    from mythos.accounts.actors import SYSTEM
    from mythos.prompts.services import create_prompt, import_prompts, intake, revise_prompt
    from mythos.prompts.services.measure import measured

    made = [create_prompt(actor=SYSTEM, swarm=swarm, slug=f"w{n}", text=t) for n, t in enumerate(texts()[:60])]
    now = {row.prompt_id: (row.version, row.text) for row in made}

    def revise(number: int) -> None:
        key = made[number % len(made)].prompt_id
        version, text = now[key]
        row = revise_prompt(actor=SYSTEM, prompt_id=key, text=edited(rng, text), base=version, source="web")
        now[key] = (row.version, row.text)

    rates = []
    for start in range(0, REVISIONS, len(made)):  # every text is new to the comparator in the first turn
        with Timer() as turn:
            for number in range(start, start + len(made)):
                revise(number)
        rates.append(turn.rate(len(made)))
    intake.AT_ONCE = 0
    imports = {}
    for count in IMPORTED:
        records = list(histories(f"i{count}-", count, rng))
        with Timer() as bulk:
            report = import_prompts(actor=SYSTEM, swarm=swarm, records=records)
        imports[f"import of {report.checkpoints} texts, measured"] = bulk.rate(report.checkpoints)
    alone = [revision.text for record in histories("", 50, rng) for revision in record.revisions]
    with Timer() as measuring:
        for text in alone:
            measured(text)
    return {
        "revise, each text for the first time": rates[0],
        "revise, all turns": together(rates),
        "revise, the quickest turn": max(rates, key=lambda rate: rate["per_s"]),
        **imports,
        "measuring alone": measuring.rate(len(alone)),
        "mean_characters": round(sum(map(len, texts())) / len(texts())),
    }
