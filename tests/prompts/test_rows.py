"""Rows that are made and written without the model's own ways are the rows the model would have made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import transaction

from mythos.prompts.bulk import insert_rows, new_row
from mythos.prompts.models import Prompt, PromptCheckpoint

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))


def columns(prompt):
    return {
        "prompt_id": prompt.pk,
        "swarm_id": prompt.swarm_id,
        "slug": prompt.slug,
        "version": 1,
        "text": "Be kind.",
        "sha256": "0" * 64,
        "token_count": 3,
        "tone_type": "neutral",
        "traits": {"words": 2.0, "ä": 0.5},
        "created_at": WHEN,
    }


@pytest.mark.both_databases
def test_a_row_made_by_its_columns_is_the_models_own(cast):
    prompt = Prompt.objects.create(swarm=cast.swarm, slug="rows", title="Rows")
    with transaction.atomic():
        row = new_row(PromptCheckpoint, {"prompt": prompt}, **columns(prompt))
        insert_rows([row])
    assert row.prompt is prompt
    kept = PromptCheckpoint.objects.get(pk=row.pk)
    by_model = PromptCheckpoint(**columns(prompt))
    fields = [field.attname for field in PromptCheckpoint._meta.concrete_fields if not field.primary_key]
    assert {name: getattr(kept, name) for name in fields} == {name: getattr(by_model, name) for name in fields}
    assert kept.created_at.astimezone(UTC).hour == 10
    assert (kept.tags, kept.author_id, kept.encoding) == ([], None, "o200k_base")


def test_a_column_that_is_not_there_is_refused(cast):
    with pytest.raises(TypeError, match="no column versoin"):
        new_row(PromptCheckpoint, versoin=1)


def test_a_default_list_belongs_to_one_row(cast):
    one, other = new_row(PromptCheckpoint), new_row(PromptCheckpoint)
    one.tags.append("@mine")
    assert other.tags == []
