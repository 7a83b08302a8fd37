"""Two runs of one ritual beside each other."""

from __future__ import annotations

import pytest

from mythos.errors import Invalid, NotFound
from mythos.formats.rituals.document import CaseRecord
from mythos.rituals.comparing import compare_runs
from mythos.rituals.services import create_ritual, execute_run, set_cases, start_run
from tests.rituals.conftest import CASES, PROMPT

WEAK = PROMPT.replace("Never promise", "Try not to promise")


@pytest.fixture
def large(cast, desk):
    cases = [
        CaseRecord(
            f"refund-{number}",
            f"Order {number}: I want a refund",
            expectations=[{"type": "not-icontains", "value": "refund"}, {"type": "max-tokens", "value": 90}],
        )
        for number in range(12)
    ] + CASES
    return create_ritual(actor=cast.owner, swarm=cast.swarm, slug="large", prompt=desk.prompt, cases=cases)


def run(cast, ritual, text=None, **kwargs):
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted", text=text, **kwargs)
    return execute_run(actor=cast.owner, run_id=started.pk)


def test_a_weaker_prompt_is_worse_with_the_cases_and_the_type_that_say_so(cast, large) -> None:
    old, new = run(cast, large), run(cast, large, text=WEAK)
    found = compare_runs(cast.owner, old.pk, new.pk)
    assert (found.result.verdict, found.result.worsened, found.result.improved) == ("worse", 13, 0)
    assert found.result.n == 16
    assert found.differs == ("prompt",)
    assert not found.is_confounded
    assert found.is_simulated
    parts = {part.name: part.result.verdict for part in found.parts}
    assert parts["not-icontains"] == "worse"
    assert parts["max-tokens"] in ("same", "not enough cases")
    assert compare_runs(cast.owner, new.pk, old.pk).result.verdict == "better"


def test_the_same_again_differs_in_nothing(cast, large) -> None:
    found = compare_runs(cast.owner, run(cast, large).pk, run(cast, large).pk)
    assert found.differs == ()
    assert found.result.difference == 0.0
    assert found.result.verdict == "not enough cases"
    assert found.result.needed > 10


def test_more_than_one_difference_is_said(cast, large) -> None:
    old = run(cast, large)
    new = run(cast, large, text=WEAK, parameters={"temperature": 0.7}, repeats=2)
    found = compare_runs(cast.owner, old.pk, new.pk)
    assert found.differs == ("prompt", "parameters", "repeats")
    assert found.is_confounded


def test_changed_cases_are_left_out_and_counted(cast, large) -> None:
    old = run(cast, large)
    cases = [CaseRecord("parcel", "Where is it?", expectations=[{"type": "icontains", "value": "it"}]), *CASES[:2]]
    set_cases(actor=cast.owner, ritual_id=large.pk, cases=cases)
    found = compare_runs(cast.owner, old.pk, run(cast, large).pk)
    assert "cases" in found.differs
    assert {pair.ref for pair in found.pairs} == {"refund", "medical"}
    assert found.left_out == 14 + 1


def test_runs_of_other_rituals_and_other_people_are_not_compared(cast, large, ritual) -> None:
    one, other = run(cast, large), run(cast, ritual)
    with pytest.raises(Invalid):
        compare_runs(cast.owner, one.pk, other.pk)
    with pytest.raises(NotFound):
        compare_runs(cast.stranger, one.pk, one.pk)


@pytest.mark.parametrize("margin", [-4, 0, 1.1, float("nan")])
def test_a_margin_that_is_no_share_is_refused(cast, large, margin) -> None:
    one = run(cast, large)
    with pytest.raises(Invalid) as caught:
        compare_runs(cast.owner, one.pk, one.pk, margin=margin)
    assert "margin" in caught.value.fields
