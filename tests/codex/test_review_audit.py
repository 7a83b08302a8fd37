"""Measuring an edit and deciding about it."""

from __future__ import annotations

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.codex.models import CodexClause
from mythos.codex.services import create_clause, create_codex, review_audit, revise_clause, run_audit
from mythos.errors import Denied, Invalid, NotConfigured, NotFound, Stale
from mythos.prompts.services import create_prompt
from mythos.text import compare as comparator
from mythos.work.models import Job
from mythos.work.services import run_due


@pytest.fixture
def clause(cast):
    codex = create_codex(actor=cast.editor, swarm=cast.swarm, slug="desk")
    return create_clause(
        actor=cast.editor, codex=codex, ref="refunds", title="Refunds", text="You must never promise a refund.",
        authority="root",
    )  # fmt: skip


def edit(cast, clause, text, **more):
    return revise_clause(actor=cast.editor, clause_id=clause.pk, text=text, base=clause.version, **more)


def decide(actor, audit, decision, reason="because"):
    return review_audit(actor=actor, audit_id=audit.pk, decision=decision, reason=reason)


def test_a_worse_rule_is_flagged_with_reasons_and_touches_prompts_by_tag_and_by_text(cast, clause):
    create_prompt(actor=cast.editor, swarm=cast.swarm, slug="tagged", text="Answer.", tags=["refunds"])
    create_prompt(actor=cast.editor, swarm=cast.swarm, slug="says-it", text="You must never promise a refund.")
    create_prompt(actor=cast.editor, swarm=cast.swarm, slug="other", text="Translate the text into French.")
    audit = edit(cast, clause, "You may promise a refund.")
    assert run_due() == 1
    audit.refresh_from_db()
    assert (audit.status, audit.regression_flag) == ("done", True)
    assert audit.findings[0]["reason"]
    assert audit.similarity is not None
    found = {row["slug"]: row["found_by"] for row in audit.prompt_delta["prompts"]}
    assert found == {"tagged": "tag", "says-it": "text"}
    assert run_audit(actor=SYSTEM, audit_id=audit.pk).findings == audit.findings


def test_a_flagged_edit_needs_an_override_with_a_reason(cast, clause):
    audit = edit(cast, clause, "You may promise a refund.")
    with pytest.raises(Invalid, match="not been measured"):
        decide(cast.reviewer, audit, "accept")
    run_due()
    with pytest.raises(Invalid):
        decide(cast.reviewer, audit, "accept")
    with pytest.raises(Invalid):
        decide(cast.reviewer, audit, "override", " ")
    decide(cast.reviewer, audit, "override")
    assert CodexClause.objects.get(pk=clause.pk).accepted_version == 2
    with pytest.raises(Stale, match="already decided"):
        decide(cast.owner, audit, "send_back")


def test_a_harmless_edit_is_accepted(cast, clause):
    audit = edit(cast, clause, "You must never  promise a refund")
    run_due()
    decide(cast.reviewer, audit, "accept")
    assert CodexClause.objects.get(pk=clause.pk).accepted_version == 2


def test_sending_back_leaves_the_old_version_in_force(cast, clause):
    audit = edit(cast, clause, "You may promise a refund.")
    decide(cast.reviewer, audit, "send_back")
    assert CodexClause.objects.get(pk=clause.pk).accepted_version == 1


def test_editors_may_not_decide_and_strangers_find_nothing(cast, clause):
    audit = edit(cast, clause, "You may promise a refund.")
    with pytest.raises(Denied):
        decide(cast.editor, audit, "send_back")
    with pytest.raises(NotFound):
        decide(cast.stranger, audit, "send_back")


def test_a_lower_authority_blocks(cast, clause):
    audit = edit(cast, clause, clause.text, authority="guideline")
    run_due()
    audit.refresh_from_db()
    assert (audit.regression_flag, audit.findings[0]["title"]) == (True, "Authority lowered")


def test_without_the_model_nothing_is_invented(cast, clause, monkeypatch):
    def missing(*arguments, **more):
        raise NotConfigured("no model")

    for module in ("mythos.text.compare", "mythos.codex.touching", "mythos.text.align"):
        monkeypatch.setattr(f"{module}.embed", missing, raising=False)
    audit = edit(cast, clause, "You should never promise any refund at all.")
    run_due()
    audit.refresh_from_db()
    assert (audit.status, audit.similarity) == ("done", None)
    assert audit.prompt_delta["measured"] is False or audit.prompt_delta["prompts"] == []
    assert comparator.compare("a b c.", "a b d.", measure_similarity=False).similarity is None


def test_a_late_edit_meets_stale_and_an_unchanged_one_writes_nothing(cast, clause):
    assert edit(cast, clause, clause.text).version == 1
    assert not Job.objects.exists()
    edit(cast, clause, "Second.")
    with pytest.raises(Stale):
        edit(cast, clause, "Also second.")


def test_a_newer_edit_closes_the_one_that_waits(cast, clause):
    first = edit(cast, clause, "Second text.")
    clause.refresh_from_db()
    edit(cast, clause, "Third text.")
    first.refresh_from_db()
    assert (first.review, "Superseded" in first.review_reason) == ("sent_back", True)
