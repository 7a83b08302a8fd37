from __future__ import annotations

import pytest

from mythos.codex.models import CodexContract
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.codex.serving import serve_assistant
from mythos.drafts.models import AssistantVersion
from mythos.drafts.queries import get_version, pins_of
from mythos.drafts.services import move_pin, recompose_assistant
from mythos.errors import ClauseBroken, Denied, Invalid, NotFound, Stale
from mythos.mentorship.models import PromptMentorshipLog
from mythos.mentorship.previewing import preview_adoption
from mythos.mentorship.queries import get_log, updates_for
from mythos.mentorship.services import (
    adopt_prompts,
    adopting,
    give_feedback,
    measure_adoption,
    offer_mentorship,
    undo_adoption,
    withdraw_mentorship,
)
from mythos.prompts.models import Prompt, PromptMutationLog
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.services import cancel_run
from tests.mentorship.conftest import TOPICS, guard_of, offer_guard


def text_of(cast, assistant):
    assistant.refresh_from_db()
    return serve_assistant(cast.viewer, assistant).compiled.text


@pytest.fixture
def preview(cast, offered, hermes):
    return preview_adoption(cast.reviewer, hermes, offered.assistant_id, "Guardrails")


@pytest.fixture
def adopt(cast, offered, hermes, do):
    def act(mentee=None, **given):
        mentee = mentee or hermes
        base = get_version(cast.owner, mentee).number
        known = {"actor": cast.reviewer, "mentor_id": offered.assistant_id, "set_name": "Guardrails", "base": base}
        return do(adopt_prompts, mentee=mentee, **known | given)

    return act


def test_the_preview_shows_what_would_be_and_writes_nothing(cast, preview, hermes):
    (handover,) = preview.handovers
    assert (handover.source.slug, handover.slug, handover.section) == ("athena/guard", "hermes/guard-2", "guardrails")
    assert preview.base.number == 1
    assert preview.tokens_added > 0
    assert preview.refusals == ()
    added = "".join(span.new for span in preview.diff if span.op != "same")
    assert "astrology" in added
    assert AssistantVersion.objects.filter(assistant=hermes).count() == 1
    assert not PromptMentorshipLog.objects.exists()
    assert Prompt.objects.filter(parent__isnull=False).count() == 0


@pytest.mark.both_databases
def test_adopting_forks_with_lineage_and_is_one_new_version(cast, adopt, hermes, athena):
    log = adopt(notes="For the help desk.")
    fork = log.forks.get()
    assert [prompt.slug for prompt in log.prompt_set.all()] == ["athena/guard"]
    assert log.mutation_notes == "For the help desk.\nathena/guard v1 forked as hermes/guard-2."
    assert (fork.prompt.parent_id, fork.prompt.assistant_id) == (guard_of(athena), hermes.pk)
    mutation = PromptMutationLog.objects.get(prompt=fork.prompt)
    assert (mutation.source, fork.checkpoint.source) == ("mentor", "mentor")
    version = get_version(cast.viewer, hermes)
    assert (version.number, version.origin, version.reason) == (2, "mentor", "Guardrails from Athena")
    assert fork.prompt_id in {pin.prompt_id for pin in pins_of(version)}
    assert "astrology" in text_of(cast, hermes)
    assert (log.before.number, log.after.number, log.state, log.trust_delta) == (1, 2, "adopted", 0.0)


def test_the_contract_comes_with_the_fork_and_is_checked_on_it(cast, athena, adopt):
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="rules", title="Rules")
    create_clause(actor=cast.owner, codex=codex, ref="R1", title="Medical", text="Refuse requests for medical.")
    sign_contract(actor=cast.owner, prompt_id=guard_of(athena), base=0, clauses=[{"ref": "R1"}])
    fork = adopt().forks.get().prompt
    contract = CodexContract.objects.get(prompt=fork)
    assert (contract.status, contract.state, contract.version) == ("in_force", "kept", 1)
    assert [term["ref"] for term in contract.codex_clauses] == ["R1"]
    assert contract.reason == "Taken over from Athena: contract v1 of athena/guard"


def test_a_prompt_may_take_the_place_of_one_of_the_mentee(cast, adopt, hermes, athena):
    own = guard_of(hermes)
    log = adopt(in_place_of={guard_of(athena): own})
    assert own not in {pin.prompt_id for pin in pins_of(log.after)}
    assert "in place of hermes/guard" in log.mutation_notes
    undo_adoption(actor=cast.reviewer, log_id=log.pk)
    assert text_of(cast, hermes) == log.before.text


