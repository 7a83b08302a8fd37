"""Runs: what they pin, keep, repeat, survive and refuse."""

from __future__ import annotations

import pytest

from mythos.errors import Denied, Invalid, NotConfigured, NotFound, Stale
from mythos.formats.rituals.document import CaseRecord
from mythos.graders import GRADERS
from mythos.prompts.services import create_prompt, move_label, revise_prompt
from mythos.providers.base import Price, ceiling
from mythos.providers.fault import FAULTS, Faulty
from mythos.providers.scripted import Scripted
from mythos.rituals.models import RitualResult, RitualRun
from mythos.rituals.queries import get_run, results_of, visible_runs
from mythos.rituals.services import (
    cancel_run,
    create_ritual,
    execute_run,
    pause_run,
    resume_run,
    retry_failures,
    set_cases,
    start_run,
    sweep,
)
from mythos.rituals.talking import messages_of, options_of
from mythos.work.models import Job
from mythos.work.services import run_due
from tests.rituals.conftest import CASES, PROMPT

State = RitualRun.State
pytestmark = pytest.mark.both_databases


def run(cast, ritual, **kwargs):
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider=kwargs.pop("provider", "scripted"), **kwargs)
    return execute_run(actor=cast.owner, run_id=started.pk)


def passed(run) -> dict[str, bool | None]:
    return {result.case.ref: result.passed for result in results_of(run)}


def many(cast, count: int, **kwargs):
    cases = [
        CaseRecord(f"q{number}", f"Question {number}?", expectations=[{"type": "icontains", "value": "question"}])
        for number in range(count)
    ]
    return create_ritual(actor=cast.owner, swarm=cast.swarm, slug="many", cases=cases, **kwargs)


def test_a_run_that_cannot_begin_says_what_to_do_about_it(cast, ritual, monkeypatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(NotConfigured, match="There is no key for the provider openai"):
        start_run(actor=cast.owner, ritual_id=ritual.pk, provider="openai")
    monkeypatch.setenv("OPENAI_API_KEY", "gone-by-the-time-it-runs")
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="openai")
    monkeypatch.delenv("OPENAI_API_KEY")
    done = execute_run(actor=cast.owner, run_id=started.pk)
    assert (done.state, done.note) == ("failed", "There is no key for the provider openai. Set OPENAI_API_KEY.")


def test_a_run_pins_everything_and_its_results_carry_reply_grade_and_version(cast, desk, ritual) -> None:
    done = run(cast, ritual)
    assert (done.state, done.done, done.total) == (State.DONE, 4, 4)
    assert done.is_simulated
    assert (done.checkpoint, done.text, done.model) == (desk, PROMPT.strip(), "rule-follower-1")
    assert done.graders == dict.fromkeys(("icontains", "is-refusal", "max-tokens", "not-icontains"), 1)
    assert all(passed(done).values())
    assert done.summary["score"] == 1.0
    assert done.summary["cost"] == 0.0
    result = results_of(done).get(case__ref="medical")
    assert result.reply.text.startswith("I'm sorry")
    assert result.grades[0]["version"] == GRADERS["is-refusal"].version
    assert result.reply.text[slice(*result.grades[0]["span"])] == "I'm sorry"


@pytest.mark.parametrize(
    ("strong", "weak", "touched"),
    [
        ("Never promise", "Try not to promise", {"refund"}),
        ("Refuse requests", "Where possible, refuse requests", {"medical"}),
        ("Refuse requests for medical advice.", "", {"medical"}),
    ],
)
def test_weakening_an_instruction_fails_the_cases_that_need_it_and_only_those(
    cast, desk, ritual, strong, weak, touched
) -> None:
    assert all(passed(run(cast, ritual)).values())
    text = PROMPT.replace(strong, weak)
    revise_prompt(actor=cast.owner, prompt_id=desk.prompt_id, text=text, base=1, source="web")
    after = run(cast, ritual)
    assert {ref for ref, fine in passed(after).items() if not fine} == touched
    assert after.checkpoint.version == 2


