"""People beside the judge."""

from __future__ import annotations

import json

import pytest

from mythos.errors import Denied, Invalid, NotFound
from mythos.formats.rituals.document import CaseRecord
from mythos.providers.base import Reply
from mythos.providers.scripted import Scripted
from mythos.rituals.judging import agreement, to_annotate
from mythos.rituals.models import RitualResult
from mythos.rituals.services import annotate, create_ritual, execute_run, start_run


class Judge(Scripted):
    """Passes whatever has an even number in it."""

    name = "judge"
    is_simulated = False

    def chat(self, messages, options):
        number = int(next(word for word in messages[-1].content.split() if word.isdigit()))
        answer = json.dumps({"reason": "Counted.", "pass": number % 2 == 0})
        return Reply(answer, 1, 1, 0.0, 0.0, "judge-1")


@pytest.fixture
def judged(cast, desk, offer):
    offer("judge", Judge())
    rubric = [{"id": "kind", "type": "llm-rubric", "value": "Is it kind?"}, {"type": "max-tokens", "value": 90}]
    cases = [CaseRecord(f"c{n}", f"number {n} please", expectations=rubric) for n in range(4)]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="judged", prompt=desk.prompt, cases=cases)
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted", judge={"provider": "judge"})
    return execute_run(actor=cast.owner, run_id=started.pk)


def result(run, ref: str) -> RitualResult:
    return RitualResult.objects.get(run=run, case__ref=ref)


def test_the_queue_holds_what_this_person_has_not_judged(cast, judged) -> None:
    assert [row.result.case.ref for row in to_annotate(cast.editor, cast.swarm)] == ["c0", "c1", "c2", "c3"]
    assert to_annotate(cast.editor, cast.swarm)[0].rubric == "Is it kind?"
    annotate(actor=cast.editor, result_id=result(judged, "c3").pk, expectation="kind", verdict="met")
    assert [row.result.case.ref for row in to_annotate(cast.editor, cast.swarm)] == ["c0", "c1", "c2"]
    assert len(to_annotate(cast.reviewer, cast.swarm)) == 4
    assert to_annotate(cast.stranger, cast.swarm) == []
    again = start_run(actor=cast.owner, ritual_id=judged.ritual_id, provider="scripted", judge={"provider": "judge"})
    execute_run(actor=cast.owner, run_id=again.pk)
    assert len(to_annotate(cast.reviewer, cast.swarm)) == 4, "the same reply is asked about once"
    assert len(to_annotate(cast.editor, cast.swarm)) == 3, "and not again after it was answered"


def test_agreement_counts_the_majority_and_leaves_out_what_nobody_can_tell(cast, judged) -> None:
    said = {"c0": "met", "c1": "broken", "c2": "met", "c3": "met"}
    for ref, verdict in said.items():
        annotate(actor=cast.editor, result_id=result(judged, ref).pk, expectation="kind", verdict=verdict)
    [found] = agreement(cast.owner, cast.swarm)
    assert (found.judge, found.kappa.n, found.kappa.agreed) == ("judge rule-follower-1", 4, 3)
    assert found.kappa.value == pytest.approx(0.5)
    annotate(actor=cast.reviewer, result_id=result(judged, "c3").pk, expectation="kind", verdict="broken")
    [found] = agreement(cast.owner, cast.swarm)
    assert (found.kappa.n, found.unsure) == (3, 1), "two people disagree about c3"
    annotate(actor=cast.editor, result_id=result(judged, "c3").pk, expectation="kind", verdict="unsure")
    [found] = agreement(cast.owner, cast.swarm)
    assert (found.kappa.n, found.kappa.value) == (4, 1.0), "the newer word holds"
    assert agreement(cast.stranger, cast.swarm) == []


def test_what_is_no_annotation_is_refused(cast, judged) -> None:
    one = result(judged, "c0").pk
    with pytest.raises(Invalid):
        annotate(actor=cast.editor, result_id=one, expectation="kind", verdict="perhaps")
    with pytest.raises(Invalid):
        annotate(actor=cast.editor, result_id=one, expectation="e2", verdict="met")
    with pytest.raises(Denied):
        annotate(actor=cast.viewer, result_id=one, expectation="kind", verdict="met")
    with pytest.raises(NotFound):
        annotate(actor=cast.stranger, result_id=one, expectation="kind", verdict="met")
