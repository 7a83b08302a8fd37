"""A draft of 200 blocks and a library of 10,000 prompts: what one look at the draft tool costs.

`compile` is the whole of it: text, tokens, conflicts of 19,900 pairs, promises, gaps. `cold` is of 20 blocks of
which nothing is known, and tells what one pair costs; to compare all pairs of 200 such blocks takes minutes, which the
page spreads over looks (`first_answer`, then half a second each). For the other figures the answers are put into
the database as they would stand there afterwards: `new_process` reads them from it, `warm` has them in memory and moves
one block, `one_new_block` compares one more block with the 200.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time

BLOCKS, COLD, LIBRARY, LOOKS = 200, 20, 10_000, 15
THINGS = ["address", "order", "diagnosis", "grade", "contract", "booking", "salary", "password", "photo", "invoice"]
PEOPLE = ["customer", "patient", "student", "member", "tenant", "traveller", "applicant", "reader", "driver", "guest"]
WAYS = [
    "Answer questions about the {thing} of a {person} in the language they write in. Say which form they need.",
    "Never reveal the {thing} of a {person} to anybody else. Ask for a reference number first.",
    "Explain how a {person} can correct their {thing}. Name the page on which they find it.",
    "Keep answers about the {thing} under {n} words. Begin with the result.",
]
SECTIONS = ("duties", "guardrails", "duties", "style")


def main() -> None:
    """Build the library, then measure."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MYTHOS_HOME": home, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
        import django

        django.setup()
        from mythos.cli.database import prepare

        prepare()
        print(json.dumps(measured(*build()), indent=1))


def build():
    """Prompts written in bulk, a draft of the first 200."""
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm, create_user
    from mythos.drafts.services import create_draft
    from mythos.prompts.fulltext import remember
    from mythos.prompts.models import Prompt, PromptCheckpoint
    from mythos.text.normalize import content_hash

    swarm = create_swarm(actor=SYSTEM, slug="big", name="Big")
    owner = create_user(
        actor=SYSTEM, email="o@example.org", name="O", password="a long pass phrase 7", swarm=swarm, role="owner"
    )
    texts = [
        WAYS[n % 4].format(thing=THINGS[n // 4 % 10], person=PEOPLE[n // 40 % 10], n=40 + n) + f" This is desk {n}."
        for n in range(LIBRARY)
    ]
    prompts = Prompt.objects.bulk_create(
        (Prompt(swarm=swarm, slug=f"desk/{n}", title=f"Desk {n}") for n in range(LIBRARY)), batch_size=2000
    )
    checkpoints = PromptCheckpoint.objects.bulk_create(
        (
            PromptCheckpoint(
                prompt=prompt, swarm=swarm, slug=prompt.slug, version=1, text=text, sha256=content_hash(text),
                token_count=30, tone_type="neutral",
            )
            for prompt, text in zip(prompts, texts, strict=True)
        ),
        batch_size=2000,
    )  # fmt: skip
    remember(checkpoints)
    for prompt, checkpoint in zip(prompts, checkpoints, strict=True):
        prompt.current = checkpoint
    Prompt.objects.bulk_update(prompts, ["current"], batch_size=500)
    rows = [{"section": SECTIONS[n % 4], "checkpoint": checkpoints[n].pk} for n in range(BLOCKS)]
    draft = create_draft(actor=owner, swarm=swarm, name="Big", prompt_cluster=rows)
    return owner, draft, checkpoints


def measured(owner, draft, checkpoints):
    """Milliseconds."""
    from mythos.drafts.measures import PAIRS
    from mythos.drafts.queries import compiled
    from mythos.text.coverage import conflicts
    from mythos.web.drafts import SECONDS_OF_A_MOVE

    conflicts("You must answer.", "You must not answer.")  # the models are loaded once a process
    whole = draft.prompt_cluster
    draft.prompt_cluster = whole[:COLD]
    cold = timed(lambda: compiled(draft))
    draft.prompt_cluster = whole
    first = timed(lambda: compiled(draft, seconds=SECONDS_OF_A_MOVE))
    plant(checkpoints[:BLOCKS])
    process = []
    for _ in range(5):
        PAIRS.clear()
        process.append(timed(lambda: compiled(draft)))
    found = compiled(draft)
    assert not found.waiting
    warm = [timed(lambda: compiled(moved(draft))) for _ in range(LOOKS)]
    draft.prompt_cluster = [*whole, {"section": "style", "order": BLOCKS, **of(checkpoints[BLOCKS])}]
    new = timed(lambda: compiled(draft))
    draft.prompt_cluster = whole
    return {
        "blocks": BLOCKS,
        "pairs": BLOCKS * (BLOCKS - 1) // 2,
        "tokens": found.tokens.total,
        "compile_ms": {
            "warm_p50": middle(warm),
            "warm_max": middle([max(warm)]),
            "new_process_p50": middle(process),
            "one_new_block": middle([new]),
            "first_answer": middle([first]),
            f"cold_{COLD}_blocks": middle([cold]),
            "one_pair_cpu_ms": round(cold[1] / (COLD * (COLD - 1) / 2), 1),
        },
        "page_ms": pages(owner, draft),
        "library_prompts": LIBRARY,
    }


def plant(checkpoints):
    """Every pair as one without a conflict, unless it was compared."""
    from itertools import combinations

    from mythos.drafts.measures import MEASURE
    from mythos.drafts.models import ConflictResult

    hashes = sorted(checkpoint.sha256 for checkpoint in checkpoints)
    rows = (ConflictResult(one=one, other=other, measure=MEASURE) for one, other in combinations(hashes, 2))
    ConflictResult.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)


def of(checkpoint):
    """The row of a block."""
    return {"prompt": checkpoint.prompt_id, "checkpoint": checkpoint.pk}


def moved(draft):
    """The draft with its first block at the end of its section."""
    first, *others = draft.prompt_cluster
    draft.prompt_cluster = [{**row, "order": n} for n, row in enumerate([*others, first])]
    return draft


def pages(owner, draft):
    """The page, what a save answers, and the library, through the whole stack of the web."""
    from django.conf import settings
    from django.test import Client

    from mythos.cli.static_files import collect_static

    settings.ALLOWED_HOSTS = ["*"]
    collect_static()
    client = Client()
    client.force_login(owner)
    address = f"/assistants/draft/{draft.pk}"
    asked = {
        "tool_200_blocks": lambda: client.get(address),
        "library_all": lambda: client.get("/assistants/draft/library"),
        "library_word": lambda: client.get("/assistants/draft/library?q=salary"),
        "library_rare": lambda: client.get("/assistants/draft/library?q=9876"),
        "library_last_page": lambda: client.get("/assistants/draft/library?page=500"),
    }
    result = {}
    for name, call in asked.items():
        assert call().status_code == 200
        result[name] = middle([timed(call) for _ in range(LOOKS)])
    return result


def timed(call):
    """Milliseconds of one call by the clock, and of the processor: the two differ where other work runs beside."""
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def middle(values):
    """The medians."""
    return {
        name: round(statistics.median(one), 1)
        for name, one in zip(("ms", "cpu_ms"), zip(*values, strict=True), strict=True)
    }


if __name__ == "__main__":
    main()