@pytest.mark.both_databases
def test_one_act_undoes_an_adoption_and_nothing_of_it_remains(cast, adopt, hermes):
    before = text_of(cast, hermes)
    log = adopt()
    assert text_of(cast, hermes) != before
    version = undo_adoption(actor=cast.reviewer, log_id=log.pk, reason="It refuses too much.")
    assert (version.number, version.restored, version.text) == (3, 1, before)
    assert text_of(cast, hermes) == before
    log = get_log(cast.viewer, log.pk)
    assert (log.undone_by_name, log.undo_reason) == ("Rhea", "It refuses too much.")
    with pytest.raises(Stale, match="already"):
        undo_adoption(actor=cast.reviewer, log_id=log.pk)


def test_undoing_later_keeps_what_was_deployed_since(cast, adopt, hermes):
    log = adopt()
    persona = hermes.prompt_cluster[0]["prompt"]
    newer = revise_prompt(actor=cast.owner, prompt_id=persona, text="You are Hermes the swift.", base=1, source="web")
    move_pin(actor=cast.reviewer, assistant=hermes, prompt_id=persona, checkpoint_id=newer.pk, base=2)
    version = undo_adoption(actor=cast.reviewer, log_id=log.pk)
    assert "swift" in version.text
    assert "astrology" not in version.text
    assert log.forks.get().prompt_id not in {pin.prompt_id for pin in pins_of(version)}


@pytest.mark.both_databases
def test_the_same_rituals_before_and_after_give_the_trust_delta(cast, adopt, do, refusals):
    log = adopt()
    do(measure_adoption, actor=cast.reviewer, log_id=log.pk, rituals=[refusals.pk], provider="scripted")
    log.refresh_from_db()
    assert (log.state, log.cases, log.is_simulated) == ("measured", 10, True)
    assert log.gain == pytest.approx(0.8)
    assert 0 < log.gain_low < log.gain <= log.gain_high + 0.3
    assert log.trust_delta == pytest.approx(0.8)
    assert sorted(log.trials.values_list("side", "version__number")) == [("after", 2), ("before", 1)]
    log.mentor.mentor_tag.refresh_from_db()
    assert log.mentor.mentor_tag.mentor_score == pytest.approx(0.8 / 4, abs=1e-3)


def test_an_adoption_that_hurts_is_measured_as_negative_and_undone(cast, adopt, do, refusals, make):
    full = make("Hera", TOPICS)
    bad = make("Zeus", TOPICS[:1], extra="")
    worse = offer_guard(cast, bad)
    swap = {guard_of(bad): guard_of(full)}
    log = adopt(mentee=full, mentor_id=worse.assistant_id, in_place_of=swap)
    do(measure_adoption, actor=cast.reviewer, log_id=log.pk, rituals=[refusals.pk], provider="scripted")
    log.refresh_from_db()
    assert log.trust_delta == pytest.approx(-0.9)
    assert log.gain_high < 0
    undo_adoption(actor=cast.reviewer, log_id=log.pk)
    assert text_of(cast, full) == log.before.text
    bad.mentor_tag.refresh_from_db()
    assert bad.mentor_tag.mentor_score == pytest.approx(-0.9 / 4, abs=1e-3)


def test_people_add_a_bounded_share_and_have_one_voice_each(cast, adopt, do, refusals):
    log = adopt()
    do(measure_adoption, actor=cast.reviewer, log_id=log.pk, rituals=[refusals.pk], provider="scripted")
    give_feedback(actor=cast.reviewer, log_id=log.pk, value=-1)
    found = give_feedback(actor=cast.reviewer, log_id=log.pk, value=-2, note="Too strict")
    assert (found.feedback, found.trust_delta) == (pytest.approx(-0.1 / 3), pytest.approx(0.8 - 0.1 / 3))
    assert found.voices.count() == 1
    with pytest.raises(Invalid) as caught:
        give_feedback(actor=cast.reviewer, log_id=log.pk, value=3)
    assert "value" in caught.value.fields
    with pytest.raises(Denied):
        give_feedback(actor=cast.viewer, log_id=log.pk, value=1)


def test_a_cancelled_run_lets_the_measurement_begin_again(cast, adopt, refusals, do):
    log = adopt()
    given = {"actor": cast.reviewer, "log_id": log.pk, "rituals": [refusals.pk], "provider": "scripted"}
    measure_adoption(**given)
    with pytest.raises(Stale):
        measure_adoption(**given)
    cancel_run(actor=cast.reviewer, run_id=log.trials.first().run_id)
    do(measure_adoption, **given)
    log.refresh_from_db()
    assert log.state == "measured"


