"""Holding a curriculum against a codex in the background, because comparing rules takes seconds."""

from __future__ import annotations

from collections.abc import Iterable

from mythos.accounts.models import Swarm
from mythos.market.fitting import clashes_between, codex_mark, fit_key, rules_of
from mythos.market.models import CurriculumFit, PromptCurriculumVault
from mythos.work.queries import has_live_job
from mythos.work.services import enqueue

FIT_JOB = "market.fit"


def want_fits(*, swarm: Swarm, curricula: Iterable[PromptCurriculumVault]) -> int:
    """Queue the comparison of curricula somebody of the swarm looks at; how many were not queued before."""
    queued = 0
    for curriculum in curricula:
        key = f"{swarm.pk}-{curriculum.pk}"
        if not has_live_job(FIT_JOB, key):
            payload = {"swarm_id": swarm.pk, "curriculum_id": curriculum.pk}
            enqueue(kind=FIT_JOB, key=key, payload=payload, swarm_id=swarm.pk)
            queued += 1
    return queued


def compare_with_codex(*, swarm_id: int, curriculum_id: int) -> CurriculumFit:
    """Compare the rules of the last export with those of the swarm, and keep the answer."""
    swarm = Swarm.objects.get(pk=swarm_id)
    curriculum = PromptCurriculumVault.objects.get(pk=curriculum_id)
    key = fit_key(curriculum, codex_mark(swarm))
    theirs = curriculum.exported_json.get("clauses", [])
    clashes = clashes_between(theirs, rules_of(swarm))
    row, _ = CurriculumFit.objects.update_or_create(
        swarm=swarm, curriculum=curriculum, defaults={"key": key, "clashes": clashes, "compared": len(theirs)}
    )
    return row