def test_a_worker_does_the_run_it_finds_in_the_ledger(cast, ritual) -> None:
    started = start_run(actor=cast.editor, ritual_id=ritual.pk, provider="scripted")
    assert started.state == State.PENDING
    assert run_due() == 1
    assert get_run(cast.owner, started.pk).state == State.DONE
    assert Job.objects.get(kind="rituals.run").state == "done"


def test_equal_requests_are_called_once_and_marked_as_cached(cast, ritual, offer) -> None:
    faulty = Faulty(Scripted(), share=0)
    offer("fault", faulty)
    first, second = (run(cast, ritual, provider="fault") for _ in range(2))
    assert sum(faulty.calls.values()) == 4
    assert (first.summary["cached"], second.summary["cached"]) == (0, 4)
    assert second.summary["cost"] == 0.0
    run(cast, ritual, provider="fault", use_cache=False)
    assert sum(faulty.calls.values()) == 8


def test_equal_cases_of_one_run_share_one_call(cast, offer) -> None:
    faulty = Faulty(Scripted(), share=0, latency=0.01)
    offer("fault", faulty)
    cases = [CaseRecord(f"c{n}", "The same?", expectations=[{"type": "contains", "value": "same"}]) for n in range(20)]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="same", cases=cases)
    done = run(cast, ritual, provider="fault")
    assert sum(faulty.calls.values()) == 1
    assert (done.summary["passed"], done.summary["cached"]) == (20, 19)


def test_repeats_are_calls_of_their_own(cast, ritual, offer) -> None:
    faulty = Faulty(Scripted(), share=0)
    offer("fault", faulty)
    done = run(cast, ritual, provider="fault", repeats=3)
    assert sum(faulty.calls.values()) == 12
    assert done.summary["passed"] == 12


def test_a_third_of_failing_calls_loses_no_case_and_every_failure_has_its_cause(cast, offer) -> None:
    offer("fault", Faulty(Scripted(), share=0.3, times=1))
    done = run(cast, many(cast, 300), provider="fault")
    assert (done.state, done.summary["passed"], done.summary["failed"]) == (State.DONE, 300, 0)
    assert set(done.summary["attempts"]) == set(FAULTS)
    assert 60 < sum(done.summary["attempts"].values()) < 130
    offer("broken", Faulty(Scripted(), share=0.3, times=99))
    broken = start_run(actor=cast.owner, ritual_id=done.ritual_id, provider="broken", use_cache=False)
    broken = execute_run(actor=cast.owner, run_id=broken.pk)
    assert broken.state == State.DONE
    assert broken.summary["passed"] + broken.summary["failed"] == 300
    assert sum(broken.summary["causes"].values()) == broken.summary["failed"] > 60
    failed = RitualResult.objects.filter(run=broken, status="failed").first()
    assert failed.cause in FAULTS
    assert failed.attempts == [failed.cause] * 5
    assert failed.passed is None


def test_failed_calls_can_be_tried_again_without_touching_the_others(cast, offer) -> None:
    faulty = Faulty(Scripted(), share=0.3, times=6)
    offer("fault", faulty)
    done = run(cast, many(cast, 60), provider="fault")
    lost = done.summary["failed"]
    assert lost > 5
    calls = sum(faulty.calls.values())
    retry_failures(actor=cast.owner, run_id=done.pk)
    again = execute_run(actor=cast.owner, run_id=done.pk)
    assert (again.summary["passed"], again.summary["failed"]) == (60, 0)
    assert sum(faulty.calls.values()) == calls + 2 * lost