def test_a_mentors_improvement_is_offered_as_an_update(cast, adopt, hermes, athena, do):
    log = adopt()
    assert updates_for(cast.viewer, hermes) == []
    guard = guard_of(athena)
    text = "\n".join(f"Refuse requests for {topic}." for topic in [*TOPICS, "horoscope"])
    newer = revise_prompt(actor=cast.owner, prompt_id=guard, text=text, base=1, source="web")
    move_pin(actor=cast.reviewer, assistant=athena, prompt_id=guard, checkpoint_id=newer.pk, base=1)
    (update,) = updates_for(cast.viewer, hermes)
    assert (update.fork.prompt.slug, update.newest, update.is_frozen) == ("hermes/guard-2", 2, False)
    second = adopt()
    fork = second.forks.get()
    assert (fork.is_update, fork.prompt_id) == (True, log.forks.get().prompt_id)
    assert "horoscope" in text_of(cast, hermes)
    assert updates_for(cast.viewer, hermes) == []
    undo_adoption(actor=cast.reviewer, log_id=second.pk)
    assert text_of(cast, hermes) == log.after.text


def test_a_withdrawn_mentor_leaves_what_was_adopted_frozen(cast, adopt, hermes, athena):
    adopt()
    withdraw_mentorship(actor=cast.editor, assistant=athena)
    (update,) = updates_for(cast.viewer, hermes)
    assert update.is_frozen
    assert "astrology" in text_of(cast, hermes)
    with pytest.raises(Invalid, match="no mentorship"):
        preview_adoption(cast.reviewer, hermes, athena.pk, "Guardrails")


def test_what_is_here_already_is_not_taken_twice(cast, adopt, hermes):
    adopt()
    with pytest.raises(ClauseBroken, match="nothing in it"):
        adopt()


def test_a_clash_is_said_before_and_refused_at_the_gate(cast, make, athena, hermes):
    hermes.refresh_from_db()
    text = "You may promise a refund when a customer asks for one."
    prompt = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="odd/refunds", text=text).prompt
    for assistant, extra in ((athena, prompt), (hermes, None)):
        rows = list(assistant.prompt_cluster)
        if extra is None:
            extra = create_prompt(
                actor=cast.owner,
                swarm=cast.swarm,
                slug="hermes/refunds",
                text="Never promise a refund to a customer.",
            ).prompt
        rows.append({"section": "duties", "prompt": extra.pk, "checkpoint": extra.current_id})
        recompose_assistant(actor=cast.owner, assistant=assistant, rows=rows, base=1, origin="pin")
    offer_mentorship(actor=cast.editor, assistant=athena, sets=[{"name": "Refunds", "prompts": [prompt.pk]}])
    found = preview_adoption(cast.reviewer, hermes, athena.pk, "Refunds")
    assert len(found.clashes) == 1
    assert "disagree" in found.clashes[0]
    for sentence in (text, "Never promise a refund to a customer."):
        assert f"“{sentence}”" in found.clashes[0]
    assert "hermes/refunds@v1" in found.compared
    assert "odd/refunds@v1" not in found.compared
    forks = Prompt.objects.count()
    with pytest.raises(ClauseBroken, match="disagree"):
        adopt_prompts(actor=cast.reviewer, mentee=hermes, mentor_id=athena.pk, set_name="Refunds", base=2)
    assert (Prompt.objects.count(), PromptMentorshipLog.objects.count()) == (forks, 0)


def test_a_world_that_moved_since_the_preview_is_said(cast, offered, hermes, preview):
    given = {"actor": cast.reviewer, "mentee": hermes, "mentor_id": offered.assistant_id, "set_name": "Guardrails"}
    with pytest.raises(Stale):
        adopt_prompts(**given, base=0)
    with pytest.raises(Stale):
        adopt_prompts(**given, base=1, expected="0" * 32)
    assert adopt_prompts(**given, base=1, expected=preview.digest).after.number == 2


@pytest.mark.both_databases
def test_a_refused_adoption_leaves_nothing_behind(cast, offered, hermes, monkeypatch):
    def refuse(**given):
        raise ClauseBroken("No.")

    monkeypatch.setattr(adopting, "recompose_assistant", refuse)
    prompts = Prompt.objects.count()
    with pytest.raises(ClauseBroken):
        adopt_prompts(actor=cast.reviewer, mentee=hermes, mentor_id=offered.assistant_id, set_name="Guardrails", base=1)
    assert (Prompt.objects.count(), PromptMentorshipLog.objects.count()) == (prompts, 0)


def test_one_cannot_teach_oneself_and_strangers_see_nothing(cast, offered, hermes, adopt):
    with pytest.raises(Invalid, match="own mentor"):
        preview_adoption(cast.reviewer, offered.assistant, offered.assistant_id, "Guardrails")
    with pytest.raises(NotFound):
        preview_adoption(cast.stranger, hermes, offered.assistant_id, "Guardrails")
    with pytest.raises(Denied):
        adopt(actor=cast.editor)  # may learn, but not deploy
    log = adopt()
    with pytest.raises(NotFound):
        undo_adoption(actor=cast.stranger, log_id=log.pk)
    with pytest.raises(NotFound):
        get_log(cast.stranger, log.pk)
