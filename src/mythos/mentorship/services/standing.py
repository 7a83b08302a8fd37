"""Keeping the tables that pages read: who did how well, who could teach whom, how well mentors teach."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mythos.assistants.models import Assistant
from mythos.drafts.queries import newest_versions
from mythos.mentorship import trust
from mythos.mentorship.models import (
    AssistantMentorTag,
    MentorshipTrial,
    MentorStanding,
    PromptMentorshipLog,
    SkillRecord,
)
from mythos.mentorship.queries import clauses_of, records_of
from mythos.mentorship.teaching import Record, lesson, overlap
from mythos.rituals.comparing import scores_of
from mythos.rituals.models import RitualRun
from mythos.work.services import enqueue

STAND_JOB = "mentorship.stand"


def setting_of(run: RitualRun) -> str:
    """What has to be equal for two runs to be held against each other."""
    parts = (run.provider, run.model, run.parameters, run.graders, run.judge)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def note_run(*, run_id: int) -> list[int]:
    """Keep what a finished run says of the assistants that speak from its text; their numbers."""
    run = RitualRun.objects.select_related("ritual").get(pk=run_id)
    tried = set(MentorshipTrial.objects.filter(run=run).values_list("version__assistant_id", "version__sha256"))
    speaking = newest_versions().filter(assistant__swarm=run.ritual.swarm_id, sha256=run.text_sha256)
    tried |= set(speaking.values_list("assistant_id", "sha256"))
    if not tried:
        return []
    found = scores_of(run)
    if not found.values:
        return []
    setting = setting_of(run)
    known: dict[str, Any] = {"run": run, "is_binary": found.is_binary, "is_simulated": run.is_simulated}
    known["scores"] = {key: [round(value, 6), weight] for key, (value, weight) in found.values.items()}
    for assistant, sha256 in tried:
        key: dict[str, Any] = {
            "assistant_id": assistant,
            "sha256": sha256,
            "ritual": run.ritual,
            "setting": setting,
        }
        SkillRecord.objects.update_or_create(**key, defaults=known)
    return sorted({assistant for assistant, _ in tried})


def stand_later(assistant_id: int, swarm_id: int) -> None:
    """Have everything that rests on an assistant's results worked out again."""
    enqueue(kind=STAND_JOB, key=str(assistant_id), payload={"assistant_id": assistant_id}, swarm_id=swarm_id)


def refresh_standings(*, assistant_id: int) -> int:
    """Work out what an assistant could learn from each mentor and, if it teaches, what each could learn from it."""
    me = Assistant.objects.get(pk=assistant_id)
    mine = records_of([me.pk])[me.pk]
    rituals = {record.ritual_id for record in mine}
    others = SkillRecord.objects.filter(ritual__in=rituals, assistant__swarm=me.swarm_id).exclude(assistant=me)
    keys = sorted(set(others.order_by().values_list("assistant_id", flat=True)))
    teaching = set(AssistantMentorTag.objects.filter(is_offering=True).values_list("assistant_id", flat=True))
    records = {key: rows for key, rows in records_of(keys).items() if rows}
    clauses = clauses_of([me.pk, *records])
    fresh: list[MentorStanding] = []
    for key, theirs in records.items():
        shared = overlap(clauses[me.pk], clauses[key])
        if key in teaching:
            fresh += _standing(me.pk, mine, key, theirs, shared)
        if me.pk in teaching:
            fresh += _standing(key, theirs, me.pk, mine, shared)
    with transaction.atomic():
        MentorStanding.objects.filter(Q(mentee=me) | Q(mentor=me)).delete()
        # Both ends of a pair may be at work on it: whoever comes last writes what it saw.
        MentorStanding.objects.bulk_create(
            fresh,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["mentee", "mentor"],
            update_fields=["teach", "overlap", "cases", "parts", "updated_at"],
        )
    return len(fresh)


def _standing(
    mentee: int, learning: Sequence[Record], mentor: int, teaching: Sequence[Record], shared: float
) -> list[MentorStanding]:
    found = lesson(learning, teaching)
    if not found.cases:
        return []
    parts = [asdict(part) for part in found.parts]
    row = MentorStanding(mentee_id=mentee, mentor_id=mentor, teach=found.teach, overlap=shared, cases=found.cases)
    row.parts, row.updated_at = parts, timezone.now()
    return [row]


def refresh_scores(*, swarm_id: int) -> int:
    """Work out every mentor's score from all measured adoptions of a swarm; how many mentors have one."""
    now = timezone.now()
    rows = PromptMentorshipLog.objects.filter(swarm=swarm_id, state=PromptMentorshipLog.State.MEASURED)
    lessons = (
        trust.Lesson(*row)
        for row in rows.order_by().values_list("mentor_id", "mentee_id", "created_at", "trust_delta").iterator()
    )
    found = trust.standings(lessons, now)
    changed = []
    for tag in AssistantMentorTag.objects.filter(assistant__swarm=swarm_id):
        standing = found.get(tag.assistant_id, trust.Standing())
        tag.gain_sum, tag.weight_sum = standing.gain_sum, standing.weight_sum
        tag.mentees_counted, tag.mentor_score = standing.mentees, standing.score
        tag.scored_at = tag.updated_at = now
        changed.append(tag)
    columns = ["gain_sum", "weight_sum", "mentees_counted", "mentor_score", "scored_at", "updated_at"]
    AssistantMentorTag.objects.bulk_update(changed, columns, batch_size=200)
    return len(found)
