"""Mentorship at size: the page with 1,000 assistants and 100,000 log rows, and how often the best teacher is found.

    python bench/mentorship.py page [ASSISTANTS] [LOGS]
    python bench/mentorship.py rank [ASSISTANTS] [SWARMS] [RUNS]

`page` takes the p95 of 60 answers of the server; target 150 ms. `rank` is told in mentor_world.py; with a third number
above 0 every case is run by the worker's own services, else replies and grades go straight into the records.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

ANSWERS = 60


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "rank"
    numbers = [int(text) for text in sys.argv[2:]]
    os.environ.setdefault("MYTHOS_HOME", tempfile.mkdtemp(prefix="mythos-bench-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "mythos.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from mentor_world import rank

    work = {"page": page, "rank": rank}[what]
    print(json.dumps(work(*numbers), indent=1))


def swarm_of_assistants(count: int, slug: str, texts: list[str]) -> tuple[Any, list[Any]]:
    """Assistants that each speak from one prompt, written straight into the tables."""
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.assistants.models import Assistant
    from mythos.drafts.models import AssistantPrompt, AssistantVersion
    from mythos.mentorship.models import AssistantMentorTag, MentorPromptSet
    from mythos.prompts.services import create_prompt
    from mythos.text.normalize import content_hash

    swarm = create_swarm(actor=SYSTEM, slug=slug, name=slug)
    kinds = list(dict.fromkeys(texts))
    prompts = {
        text: create_prompt(actor=SYSTEM, swarm=swarm, slug=f"text-{number}", text=text)
        for number, text in enumerate(kinds)
    }
    Assistant.objects.bulk_create(
        Assistant(swarm=swarm, slug=f"a{number}", name=f"Assistant {number}") for number in range(count)
    )
    assistants = list(Assistant.objects.filter(swarm=swarm).order_by("pk"))
    known = {"tone": "neutral", "codex_contract_type": "advisory", "model": "general-128k", "token_limit": 128_000}
    AssistantVersion.objects.bulk_create(
        AssistantVersion(
            assistant=row, number=1, name=row.name, text=text, sha256=content_hash(text), token_count=9, **known
        )
        for row, text in zip(assistants, texts, strict=True)
    )
    versions = list(AssistantVersion.objects.filter(assistant__swarm=swarm).order_by("assistant_id"))
    AssistantPrompt.objects.bulk_create(
        AssistantPrompt(
            version=row, section="identity", order=0, prompt=prompts[row.text].prompt, checkpoint=prompts[row.text]
        )
        for row in versions
    )
    AssistantMentorTag.objects.bulk_create(AssistantMentorTag(assistant=row) for row in assistants)
    tags = AssistantMentorTag.objects.filter(assistant__swarm=swarm)
    MentorPromptSet.objects.bulk_create(MentorPromptSet(tag=tag, name="Everything") for tag in tags)
    return swarm, assistants


def page(count: int = 1000, logs: int = 100_000) -> dict[str, Any]:
    """The 95th percentile of the page of one assistant."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_user
    from mythos.formats.rituals.document import CaseRecord
    from mythos.mentorship.models import MentorStanding, PromptMentorshipLog
    from mythos.mentorship.services import refresh_scores
    from mythos.rituals.services import create_ritual

    chance = random.Random(7)
    swarm, assistants = swarm_of_assistants(count, "large", ["You help people."] * count)
    ritual = create_ritual(actor=SYSTEM, swarm=swarm, slug="any", cases=[CaseRecord("one", "Hello")])
    now = timezone.now()
    keys = [row.pk for row in assistants]
    rows = []
    for number in range(logs):
        mentor, mentee = chance.sample(keys, 2)
        delta = chance.uniform(-0.2, 0.4)
        rows.append(
            PromptMentorshipLog(
                swarm=swarm, mentor_id=mentor, mentee_id=mentee, mutation_notes="Forked.", set_name="Everything",
                trust_delta=delta, gain=delta, gain_low=delta - 0.1, gain_high=delta + 0.1, cases=60, state="measured",
            )
        )  # fmt: skip
        if len(rows) == 5000 or number == logs - 1:
            PromptMentorshipLog.objects.bulk_create(rows)
            rows = []
    PromptMentorshipLog.objects.update(created_at=now - timedelta(days=20))
    asked = chance.sample(keys, 12)
    part = {"ritual": ritual.pk, "setting": "s", "n": 60, "difference": 0.2, "low": 0.1, "high": 0.3}
    for mentee in asked:
        MentorStanding.objects.bulk_create(
            MentorStanding(
                mentee_id=mentee, mentor_id=mentor, teach=chance.random() / 2, overlap=chance.random(), cases=60,
                parts=[part | {"is_simulated": True, "needed": 0}],
            )
            for mentor in keys
            if mentor != mentee
        )  # fmt: skip
    began = time.perf_counter()
    refresh_scores(swarm_id=swarm.pk)
    scoring = time.perf_counter() - began
    create_user(
        actor=SYSTEM, email="a@example.org", name="A", password="bench pass phrase 9", swarm=swarm, role="owner"
    )
    web = Client()
    web.force_login(get_user_model().objects.get(email="a@example.org"))
    web.get(f"/assistants/{asked[0]}/mentorship", HTTP_HOST="localhost")
    gc.collect()
    gc.freeze()  # as the server does when it starts
    taken, busy = [], []
    for number in range(ANSWERS):
        began, worked = time.perf_counter(), time.process_time()
        answer = web.get(f"/assistants/{asked[number % len(asked)]}/mentorship", HTTP_HOST="localhost")
        taken.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200, answer.status_code
    p95 = statistics.quantiles(taken, n=20)[-1]
    return {
        "assistants": count,
        "logs": logs,
        "p50_ms": round(statistics.median(taken), 1),
        "p95_ms": round(p95, 1),
        "p95_of_the_processor_ms": round(statistics.quantiles(busy, n=20)[-1], 1),
        "scores_of_the_swarm_s": round(scoring, 2),
        "kept": p95 <= 150,
    }


if __name__ == "__main__":
    main()
