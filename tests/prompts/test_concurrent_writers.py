"""Many people at once: the only error anyone meets is Stale."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from mythos.accounts.actors import SYSTEM
from mythos.errors import Stale
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptMutationLog
from mythos.prompts.services import create_prompt, revise_prompt

WRITERS, ROUNDS = 8, 20


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_eight_writers_meet_only_stale_and_versions_have_no_gap(cast):
    prompt_id = create_prompt(actor=SYSTEM, swarm=cast.swarm, slug="busy", text="Start.").prompt_id

    def write(name: int) -> int:
        saved = 0
        try:
            while saved < ROUNDS:
                base = Prompt.objects.select_related("current").get(pk=prompt_id).current.version
                try:
                    text = f"Writer {name}, round {saved}, on {base}."
                    revise_prompt(actor=SYSTEM, prompt_id=prompt_id, text=text, base=base, source="api")
                    saved += 1
                except Stale:
                    continue
        finally:
            connections.close_all()
        return saved

    with ThreadPoolExecutor(WRITERS) as pool:
        assert list(pool.map(write, range(WRITERS))) == [ROUNDS] * WRITERS
    versions = list(PromptCheckpoint.objects.order_by("version").values_list("version", flat=True))
    assert versions == list(range(1, WRITERS * ROUNDS + 2))
    assert PromptMutationLog.objects.count() == WRITERS * ROUNDS
