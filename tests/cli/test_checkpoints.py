"""`mythos checkpoint` on the terminal."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.test import override_settings
from django.utils.timezone import localtime

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.services import create_prompt, revise_prompt

pytestmark = pytest.mark.django_db


@pytest.fixture
def mythos(terminal):
    swarm = create_swarm(actor=SYSTEM, slug="main", name="Main")
    made = create_prompt(actor=SYSTEM, swarm=swarm, slug="desk", text="Be kind.")
    revise_prompt(actor=SYSTEM, prompt_id=made.prompt_id, text="Be very kind.", base=1, source="cli")

    return partial(terminal, "checkpoint")


def test_rolling_back_to_the_text_that_stands_saves_nothing_and_says_so(mythos) -> None:
    assert mythos("roll-back", "desk", 1)[1] == "Version 1 copied forward as version 3.\n"
    assert mythos("roll-back", "desk", 1)[1] == "Version 3 has the text of version 1 already; nothing was saved.\n"


def test_an_export_without_rows_is_an_empty_file(mythos, tmp_path) -> None:
    (tmp_path / "out.jsonl").write_text("of last week")
    assert mythos("export", tmp_path / "out.jsonl", "prompt:nothing")[0] == 0
    assert (tmp_path / "out.jsonl").read_text() == ""


def test_a_file_that_cannot_be_written_is_named_and_wrong_input(mythos, tmp_path) -> None:
    code, _, said = mythos("export", tmp_path / "missing" / "out.jsonl")
    assert code == 2
    assert said.startswith(f"error: {tmp_path}/missing/out.jsonl cannot be opened: No such file")


def test_times_are_told_in_the_zone_of_the_settings_and_with_its_name(mythos) -> None:
    with override_settings(TIME_ZONE="Asia/Kolkata"):
        at = localtime(PromptCheckpoint.objects.get(version=2).created_at)
        assert f"{at:%Y-%m-%d %H:%M} IST  desk v2" in mythos("find")[1]
        assert at.utcoffset() == timedelta(hours=5, minutes=30)
