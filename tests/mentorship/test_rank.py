from __future__ import annotations

import random

import pytest

from mythos.drafts.services import recompose_assistant
from mythos.errors import Invalid
from mythos.mentorship.history import trust_graph, trust_history
from mythos.mentorship.models import MentorStanding, SkillRecord
from mythos.mentorship.queries import get_pupil
from mythos.mentorship.ranking import rank_mentors
from mythos.mentorship.services import gather_evidence, measuring, try_assistants
from mythos.mentorship.teaching import Record, Weighted, fit, lead, lesson, overlap
from mythos.rituals.services import start_run
from tests.mentorship.conftest import TOPICS, offer_guard


def record(values, ritual=1, setting="s", run=1, *, weight=1.0, binary=True):
    scores = {f"c{number}": (value, weight) for number, value in enumerate(values)}
    return Record(ritual, setting, run, binary, False, scores)


def test_a_lesson_counts_only_the_rituals_that_are_surely_won():
    mentee = [record([0.0] * 20), record([1.0] * 20, ritual=2), record([1, 0] * 10, ritual=3)]
    mentor = [record([1.0] * 20), record([0.0] * 20, ritual=2), record([0, 1] * 10, ritual=3)]
    found = lesson(mentee, mentor)
    assert (found.cases, found.teach) == (60, pytest.approx(20 * 1.0 / 60))
    assert [part.beats for part in found.parts] == [True, False, False]
    assert [part.loses for part in found.parts] == [False, True, False]
    assert found.parts[2].needed > 0


def test_only_the_same_cases_under_the_same_setting_are_held_against_each_other():
    assert lesson([record([0.0] * 9)], [record([1.0] * 9, setting="other")]).cases == 0
    short = record([1.0] * 4)
    assert lesson([record([0.0] * 9)], [short]).cases == 4
    newer = [record([1.0] * 9, setting="t", run=5), record([0.0] * 9, run=3)]
    own = [record([0.0] * 9, setting="t", run=6), record([0.0] * 9, run=4)]
    assert lesson(own, newer).parts[0].setting == "t"


def test_scores_that_are_no_passes_have_a_bootstrap_interval():
    draw = random.Random(4)  # noqa: S311
    low = [draw.uniform(0.1, 0.4) for _ in range(30)]
    found = lesson([record(low, binary=False)], [record([v + 0.3 for v in low[::-1]], binary=False)])
    part = found.parts[0]
    assert part.low < part.difference < part.high
    assert part.difference == pytest.approx(0.3)
    assert lesson([record([0.2], binary=False)], [record([0.9], binary=False)]).teach == 0.0


def test_fit_is_what_can_be_taught_times_what_fits_times_what_came_of_it_before():
    assert fit(0.4, 1.0, 0.0) == pytest.approx(0.4)
    assert fit(0.4, 0.0, 0.0) == pytest.approx(0.2)
    assert fit(0.4, 0.5, 0.2) == pytest.approx(0.4 * 0.75 * 1.2)
    assert (overlap(set(), set()), overlap({1, 2}, {2, 3}), overlap({1}, set())) == (1.0, pytest.approx(1 / 3), 0.0)


def test_the_first_is_told_from_the_second_only_where_the_cases_say_so():
    mentee = [record([0.0] * 40)]
    good, better = record([1, 0] * 20), record([1, 1, 1, 0] * 10)
    beaten = frozenset({(1, "s")})

    def ask(one, other):
        return lead(mentee, Weighted([one], beaten), Weighted([other], beaten))

    assert ask(better, good).verdict == "told"
    assert ask(good, good).verdict == "open"
    close = record([1, 1, 0, 0] * 9 + [1, 1, 1, 0])
    answer = ask(close, good)
    assert (answer.verdict, answer.needed > 0) == ("open", True)
    assert lead(mentee, Weighted([good], frozenset()), Weighted([good], beaten)).verdict == "none"


