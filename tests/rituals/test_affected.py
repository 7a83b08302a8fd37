"""Only what a change touches runs again, and the report says why the rest may wait."""

from __future__ import annotations

import pytest

from mythos.errors import NotFound
from mythos.formats.rituals.document import CaseRecord
from mythos.graders import GRADERS
from mythos.graders.text import Contains
from mythos.prompts.services import create_prompt, move_label, revise_prompt
from mythos.rituals.affected import standing_of_rituals
from mythos.rituals.services import create_ritual, execute_run, set_cases, start_run
from tests.rituals.conftest import CASES, PROMPT


@pytest.fixture
def other(cast):
    tone = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="tone", kind="fragment", text="Be kind.")
    move_label(actor=cast.reviewer, prompt_id=tone.prompt_id, label="production", version=1)
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="other", text="{{> tone}} Be brief.")
    expectation = {"type": "contains", "value": "Hi", "clause": "be_kind"}
    cases = [CaseRecord("hi", "Hi", expectations=[expectation])]
    return create_ritual(actor=cast.owner, swarm=cast.swarm, slug="other", prompt=made.prompt, cases=cases)


def due(cast, **kwargs) -> dict[str, str]:
    rows = standing_of_rituals(cast.owner, cast.swarm, provider="scripted", **kwargs)
    return {row.ritual.slug: row.reason for row in rows if row.must_run}


def run_all(cast, *rituals) -> None:
    for ritual in rituals:
        started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
        execute_run(actor=cast.owner, run_id=started.pk)


def test_what_never_ran_runs_and_then_nothing_does(cast, ritual, other) -> None:
    assert set(due(cast)) == {"desk", "other"}
    run_all(cast, ritual, other)
    assert due(cast) == {}
    reasons = [row.reason for row in standing_of_rituals(cast.owner, cast.swarm, provider="scripted")]
    assert all(reason.startswith("Nothing it depends on changed since run") for reason in reasons)
    assert set(due(cast, run_all=True)) == {"desk", "other"}
    assert set(due(cast, model="another-model")) == {"desk", "other"}


def test_a_prompt_touches_its_ritual_only(cast, desk, ritual, other) -> None:
    run_all(cast, ritual, other)
    revise_prompt(actor=cast.owner, prompt_id=desk.prompt_id, text=PROMPT + "Be quick.", base=1, source="web")
    assert list(due(cast)) == ["desk"]
    assert "its prompt" in due(cast)["desk"]


def test_an_included_prompt_touches_those_that_include_it(cast, ritual, other) -> None:
    run_all(cast, ritual, other)
    tone = cast.swarm.prompts.get(slug="tone")
    revise_prompt(actor=cast.owner, prompt_id=tone.pk, text="Be very kind.", base=1, source="web")
    assert due(cast) == {}
    move_label(actor=cast.reviewer, prompt_id=tone.pk, label="production", version=2)
    assert list(due(cast)) == ["other"]


def test_clauses_cases_and_graders_touch_what_uses_them(cast, ritual, other, monkeypatch) -> None:
    run_all(cast, ritual, other)
    assert list(due(cast, clauses=["be_kind"])) == ["other"]
    with pytest.raises(NotFound, match="There is no clause 'another'"):
        due(cast, clauses=["be_kind", "another"])
    monkeypatch.setitem(GRADERS, "contains", Contains(version=2))
    assert list(due(cast)) == ["other"]
    set_cases(actor=cast.owner, ritual_id=ritual.pk, cases=CASES[:2])
    assert set(due(cast)) == {"desk", "other"}
