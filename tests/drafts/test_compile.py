from __future__ import annotations

import pytest

from mythos.assistants.compiling import Block, compile_blocks
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.drafts.measures import COVERED, PAIRS
from mythos.drafts.models import ConflictResult
from mythos.drafts.queries import compiled_draft
from mythos.drafts.services import save_draft
from mythos.prompts.services import create_prompt, revise_prompt, trash_prompt
from mythos.text.tokens import count_between, count_tokens
from tests.drafts.conftest import row


@pytest.fixture
def add(cast, draft):
    """Put more blocks into the draft."""

    def added(section, *prompts, **fields):
        draft.refresh_from_db()
        rows = [*draft.prompt_cluster, *(row(section, prompt) for prompt in prompts)]
        return save_draft(actor=cast.editor, draft_id=draft.pk, base=draft.version, prompt_cluster=rows, **fields)

    return added


@pytest.fixture
def codex(cast):
    book = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk rules")
    for ref, text in (
        ("refunds", "Never promise a refund to a customer."),
        ("privacy", "Never reveal the address of a customer to anybody else."),
    ):
        create_clause(actor=cast.owner, codex=book, ref=ref, title=ref.title(), text=text)
    return book


def test_the_text_is_that_of_the_one_compiler(cast, draft, library):
    found = compiled_draft(cast.editor, draft)
    blocks = [
        Block("identity", 0, library["persona"].current.text),
        Block("duties", 1, library["answer"].current.text),
        Block("guardrails", 2, library["guard"].current.text),
    ]
    assert found.compiled.text == compile_blocks(blocks).text
    assert found.refusals == []


def test_tokens_of_sections_and_headings_add_up_to_the_text(cast, draft):
    tokens = compiled_draft(cast.editor, draft).tokens
    text = compiled_draft(cast.editor, draft).compiled.text
    assert tokens.total == count_tokens(text) == sum(tokens.by_section.values()) + tokens.headings
    assert tokens.by_section["identity"] > 0 < tokens.headings
    assert (tokens.by_section["style"], tokens.over, tokens.left) == (0, 0, 128_000 - tokens.total)


def test_tokens_are_counted_where_they_begin():
    text = "naïve 😀 tokens, twice over"
    cuts = [0, 5, 7, 20, len(text)]
    assert sum(count_between(text, cuts)) == count_tokens(text)
    assert count_between("", [0, 0]) == [0]


def test_over_budget_says_by_how_much(cast, add, library):
    found = compiled_draft(cast.editor, add("style", library["brief"], token_limit=20))
    assert found.tokens.over == found.tokens.total - 20 > 0
    assert f"{found.tokens.over} tokens over the limit of 20" in found.refusals[0]


def test_two_blocks_that_disagree_have_one_number(cast, add, library):
    found = compiled_draft(cast.editor, add("duties", library["refunds"]))
    (clash,) = found.clashes
    assert {clash.one.prompt.slug, clash.other.prompt.slug} == {"hermes/guard", "hermes/refunds"}
    assert clash.number == 1
    assert "forbids" in clash.conflicts[0].reason
    assert found.refusals == [f"Conflict 1: {clash.one.block.source} and {clash.other.block.source} disagree."]


def test_an_answer_holds_for_these_two_texts_only(cast, add, draft, library):
    (clash,) = compiled_draft(cast.editor, add("duties", library["refunds"])).clashes
    answered = save_draft(
        actor=cast.editor, draft_id=draft.pk, base=2, answers={clash.key: "Refunds are for the desk only."}
    )
    assert compiled_draft(cast.editor, answered).refusals == []
    text = "You may promise a refund to every customer."
    newer = revise_prompt(actor=cast.owner, prompt_id=library["refunds"].pk, text=text, base=1, source="web")
    rows = [r | {"checkpoint": newer.pk} if r["prompt"] == newer.prompt_id else r for r in answered.prompt_cluster]
    moved = save_draft(actor=cast.editor, draft_id=draft.pk, base=3, prompt_cluster=rows)
    assert len(compiled_draft(cast.editor, moved).open_clashes) == 1