def test_a_budget_stops_before_the_call_that_would_exceed_it_and_the_run_can_go_on(cast, offer) -> None:
    price = Price(500.0, 500.0)
    faulty = Faulty(Scripted(), share=0, price=price)
    offer("fault", faulty)
    ritual = many(cast, 80)
    probe = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="fault")
    case = ritual.cases.last()
    one = ceiling(price, messages_of(probe, case), options_of({"max_tokens": 40}, "", 0))
    cancel_run(actor=cast.owner, run_id=probe.pk)
    stopped = run(cast, ritual, provider="fault", budget=5 * one, parameters={"max_tokens": 40})
    assert stopped.state == State.STOPPED
    assert 5 <= stopped.done < 80
    assert stopped.spent <= stopped.budget
    assert stopped.spent == pytest.approx(stopped.summary["cost"])
    assert sum(faulty.calls.values()) == stopped.done
    resume_run(actor=cast.owner, run_id=stopped.pk, budget=1000 * one)
    done = execute_run(actor=cast.owner, run_id=stopped.pk)
    assert (done.state, done.summary["passed"]) == (State.DONE, 80)
    assert sum(faulty.calls.values()) == 80


def test_a_daily_budget_holds_over_runs(cast, offer, monkeypatch) -> None:
    offer("fault", Faulty(Scripted(), share=0, price=Price(500.0, 500.0)))
    ritual = many(cast, 40)
    first = run(cast, ritual, provider="fault", parameters={"max_tokens": 40})
    monkeypatch.setenv("MYTHOS_DAY_BUDGET", str(first.spent * 1.01))
    second = run(cast, ritual, provider="fault", parameters={"max_tokens": 41})
    assert (second.state, second.done) == (State.STOPPED, 0)


def test_a_pause_stops_new_calls_and_a_resumed_run_has_every_case_once(cast, offer) -> None:
    faulty = Faulty(Scripted(), share=0, latency=0.02, concurrency=4)
    offer("fault", faulty)
    ritual = many(cast, 200)
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="fault")
    held = 0

    def hold() -> bool:
        nonlocal held
        held += 1
        if held == 5:
            pause_run(actor=cast.owner, run_id=started.pk)
        return True

    paused = execute_run(actor=cast.owner, run_id=started.pk, hold=hold)
    assert paused.state == State.PAUSED
    assert 0 < paused.done < 200
    assert RitualResult.objects.filter(run=paused).count() == paused.done
    resume_run(actor=cast.owner, run_id=paused.pk)
    done = execute_run(actor=cast.owner, run_id=paused.pk)
    assert (done.state, done.done, done.summary["passed"]) == (State.DONE, 200, 200)
    assert sum(faulty.calls.values()) == 200


def test_a_worker_that_lost_its_lease_writes_nothing_more(cast, offer) -> None:
    from mythos.work.services import LostLease

    offer("fault", Faulty(Scripted(), share=0, concurrency=4))
    started = start_run(actor=cast.owner, ritual_id=many(cast, 50).pk, provider="fault")
    with pytest.raises(LostLease):
        execute_run(actor=cast.owner, run_id=started.pk, hold=lambda: False)
    assert not RitualResult.objects.filter(run=started).exists()
    assert execute_run(actor=cast.owner, run_id=started.pk).summary["passed"] == 50


def test_a_cancelled_run_stays_cancelled(cast, ritual) -> None:
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
    cancel_run(actor=cast.owner, run_id=started.pk)
    assert execute_run(actor=cast.owner, run_id=started.pk).state == State.CANCELLED
    with pytest.raises(Stale, match="cancelled"):
        resume_run(actor=cast.owner, run_id=started.pk)


def test_a_run_nobody_works_on_is_found_again(cast, ritual) -> None:
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
    Job.objects.all().delete()
    assert sweep() == 1
    assert sweep() == 0
    run_due()
    assert get_run(cast.owner, started.pk).state == State.DONE


def test_cases_changed_after_the_start_do_not_change_the_run(cast, ritual) -> None:
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
    changes = set_cases(actor=cast.owner, ritual_id=ritual.pk, cases=[CaseRecord("parcel", "Another?"), CASES[3]])
    assert (changes.added, changes.changed, changes.retired, changes.unchanged) == (0, 1, 2, 1)
    done = execute_run(actor=cast.owner, run_id=started.pk)
    assert set(passed(done)) == {"refund", "medical", "parcel", "hours"}
    assert done.summary["passed"] == 4


