"""Many texts at once: written like one at a time, compared later and honestly waiting until then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mythos.errors import Stale
from mythos.formats.prompts.base import PromptRecord, Revision
from mythos.prompts.models import CheckpointTag, Prompt, PromptAncestor, PromptCheckpoint, PromptMutationLog
from mythos.prompts.services import create_prompt, fork_prompt, import_prompts, intake, revise_prompt
from mythos.prompts.services.measure import measured
from mythos.text import measuring
from mythos.work.models import Job
from mythos.work.services import run_due

TEXTS = ("You must answer briefly.", "You may answer.", "You must answer in one short sentence, {{name}}.")


def record(slug, *texts):
    day = datetime(2026, 1, 1, tzinfo=UTC)
    return PromptRecord(slug, slug, tuple(Revision(text, day, "Ada", "why") for text in texts), file="x.json")


def facts(slug):
    rows = PromptMutationLog.objects.filter(prompt__slug=slug).order_by("number")
    return [(row.symbolic_tags, row.findings, row.verdict, row.trait_delta) for row in rows]


@pytest.mark.both_databases
def test_a_bulk_import_is_compared_by_the_worker_as_if_at_once(cast, monkeypatch):
    import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("now", *TEXTS)])
    monkeypatch.setattr(intake, "AT_ONCE", 0)
    import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("later", *TEXTS)])
    waiting = PromptMutationLog.objects.filter(prompt__slug="later")
    assert {(row.compared, row.verdict, len(row.symbolic_tags)) for row in waiting} == {("pending", "", 0)}
    hashes = list(waiting.order_by("number").values_list("hash", flat=True))
    assert run_due() == 1
    assert facts("later") == facts("now")
    assert {row.compared for row in waiting.all()} == {"later"}
    assert list(waiting.order_by("number").values_list("hash", flat=True)) == hashes
    tags = CheckpointTag.objects.filter(checkpoint__slug="later").values_list("checkpoint__version", "name")
    assert set(tags) == set(
        CheckpointTag.objects.filter(checkpoint__slug="now").values_list("checkpoint__version", "name")
    )
    assert (2, "@obligation-") in tags


@pytest.mark.both_databases
def test_bulk_rows_are_those_of_the_verbs(cast):
    import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("bulk", *TEXTS)])
    made = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="single", text=TEXTS[0], source="import")
    for base, text in enumerate(TEXTS[1:], start=1):
        revise_prompt(actor=cast.editor, prompt_id=made.prompt_id, text=text, base=base, source="import")
    bulk, single = (Prompt.objects.get(slug=slug) for slug in ("bulk", "single"))
    for one, other in zip(bulk.checkpoints.order_by("id"), single.checkpoints.order_by("id"), strict=True):
        for name in ("version", "text", "sha256", "token_count", "tone_type", "traits", "trend", "swarm_id", "source"):
            assert getattr(one, name) == getattr(other, name), name
    assert facts("bulk") == facts("single")
    assert bulk.current.version == single.current.version == 3
    again = import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("bulk", *TEXTS, "New.")])
    assert (again.revised, again.checkpoints) == (["bulk"], 1)
    bulk.refresh_from_db()
    assert (bulk.current.version, bulk.current.author_name) == (4, "Ada")


def test_a_prompt_in_the_middle_of_a_batch_may_include_another(cast):
    records = [
        record("a", "One."),
        record("b", "Two. {{> a@latest}}"),
        record("c", "{{> c@latest}}"),
        record("d", "Four."),
    ]
    report = import_prompts(actor=cast.editor, swarm=cast.swarm, records=records)
    assert sorted(report.created) == ["a", "b", "d"]
    assert "circle" in report.problems[0].message


def test_forks_know_all_their_ancestors_and_go_on_with_the_trend(cast):
    first = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="a", text="One.")
    second = fork_prompt(actor=cast.owner, prompt_id=first.prompt_id, slug="b")
    third = fork_prompt(actor=cast.owner, prompt_id=second.prompt_id, slug="c")
    lines = PromptAncestor.objects.filter(prompt=third.prompt_id).values_list("ancestor__slug", "depth")
    assert set(lines) == {("c", 0), ("b", 1), ("a", 2)}
    assert third.trend == [third.token_count] * 3


def test_history_can_neither_be_changed_nor_settled_twice(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="a", text="One.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    row = PromptMutationLog.objects.get()
    row.verdict = "strengthened"
    assert PromptMutationLog.objects.settle([row]) == 0
    row.refresh_from_db()
    assert row.verdict != "strengthened"
    with pytest.raises(TypeError):
        PromptCheckpoint.objects.update(text="Forged.")


def test_a_batch_is_refused_when_somebody_saved_meanwhile(cast, monkeypatch):
    import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("a", "One.")])
    held = intake._stored

    def late(swarm, slugs):
        found = held(swarm, slugs)
        revise_prompt(actor=cast.owner, prompt_id=found["a"][0].pk, text="Mine.", base=1, source="web")
        return found

    monkeypatch.setattr(intake, "_stored", late)
    with pytest.raises(Stale, match="while it was imported"):
        import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("a", "One.", "Two.")])
    assert Prompt.objects.get(slug="a").current.text == "Mine."
    assert Job.objects.filter(kind="prompts.embed").count() == 1


def test_a_large_import_is_the_same_with_a_second_process(cast, monkeypatch):
    monkeypatch.setattr(measuring, "WORTHWHILE", 1)
    monkeypatch.setattr(intake, "BATCH", 6)
    records = [record(f"many{n}", *(f"{text} Number {n}." for text in TEXTS)) for n in range(7)]
    again = record("many0", *(f"{text} Number 0." for text in TEXTS), "And one more.")
    report = import_prompts(actor=cast.editor, swarm=cast.swarm, records=[*records, again, record("bad", " ")])
    assert (len(report.created), report.revised, report.checkpoints) == (7, ["many0"], 22)
    assert [problem.file for problem in report.problems] == ["x.json"]
    for checkpoint in PromptCheckpoint.objects.filter(slug__startswith="many"):
        assert (checkpoint.traits, checkpoint.tone_type) == (
            (expected := measured(checkpoint.text)).traits,
            expected.tone.label,
        )
