"""A draft of 200 blocks and a library of 10,000 prompts: what one look at the draft tool costs.

`compile` is the whole of it: text, tokens, conflicts of 19,900 pairs, promises, gaps. `warm` is a change of one
block's place with every pair known to the process; `one new block` compares it with the 200 others; `new process` has
the answers in the database only; `cold` knows nothing at all and is what a first look at 20 of the blocks costs, for
200 in one go are never waited for: the page asks again for what was not measured within half a second.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time

BLOCKS, LIBRARY, LOOKS = 200, 10_000, 15
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
    """Milliseconds, with how often each was looked at."""
    from mythos.drafts.measures import PAIRS
    from mythos.drafts.queries import compiled
    from mythos.text.coverage import conflicts

    conflicts("You must answer.", "You must not answer.")  # the models are loaded once a process
    whole = draft.prompt_cluster
    draft.prompt_cluster = whole[:20]
    cold = timed(lambda: compiled(draft))
    draft.prompt_cluster = whole
    page = timed(lambda: compiled(draft, seconds=0.5))
    start = time.perf_counter()
    found = compiled(draft)
    all_pairs = time.perf_counter() - start
    assert not found.waiting
    warm = [timed(lambda: compiled(moved(draft))) for _ in range(LOOKS)]
    new = []
    for number in range(5):
        draft.prompt_cluster = [*whole, {"section": "style", "order": BLOCKS, **of(checkpoints[BLOCKS + number])}]
        new.append(timed(lambda: compiled(draft)))
    draft.prompt_cluster = whole
    process = []
    for _ in range(5):
        PAIRS.clear()
        process.append(timed(lambda: compiled(draft)))
    return {
        "blocks": BLOCKS,
        "pairs": BLOCKS * (BLOCKS - 1) // 2,
        "conflicts_found": len(found.clashes),
        "tokens": found.tokens.total,
        "compile_ms": {
            "warm_p50": middle(warm),
            "warm_max": max(warm),
            "one_new_block_p50": middle(new),
            "new_process_p50": middle(process),
            "cold_20_blocks": cold,
            "cold_200_blocks_first_answer": page,
            "cold_200_blocks_all_pairs": round(all_pairs * 1000),
        },
        "page_ms": pages(owner, draft),
        "library_prompts": LIBRARY,
    }


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

    settings.ALLOWED_HOSTS = ["*"]
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
    """Milliseconds of one call."""
    start = time.perf_counter()
    call()
    return round((time.perf_counter() - start) * 1000, 1)


def middle(values):
    """The median."""
    return round(statistics.median(values), 1)


if __name__ == "__main__":
    main()