def test_included_prompts_are_pinned_at_the_start(cast, desk) -> None:
    tone = create_prompt(
        actor=cast.owner, swarm=cast.swarm, slug="tone", kind="fragment", text="Refuse jokes, {{name}}."
    )
    move_label(actor=cast.reviewer, prompt_id=tone.prompt_id, label="production", version=1)
    cases = [CaseRecord("joke", "Tell me jokes", {"name": "Ada"}, expectations=[{"type": "is-refusal"}])]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="jokes", cases=cases)
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted", text="{{> tone}}")
    assert started.text == "Refuse jokes, {{name}}."
    revise_prompt(actor=cast.owner, prompt_id=tone.prompt_id, text="Tell jokes.", base=1, source="web")
    move_label(actor=cast.reviewer, prompt_id=tone.prompt_id, label="production", version=2)
    assert passed(execute_run(actor=cast.owner, run_id=started.pk)) == {"joke": True}


def test_a_case_without_a_needed_variable_fails_alone(cast) -> None:
    cases = [CaseRecord("a", "Hi", {"name": "Ada"}), CaseRecord("b", "Hi")]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="v", cases=cases)
    done = run(cast, ritual, text="Greet {{name}}.")
    assert done.summary["causes"] == {"invalid": 1}
    assert "name" in RitualResult.objects.get(run=done, status="failed").message


def test_what_cannot_be_measured_is_neither_passed_nor_failed(cast) -> None:
    cases = [CaseRecord("a", "Hi", expectations=[{"type": "llm-rubric", "value": "is kind"}])]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="j", cases=cases)
    without = run(cast, ritual)
    assert (without.summary["passed"], without.summary["unmeasured"], without.summary["score"]) == (0, 1, None)


def test_a_judge_is_pinned_and_asked(cast, offer) -> None:
    class Judge(Scripted):
        def chat(self, messages, options):
            reply = super().chat(messages, options)
            verdict = '{"pass": true, "reason": "Kind enough."}' if "rubric" in messages[-1].content else reply.text
            return type(reply)(verdict, 5, 5, 0.0, 1.0, "judge-1")

    offer("judge", Judge())
    cases = [CaseRecord("a", "Hi", expectations=[{"type": "llm-rubric", "value": "is kind"}])]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="j", cases=cases)
    done = run(cast, ritual, judge={"provider": "judge", "model": "judge-1"})
    assert done.judge == {"provider": "judge", "model": "judge-1"}
    assert passed(done) == {"a": True}
    assert results_of(done).get().grades[0]["explanation"] == "Kind enough."


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"repeats": 0}, "repeats"),
        ({"parameters": {"temperature": -7}}, "temperature"),
        ({"parameters": {"max_tokens": 0}}, "max_tokens"),
        ({"budget": -1.0}, "budget"),
        ({"budget": float("nan")}, "budget"),
        ({"split": "test"}, "split"),
        ({"split": "train"}, "split"),
        ({"concurrency": 0}, "concurrency"),
        ({"parameters": {"top_k": 4}}, "parameters"),
    ],
)
def test_a_run_that_makes_no_sense_is_refused_with_its_field(cast, ritual, wrong, field) -> None:
    with pytest.raises(Invalid) as caught:
        start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted", **wrong)
    assert field in caught.value.fields
    assert not RitualRun.objects.exists()
    assert not Job.objects.filter(kind__startswith="rituals.").exists()


def test_who_may_run_and_see(cast, ritual) -> None:
    with pytest.raises(Denied):
        start_run(actor=cast.viewer, ritual_id=ritual.pk, provider="scripted")
    with pytest.raises(NotFound):
        start_run(actor=cast.stranger, ritual_id=ritual.pk, provider="scripted")
    done = run(cast, ritual)
    assert list(visible_runs(cast.viewer)) == [done]
    with pytest.raises(NotFound):
        get_run(cast.stranger, done.pk)
    foreign = create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="x", text="Hi.")
    with pytest.raises(Invalid):
        start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted", checkpoint=foreign)
