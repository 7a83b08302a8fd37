"""What the worker does for texts that came in: compares the changes nobody waited for, and embeds what is current."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mythos.prompts.models import CheckpointTag, Compared, Prompt, PromptMutationLog, PromptVector
from mythos.prompts.services.measure import Measured, change
from mythos.prompts.services.recording import measured_tags
from mythos.text.embed import MODEL, embed
from mythos.text.tone import Tone

BATCH = 100
Tell = Callable[[int], None]


def compare_waiting(*, swarm_id: int, tell: Tell) -> int:
    """Compare every change of a swarm that still waits for it; how many there were."""
    done = 0
    waiting = PromptMutationLog.objects.filter(swarm_id=swarm_id, compared=Compared.PENDING).order_by("id")
    while rows := list(waiting.select_related("from_checkpoint", "to_checkpoint")[:BATCH]):
        for row in rows:
            after = row.to_checkpoint
            tone = Tone(after.tone_type, after.tone_scores)
            did = change(row.from_checkpoint, Measured(after.text, after.sha256, after.traits, tone))
            row.symbolic_tags, row.findings, row.verdict = did.symbolic_tags, did.findings, did.verdict
        with transaction.atomic():
            PromptMutationLog.objects.settle(rows)
            tags = [tag for row in rows for tag in measured_tags(row)]
            CheckpointTag.objects.bulk_create(tags, ignore_conflicts=True)
        done += len(rows)
        tell(done)
    return done


def embed_waiting(*, swarm_id: int, tell: Tell) -> int:
    """Embed every current text of a swarm whose vector is missing or of an older text; how many there were."""
    done = 0
    fresh = Q(vector__checkpoint_id=F("current_id"), vector__model=MODEL)
    waiting = Prompt.objects.filter(swarm_id=swarm_id, current__isnull=False, deleted_at__isnull=True).exclude(fresh)
    while prompts := list(waiting.select_related("current").only("swarm_id", "current__text")[:BATCH]):
        vectors = embed([prompt.current.text for prompt in prompts if prompt.current is not None])
        rows = [
            PromptVector(
                prompt=prompt,
                swarm_id=swarm_id,
                checkpoint_id=prompt.current_id or 0,
                model=MODEL,
                vector=vector.astype(np.float16).tobytes(),
                made_at=timezone.now(),
            )
            for prompt, vector in zip(prompts, vectors, strict=True)
        ]
        PromptVector.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["prompt"],
            update_fields=["checkpoint_id", "model", "vector", "made_at"],
        )
        done += len(rows)
        tell(done)
    return done