@pytest.mark.both_databases
def test_a_pair_is_compared_once(cast, add, library, monkeypatch):
    saved = add("duties", library["refunds"])
    first = compiled_draft(cast.editor, saved).clashes
    assert ConflictResult.objects.count() == 6

    def refuse(*_):
        raise AssertionError("compared again")

    monkeypatch.setattr("mythos.drafts.measures.conflicts", refuse)
    assert compiled_draft(cast.editor, saved).clashes == first
    PAIRS.clear()
    assert compiled_draft(cast.editor, saved).clashes == first


def test_what_is_not_measured_in_time_waits_and_holds_it_back(cast, draft):
    found = compiled_draft(cast.editor, draft, seconds=0)
    assert found.waiting == 3
    assert found.refusals == ["3 comparisons are not done yet."]
    assert compiled_draft(cast.editor, draft).waiting == 0


@pytest.mark.both_databases
def test_a_rule_of_a_contract_that_no_block_carries_is_a_gap(cast, draft, library, codex):
    sign_contract(
        actor=cast.owner, prompt_id=library["guard"].pk, base=0, type="guarded",
        clauses=[{"ref": "refunds"}, {"ref": "privacy"}],
    )  # fmt: skip
    carrier = create_prompt(
        actor=cast.owner, swarm=cast.swarm, slug="common/privacy",
        text="Never reveal the address of a customer to anybody else.", tags=["privacy"],
    ).prompt  # fmt: skip
    found = compiled_draft(cast.editor, draft)
    (gap,) = found.gaps
    assert (gap.clause.ref, gap.because) == ("privacy", "the contract of hermes/guard")
    assert [one.prompt for one in gap.suggestions] == [carrier]
    rows = [*draft.prompt_cluster, row("guardrails", carrier)]
    closed = save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    assert compiled_draft(cast.editor, closed).gaps == ()
    COVERED.clear()
    assert compiled_draft(cast.editor, closed).gaps == ()


def test_the_type_decides_which_states_may_leave(cast, draft, library, codex):
    sign_contract(
        actor=cast.owner, prompt_id=library["guard"].pk, base=0, type="strict",
        clauses=[{"ref": "refunds"}, {"ref": "privacy"}],
    )  # fmt: skip
    assert compiled_draft(cast.editor, draft).refusals == []
    strict = save_draft(actor=cast.editor, draft_id=draft.pk, base=1, codex_contract_type="strict")
    reasons = compiled_draft(cast.editor, strict).refusals
    assert any("privacy is untested" in reason for reason in reasons)
    assert any("No block carries privacy" in reason for reason in reasons)
    text = "You may promise a refund to every customer."
    newer = revise_prompt(actor=cast.owner, prompt_id=library["guard"].pk, text=text, base=1, source="web")
    rows = [r | {"checkpoint": newer.pk} if r["prompt"] == newer.prompt_id else r for r in draft.prompt_cluster]
    guarded = save_draft(
        actor=cast.editor, draft_id=draft.pk, base=2, codex_contract_type="guarded", prompt_cluster=rows
    )
    assert any("refunds is breached" in reason for reason in compiled_draft(cast.editor, guarded).refusals)
    advisory = save_draft(actor=cast.editor, draft_id=draft.pk, base=3, codex_contract_type="advisory")
    assert compiled_draft(cast.editor, advisory).refusals == []


def test_includes_are_in_the_text_and_missing_ones_hold_it_back(cast, add, library):
    here = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="a", text="Say: {{> hermes/brief@latest}}").prompt
    gone = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="b", text="Say: {{> nobody}} to {{name}}").prompt
    found = compiled_draft(cast.editor, add("style", here, gone))
    assert "Say: Keep every answer under 120 words." in found.compiled.text
    assert found.variables == ("name",)
    assert [reason for reason in found.refusals if "'nobody'" in reason]


def test_a_block_whose_prompt_is_gone_is_named(cast, draft, library):
    trash_prompt(actor=cast.owner, prompt_id=library["guard"].pk)
    found = compiled_draft(cast.editor, draft)
    assert len(found.parts) == 2
    assert found.refusals == ["hermes/guard is gone."]


def test_a_tone_that_breaks_with_the_draft_is_told_and_holds_nothing_back(cast, add, library):
    terse = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="t", text="Be brief. No talk. Yes or no.").prompt
    found = compiled_draft(cast.editor, add("style", terse))
    assert [(clash.part.prompt.slug, clash.tone) for clash in found.tone_clashes] == [("t", "terse")]
    assert found.refusals == []
