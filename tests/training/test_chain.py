"""A chain from its start to the seal: what it finds, what it writes down, who may do what."""

from __future__ import annotations

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.prompts.models import PromptCheckpoint, PromptMutationLog
from mythos.prompts.services import revise_prompt
from mythos.rituals.models import RitualCase
from mythos.training.engine.protocol import Edit
from mythos.training.models import AssistantReflectionChain, PromptMutationRing, TrainingCall, TrainingStep
from mythos.training.notes import note_of
from mythos.training.queries import get_chain
from mythos.training.services import (
    Wish,
    cancel_chain,
    execute_chain,
    pause_chain,
    plan_chain,
    resume_chain,
    start_chain,
)
from mythos.training.services.chains import plan_of
from mythos.training.services.running import Runner
from tests.training.conftest import RULE

pytestmark = pytest.mark.django_db


def test_it_learns_what_the_rituals_ask_for(trained) -> None:
    assert trained.state == "done", trained.note
    assert trained.score > trained.score_before
    held_out = trained.result["held_out"]
    assert held_out["n"] == 12
    assert held_out["verdict"] == "better"
    assert held_out["after"] > held_out["before"]
    assert trained.is_simulated
    assert any("Simulated" in row.reflection_notes for row in trained.reflections.all())


def test_reflection_snapshots_and_belief_deltas_are_recorded(trained) -> None:
    rows = AssistantReflectionChain.objects.filter(chain=trained)
    assert {row.assistant.slug for row in rows} == {"hermes", "apollo"}
    first = rows.filter(assistant__slug="hermes", step=1).get()
    assert "ticket number" in first.reflection_notes
    snapshot = first.memory_snapshot
    assert "ticket number" in snapshot["texts"]["hermes/hermes/desk"]
    assert len(snapshot["random_state"]) == 64
    assert snapshot["best"] in snapshot["front"]
    tracker = trained.belief_delta_tracker
    assert tracker["start"]["by"]["hermes"]["desk"] == 0.0
    assert tracker["steps"][1]["deltas"]["hermes"]["desk"] == 1.0
    ring = PromptMutationRing.objects.filter(chain=trained, kept=True, mutation_step=1)
    assert {row.mutated_prompt.slug for row in ring} == {"hermes/desk", "apollo/guide"}
    assert all(row.belief_delta == 1.0 and row.cause == "kept" for row in ring)


def test_steps_and_calls_are_rows(trained) -> None:
    steps = list(TrainingStep.objects.filter(chain=trained))
    assert [step.number for step in steps] == list(range(len(steps)))
    assert all(step.is_done for step in steps)
    assert steps[0].codex_tension == 0.5  # every expectation is missed, no clause is broken
    assert trained.codex_tension == 0.0
    paid = TrainingCall.objects.filter(chain=trained).exclude(kind="gate")
    assert not paid.filter(state="begun").exists()
    assert sum(call.value["usage"]["calls"] for call in paid) == trained.calls
    assert paid.filter(kind="held_out").count() == 24


def test_the_winner_is_an_ordinary_checkpoint(trained) -> None:
    made = PromptCheckpoint.objects.get(prompt__slug="hermes/desk", version=2)
    assert made.source == "training"
    assert "ticket number" in made.text
    assert PromptMutationLog.objects.get(to_checkpoint=made).source == "training"
    assert trained.result["adopted"]["hermes/hermes/desk"] == {"checkpoint": made.pk, "version": 2, "from": 1}
    assert PromptMutationRing.objects.filter(chain=trained, checkpoint=made).exists()


def test_a_prompt_somebody_edited_meanwhile_is_left_alone(begin, world) -> None:
    chain = begin()
    desk = PromptCheckpoint.objects.get(prompt__slug="hermes/desk").prompt
    revise_prompt(actor=world.editor, prompt_id=desk.pk, text="Mine.", base=1, source="web")
    done = execute_chain(actor=SYSTEM, chain_id=chain.pk)
    assert "somebody changed" in done.result["adopted"]["hermes/hermes/desk"]["problem"]
    assert desk.checkpoints.count() == 2


def test_who_may_start_one(begin, world) -> None:
    with pytest.raises(Denied):
        begin(actor=world.viewer)
    with pytest.raises(Denied):
        start_chain(
            actor=world.stranger, swarm=world.swarm, title="x", assistants=["hermes"], wish=Wish(provider="scripted")
        )


def test_a_stranger_does_not_find_it(begin, world) -> None:
    chain = begin()
    for act in (pause_chain, cancel_chain, resume_chain):
        with pytest.raises(NotFound):
            act(actor=world.stranger, chain_id=chain.pk)
    with pytest.raises(NotFound):
        get_chain(world.stranger, chain.pk)
    with pytest.raises(Denied):
        pause_chain(actor=world.viewer, chain_id=chain.pk)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"calls": 0}, "calls"),
        ({"calls": 20}, "calls"),
        ({"money": -1.0}, "money"),
        ({"goal": 2.0}, "goal"),
        ({"temperature": 9.0}, "temperature"),
        ({"in_flight": 0}, "in_flight"),
    ],
)
def test_what_makes_no_sense_is_refused(begin, wish, field) -> None:
    with pytest.raises(Invalid) as caught:
        begin(**wish)
    assert field in caught.value.fields


