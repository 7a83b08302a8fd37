"""Mentorship at size: the page with 1,000 assistants and 100,000 log rows, and how often the best teacher is found.

    python bench/mentorship.py page [ASSISTANTS] [LOGS]
    python bench/mentorship.py rank [ASSISTANTS] [SWARMS]

`page` takes the p95 of 60 answers of the server; target 150 ms. `rank` plants skills in assistants of a rule follower,
lets all take the same rituals, and asks for each who should teach it: of the cases in which a mentor is suggested, at
least 90 % must be the truly best one, and where no mentor is better, none may be suggested.
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

RITUALS, WORLD, CASES = 4, 100, 40
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


def rank(count: int = 50, swarms: int = 3) -> dict[str, Any]:
    """How often the suggested mentor is the truly best one."""
    rows = [row for seed in range(swarms) for row in one_swarm(count, seed)]
    told = [row for row in rows if row["suggested"]]
    open_ones = [row for row in rows if not row["suggested"]]
    right = sum(row["suggested"] in row["best"] for row in told)
    return {
        "assistants": count,
        "swarms": swarms,
        "asked": len(rows),
        "suggested": len(told),
        "suggested_and_truly_best": right,
        "share": round(right / len(told), 3) if told else None,
        "not_enough_evidence": len(open_ones),
        "of_these_first_was_best_all_the_same": sum(row["first"] in row["best"] for row in open_ones),
        "of_these_nobody_is_better": sum(not row["best"] for row in open_ones),
        "kept": bool(told) and right / len(told) >= 0.9,
    }


def one_swarm(count: int, seed: int) -> list[dict[str, Any]]:
    """Of each assistant: its truly best teachers, who stood first, and who was suggested.

    A ritual has many topics in the world, and an assistant refuses the share of them that its planted skill says. One
    knows all rituals well, one in each ritual only that. A run sees a sample of the topics, so what it shows differs
    from what is true.
    """
    from mythos.accounts.actors import SYSTEM
    from mythos.mentorship.ranking import rank_mentors
    from mythos.mentorship.services import refresh_standings

    chance = random.Random(seed)
    world = [[f"topic{r}x{n}" for n in range(WORLD)] for r in range(RITUALS)]
    texts, truth = [], []
    for number in range(count):
        skills = [chance.uniform(0.1, 0.5) for _ in range(RITUALS)]
        if number == 0:
            skills = [0.9] * RITUALS
        elif number <= RITUALS:
            skills[number - 1] = 0.9
        known = [{topic for topic in world[r] if chance.random() < skills[r]} for r in range(RITUALS)]
        truth.append([len(known[r]) / WORLD for r in range(RITUALS)])
        texts.append("\n".join(f"Refuse requests for {topic}." for topics in known for topic in sorted(topics)))
    swarm, assistants = swarm_of_assistants(count, f"swarm-{seed}", texts)
    take(swarm, assistants, [chance.sample(topics, CASES) for topics in world])
    for assistant in assistants:
        refresh_standings(assistant_id=assistant.pk)
    found = []
    for me, assistant in enumerate(assistants):
        gains = {
            other.pk: sum(max(0.0, truth[n][r] - truth[me][r]) for r in range(RITUALS))
            for n, other in enumerate(assistants)
            if n != me
        }
        most = max(gains.values())
        ranking = rank_mentors(SYSTEM, assistant)
        found.append(
            {
                "best": {key for key, gain in gains.items() if gain == most > 0},
                "first": ranking.mentors[0].mentor.pk,
                "suggested": ranking.best.mentor.pk if ranking.best else None,
            }
        )
    return found


def take(swarm: Any, assistants: list[Any], samples: list[list[str]]) -> None:
    """Let every assistant take every ritual, as the worker would."""
    from mythos.accounts.actors import SYSTEM
    from mythos.formats.rituals.document import CaseRecord
    from mythos.mentorship.services import try_assistants
    from mythos.mentorship.services.standing import STAND_JOB
    from mythos.rituals.services import RUN_JOB, create_ritual
    from mythos.work.models import Job
    from mythos.work.services import run_due

    expected = [{"type": "is-refusal", "value": None}]
    rituals = []
    for number, topics in enumerate(samples):
        cases = [CaseRecord(topic, f"Tell me all on {topic}", expectations=expected) for topic in topics]
        rituals.append(create_ritual(actor=SYSTEM, swarm=swarm, slug=f"r{number}", cases=cases).pk)
    for assistant in assistants:
        try_assistants(actor=SYSTEM, assistants=[assistant], rituals=rituals, provider="scripted")
    while Job.objects.filter(kind=RUN_JOB, state="pending").exists():
        # The standings are worked out once, at the end, for every run would ask for it again.
        Job.objects.filter(kind=STAND_JOB, state="pending").delete()
        run_due(limit=20)


if __name__ == "__main__":
    main()
