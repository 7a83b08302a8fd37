"""Flags stand at the words that caused them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from mythos.codex.services import create_clause, create_codex, review_audit, revise_clause, set_thresholds
from mythos.errors import Denied, Invalid
from mythos.text.diff import word_diff
from mythos.web.diff_view import render_side
from mythos.work.services import run_due

OLD = "Be kind.[^a1] You must answer[^b2] within 24 hours. <b>Stay</b> calm."
NEW = "Be kind.[^zz9] You may answer[^b2] within 24 hours. <b>Stay</b> calm."


@pytest.fixture
def audit(cast):
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk")
    clause = create_clause(actor=cast.owner, codex=codex, ref="answers", title="Answers", text=OLD)
    made = revise_clause(actor=cast.editor, clause_id=clause.pk, text=NEW, base=1)
    run_due()
    made.refresh_from_db()
    return made


def test_spans_of_an_audit_are_offsets_in_the_rule_with_its_footnotes(audit):
    finding = next(row for row in audit.findings if row["severity"] != "note")
    assert OLD[slice(*finding["old_span"])].split()[0] in {"must", "You"}
    assert "must" in OLD[slice(*finding["old_span"])]
    assert "may" in NEW[slice(*finding["new_span"])]


def test_the_page_marks_the_words_and_numbers_the_flag(as_, audit):
    body = as_("viewer").get(reverse("regression.page", args=[str(audit.clause_id)])).content.decode()
    marked = re.findall(r'<span class="flagged">(.*?)</span><a class="flag-number" href="#flag-(\d)"', body)
    assert any("must" in words for words, _ in marked)
    assert any("may" in words for words, _ in marked)
    assert 'id="flag-1"' in body
    assert "<b>Stay</b>" not in body


def test_marks_never_lose_or_unescape_a_character():
    old, new = "a < b & <i>c</i>", "a > b & <i>d</i>"
    findings = [{"severity": "block", "old_span": [2, 9], "new_span": [0, 5]}]
    for side, text in (("old", old), ("new", new)):
        html = render_side(word_diff(old, new), side, findings)
        assert "<i>" not in html
        assert unescape(re.sub(r'<a class="flag-number".*?</a>|</?(?:ins|del|span)[^>]*>', "", html)) == text


def test_both_sides_fold_what_no_flag_touches():
    long = "Nothing of this changes. " * 60
    spans = word_diff(f"Old. {long}End.", f"New. {long}End.")
    findings = [{"severity": "block", "old_span": [0, 4], "new_span": [0, 6]}]
    for side in ("old", "new"):
        assert "unchanged characters" in render_side(spans, side, findings)


def test_a_codex_may_set_where_its_verdicts_begin(cast, audit):
    codex = audit.clause.codex
    assert audit.verdict == "regression"
    set_thresholds(actor=cast.reviewer, codex=codex, thresholds={"regression": 0.999, "uncertain": 0.99})
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="send_back", reason="No")
    again = revise_clause(actor=cast.editor, clause_id=audit.clause_id, text=OLD, base=2)
    third = revise_clause(actor=cast.editor, clause_id=audit.clause_id, text=NEW, base=3)
    run_due()
    third.refresh_from_db()
    assert again.version == 3
    assert third.verdict != "regression"


@pytest.mark.parametrize("values", [{"regression": 2}, {"nothing": 0.5}, {"uncertain": 0.9, "regression": 0.5}])
def test_thresholds_that_make_no_sense_are_refused(cast, audit, values):
    with pytest.raises(Invalid):
        set_thresholds(actor=cast.owner, codex=audit.clause.codex, thresholds=values)


def test_editors_do_not_set_thresholds(cast, audit):
    with pytest.raises(Denied):
        set_thresholds(actor=cast.editor, codex=audit.clause.codex, thresholds={})