def test_a_plan_refuses_what_the_start_refuses(world) -> None:
    with pytest.raises(Invalid) as caught:
        plan_chain(world.owner, world.swarm, [], Wish(provider="scripted", calls=-5, engine="nope", window=9, goal=5))
    assert set(caught.value.fields) == {"calls", "engine", "window", "goal"}


def test_unknown_assistants_and_missing_cases_are_refused(begin, world) -> None:
    with pytest.raises(Invalid) as caught:
        begin(assistants=("nobody",))
    assert "assistants" in caught.value.fields
    RitualCase.objects.filter(split="train").update(split="validation")
    with pytest.raises(Invalid) as caught:
        begin()
    assert "Train" in caught.value.message


def test_pause_resume_and_cancel(begin, world) -> None:
    chain = begin()
    assert pause_chain(actor=world.editor, chain_id=chain.pk).state == "paused"
    assert execute_chain(actor=SYSTEM, chain_id=chain.pk).state == "paused"
    with pytest.raises(Stale):
        pause_chain(actor=world.editor, chain_id=chain.pk)
    resume_chain(actor=world.editor, chain_id=chain.pk)
    assert execute_chain(actor=SYSTEM, chain_id=chain.pk).state == "done"
    with pytest.raises(Stale):
        cancel_chain(actor=world.editor, chain_id=chain.pk)
    other = begin()
    assert cancel_chain(actor=world.editor, chain_id=other.pk).state == "cancelled"
    with pytest.raises(Stale):
        resume_chain(actor=world.editor, chain_id=other.pk)


def test_the_budget_in_calls_holds(begin) -> None:
    chain = execute_chain(actor=SYSTEM, chain_id=begin(calls=60).pk)
    assert chain.state == "done"
    assert chain.calls <= 60 + 4


def test_the_goal_ends_the_search(begin) -> None:
    chain = execute_chain(actor=SYSTEM, chain_id=begin(goal=0.9, steps=None, patience=None).pk)
    assert (chain.state, chain.stopped_by) == ("done", "The goal is reached.")


def test_a_heavy_case_counts_for_more(begin, world) -> None:
    heavy = RitualCase.objects.filter(ritual__slug="guide", split="validation")
    heavy.update(weight=3.0)
    chain = begin()
    plan = plan_of(chain)
    assert {plan.by_case[str(case.pk)].weight for case in heavy} == {1.0}
    assert plan.by_case[plan.ids("train")[0]].weight == pytest.approx(1 / 3)
    scores = {
        pk: plan.by_case[pk].weight if plan.by_case[pk].ritual == "guide" else 0.0 for pk in plan.ids("validation")
    }
    assert plan.score(scores) == pytest.approx(0.75)
    done = execute_chain(actor=SYSTEM, chain_id=chain.pk)
    assert done.score == pytest.approx(1.0)
    assert done.result["score"] == pytest.approx(1.0)
    assert done.result["held_out"]["after"] == pytest.approx(1.0)
    assert done.belief_delta_tracker["steps"][1]["deltas"]["hermes"]["desk"] == 1.0


def test_few_calls_are_spent_one_step_at_a_time(begin) -> None:
    assert plan_of(begin(calls=200)).window == 1
    assert plan_of(begin(calls=2000)).window == 2
    assert plan_of(begin(calls=200, window=4)).window == 4
    with pytest.raises(Invalid) as caught:
        begin(window=9)
    assert "window" in caught.value.fields


def test_a_reflection_says_what_was_refused_and_why(begin) -> None:
    chain = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    writer = Runner(chain, lambda: True).writer
    key = "hermes/hermes/desk"
    start = writer.plan.start[key]
    edit = Edit(
        key, start, start.replace(RULE, "").strip(), False, "codex", "no_refund is breached. Gone.", "Taken out."
    )
    note = note_of(edit, writer.plan)
    assert f"From hermes/desk: “{RULE}”" in note
    assert "Refused: no_refund is breached. Gone." in note
    assert note.endswith(f"The rule no_refund says “{RULE}”")


def test_a_reflection_without_a_note_says_everything_once(begin) -> None:
    plan = plan_of(begin())
    key = "hermes/hermes/desk"
    refused = Edit(key, plan.start[key], "Hi.", False, "codex", "a is breached. Gone.; b is breached. Gone.", "")
    assert note_of(refused, plan).startswith("hermes/desk: codex. Refused: a is breached. Gone; b is breached. Gone.")
    failed = Edit(key, plan.start[key], plan.start[key], False, "failed", "Nothing more to add", "")
    assert note_of(failed, plan) == "hermes/desk: failed: Nothing more to add."
