"""The real rule book in its four editions."""

from __future__ import annotations

import pytest
from django.apps import apps

from mythos.accounts.actors import SYSTEM
from mythos.codex.models import CodexClause, CodexClauseAudit, CodexEdition
from mythos.codex.planning import plan_import
from mythos.codex.services import import_codex, imports
from mythos.errors import Denied, Invalid, Stale
from mythos.formats.codex_markdown import read_codex

REFUNDS = "# Rules {#rules}\n\n## Refunds {#refunds authority=root}\n\nNever promise a refund.\n\n"
FIRST = REFUNDS + "## Tone {#tone}\n\nBe kind.\n"


def load(cast, text, **more):
    document = read_codex(text, name="rules-2026-01-02.md")
    return import_codex(actor=cast.editor, swarm=cast.swarm, codex_slug="desk", document=document, **more)


def rows():
    return {m.__name__: m.objects.count() for m in apps.get_models() if m.__module__.startswith("mythos.")}


def test_each_changed_clause_of_the_real_editions_gets_one_audit_and_no_other(cast, shared_data):
    before, texts = {}, {}
    for path in sorted((shared_data / "model-spec").glob("model_spec_*.md")):
        document = read_codex(path.read_text(), name=path.name)
        after = {c.ref: (c.text, c.authority) for c in document.clauses}
        changed = {ref for ref in after if ref in before and after[ref] != before[ref]}
        gone = set(before) - set(after) if before else set()
        report = import_codex(actor=SYSTEM, swarm=cast.swarm, codex_slug="spec", document=document)
        assert {audit.clause.ref for audit in report.audits} == changed | gone
        assert len(report.audits) == len(changed) + len(gone)
        for ref in set(after) - set(before) | changed:
            texts.setdefault(ref, []).append(after[ref][0])
        before = after
        counts = rows()
        import_codex(actor=SYSTEM, swarm=cast.swarm, codex_slug="spec", document=document)
        assert rows() == counts
    assert CodexEdition.objects.count() == 4
    for ref, versions in texts.items():
        history = CodexClauseAudit.objects.filter(clause__ref=ref).exclude(change="retire").order_by("version")
        assert [audit.new_version for audit in history] == versions


def test_new_clauses_are_in_force_and_changed_ones_wait(cast):
    load(cast, FIRST)
    load(cast, FIRST.replace("Never promise", "Avoid promising"))
    clause = CodexClause.objects.get(ref="refunds")
    assert (clause.version, clause.accepted_version) == (2, 1)
    assert CodexEdition.objects.first().label == "2026-01-02"


def test_a_lower_authority_is_a_change_but_a_title_is_not(cast):
    load(cast, FIRST)
    report = load(cast, FIRST.replace("authority=root", "authority=guideline").replace("## Tone", "## Tone of voice"))
    assert [audit.clause.ref for audit in report.audits] == ["refunds"]
    assert CodexClause.objects.get(ref="tone").title == "Tone of voice"


def test_a_missing_clause_is_retired_and_one_that_returns_is_revived(cast):
    load(cast, FIRST)
    load(cast, FIRST.split("## Tone")[0])
    assert CodexClause.objects.get(ref="tone").status == "retired"
    report = load(cast, FIRST)
    assert [audit.change for audit in report.audits] == ["revive"]
    assert CodexClause.objects.get(ref="tone").status == "active"


def test_a_failure_half_way_leaves_nothing(cast, monkeypatch):
    before = rows()

    def fail(*arguments):
        raise RuntimeError("disk full")

    monkeypatch.setattr(imports, "write_first_audit", fail)
    with pytest.raises(RuntimeError):
        load(cast, FIRST)
    assert rows() == before


def test_a_plan_that_no_longer_holds_is_refused(cast):
    document = read_codex(FIRST, name="r.md")
    plan = plan_import(actor=cast.editor, swarm=cast.swarm, codex_slug="desk", document=document)
    load(cast, FIRST.replace("Be kind", "Be brief"))
    with pytest.raises(Stale):
        load(cast, FIRST, expected_plan=plan.digest)


def test_a_viewer_may_not_import(cast):
    with pytest.raises(Denied):
        import_codex(actor=cast.viewer, swarm=cast.swarm, codex_slug="desk", document=read_codex(FIRST, name="r.md"))


@pytest.mark.parametrize(
    ("text", "line"),
    [("# A {#a}\n\n## B {#a}\n", 3), ("# A {#a}\n\n## B {#}\n", 3), ("# A {#a}\n\n~~~\nx", 3), ("plain", 1)],
)
def test_problems_of_a_document_carry_file_and_line(text, line):
    with pytest.raises(Invalid) as caught:
        read_codex(text, name="r.md")
    assert [(p["file"], p["line"]) for p in caught.value.data["problems"]] == [("r.md", line)]


@pytest.mark.parametrize("braces", ["{#a severity=huge tags=}", "{#a b}"])
def test_braces_that_cannot_be_read_are_told_as_such(braces):
    with pytest.raises(Invalid, match="The braces of “A .*” cannot be read: they hold an id"):
        read_codex(f"## A {braces}\n\nBe kind.\n", name="x.md")


def test_examples_and_notes_are_kept_apart_from_the_rule():
    text = (
        "## A {#a}\n\nRule one.\n\n**Example**: greeting\n\n~~~xml\n# no heading {#b}\n~~~\n\nRule two.\n\n"
        '!!! meta "Commentary"\n    A note.\n\n### Sub {#sub}\n\nOwn text.\n'
    )
    first, second = read_codex(text, name="r.md").clauses
    assert first.text == "Rule one.\n\nRule two."
    assert len(first.examples) == len(first.notes) == 1
    assert (second.ref, second.text, second.parent_ref) == ("sub", "Own text.", "a")