@pytest.mark.both_databases
def test_mentors_are_ranked_by_what_they_can_teach_with_every_part_shown(cast, make, athena, hermes, try_all, do):
    ares = make("Ares", TOPICS[:5])
    for mentor in (athena, ares):
        do(offer_guard, cast=cast, assistant=mentor)
    try_all(athena, hermes, ares)
    ranking = rank_mentors(cast.viewer, hermes)
    assert [row.mentor.name for row in ranking.mentors] == ["Athena", "Ares"]
    first = ranking.mentors[0]
    assert (first.teach, first.overlap, first.score, first.cases) == (pytest.approx(0.8), 1.0, 0.0, 10)
    (part,) = first.beaten
    assert part.ritual.slug == "refusals"
    assert part.part.low > 0
    assert ranking.lead.verdict == "told"
    assert ranking.best is first


def test_not_enough_evidence_is_said_with_the_missing_condition(cast, make, athena, hermes, try_all, do):
    do(offer_guard, cast=cast, assistant=athena)
    ranking = rank_mentors(cast.viewer, hermes)
    assert ranking.best is None
    assert ranking.missing == "The text Hermes speaks from has not been tried in any ritual."
    try_all(hermes)
    assert rank_mentors(cast.viewer, hermes).mentors[0].missing.startswith("They have not taken a case")
    twin = make("Twin", TOPICS)
    do(offer_guard, cast=cast, assistant=twin)
    try_all(athena, twin)
    ranking = rank_mentors(cast.viewer, hermes)
    assert (ranking.best, ranking.lead.verdict) == (None, "open")
    assert "cannot be told apart" in ranking.missing
    about_equal = rank_mentors(cast.viewer, twin)
    assert about_equal.best is None
    assert about_equal.missing == "No mentor surely does better in a ritual both have taken."


def test_results_count_only_for_the_text_one_speaks_from(cast, athena, hermes, try_all, do):
    do(offer_guard, cast=cast, assistant=athena)
    try_all(athena, hermes)
    assert rank_mentors(cast.viewer, hermes).best is not None
    hermes.refresh_from_db()
    rows = hermes.prompt_cluster[:1]
    do(recompose_assistant, actor=cast.owner, assistant=hermes, rows=rows, base=1, origin="pin")
    assert rank_mentors(cast.viewer, hermes).best is None
    assert not MentorStanding.objects.exists()
    do(
        recompose_assistant,
        actor=cast.owner,
        assistant=hermes,
        rows=get_rows(hermes, 1),
        base=2,
        origin="pin",
    )
    assert rank_mentors(cast.viewer, hermes).best is not None


def get_rows(assistant, number):
    return list(assistant.versions.get(number=number).pins.values("section", "prompt", "checkpoint"))


def test_a_run_on_the_same_text_counts_whoever_started_it(cast, athena, refusals, do):
    text = athena.versions.get().text
    do(start_run, actor=cast.editor, ritual_id=refusals.pk, text=text, provider="scripted")
    assert SkillRecord.objects.get().assistant == athena


def test_too_many_runs_at_once_are_refused(cast, athena, refusals):
    with pytest.raises(Invalid) as caught:
        try_assistants(actor=cast.editor, assistants=[athena] * 41, rituals=[refusals.pk], provider="scripted")
    assert "rituals" in caught.value.fields


def test_evidence_is_gathered_on_as_many_mentors_as_fit(cast, make, athena, hermes, refusals, do, monkeypatch):
    ares = make("Ares", TOPICS[:5])
    for mentor in (athena, ares):
        do(offer_guard, cast=cast, assistant=mentor)
    monkeypatch.setattr(measuring, "MOST_RUNS", 2)
    given = {"actor": cast.editor, "mentee": hermes, "rituals": [refusals.pk], "provider": "scripted"}
    tried = [{run.text for run in do(gather_evidence, **given)} for _ in range(2)]
    texts = {row.name: row.versions.get().text for row in (athena, ares, hermes)}
    assert tried == [{texts["Hermes"], texts["Athena"]}, {texts["Hermes"], texts["Ares"]}]


def test_a_stranger_sees_no_mentor_and_no_graph(cast, offered, hermes):
    assert rank_mentors(cast.stranger, hermes).mentors == ()
    assert trust_graph(cast.stranger, hermes) == []
    assert trust_history(cast.stranger, hermes) == []
    assert get_pupil(cast.viewer, hermes.pk) == hermes
