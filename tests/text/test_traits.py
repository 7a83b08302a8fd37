"""Measured properties, tone and symbolic tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mythos.text.compare import compare
from mythos.text.lexicon import HEDGES
from mythos.text.reference import reference
from mythos.text.tags import SYMBOLIC_TAGS, symbolic_tags
from mythos.text.tone import TONES, tone
from mythos.text.traits import TRAITS, delta, measure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "traits.md"


def test_the_reference_page_is_made_from_the_tables() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run: python -m mythos.text.reference > docs/reference/traits.md"


@given(st.text())
@settings(max_examples=60)  # the first one loads the vocabulary
def test_every_text_has_every_trait(text: str) -> None:
    assert list(measure(text)) == list(TRAITS)


@pytest.mark.parametrize(
    ("text", "trait", "value"),
    [
        ("You must log. You shall ask. Users need to wait.", "obligations_must", 3),
        ("You must not log.", "obligations_must", 0),
        ("You should log.", "obligations_should", 1),
        ("You may log. You can't.", "obligations_may", 1),
        ("Never lie. Do not guess. You must not tell. Don't.", "prohibitions", 4),
        ("Try to answer where possible.", "hedges", 2),
        ("{{a}} {{b}} {{a}} {{> c}}", "variables", 2),
        ("{{a}} {{> c}}", "includes", 1),
        ("Answer briefly. Please never guess. The sky is blue.", "directives", 2),
        ("- a\n- b. C\n", "list_items", 2),
        ("# A\n## B", "headings", 2),
        ("```\nx\ny\n```", "code_lines", 2),
        ("At most 3 lines, 15 % and 2,000 words.", "numbers", 3),
        ("For example, this. Input: x", "examples", 2),
        ("One two three. Four.", "words_per_sentence", 2),
        ("STOP now", "shouting", 0.5),
        ("You like your tea", "second_person", 50),
        ("", "words", 0),
    ],
)
def test_a_trait_counts_what_its_formula_says(text: str, trait: str, value: float) -> None:
    assert measure(text)[trait] == value


def test_a_delta_holds_only_what_moved() -> None:
    moved = delta(measure("Log it."), measure("You must log it."))
    assert moved["obligations_must"] == 1
    assert "variables" not in moved
    assert delta(measure("same"), measure("same")) == {}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The report covers sales in the northern region during the last quarter of the year.", "neutral"),
        (
            "You must never share data. You must not guess. Agents shall log it and shall not delay the work.",
            "authoritative",
        ),
        ("Hello and welcome! Happy to help, thanks for the great question, enjoy.", "friendly"),
        (
            "I understand how frustrated and worried they feel; listen with care and compassion to them.",
            "empathetic",
        ),
        ("Act immediately! This is urgent, a critical emergency! Hurry now!", "urgent"),
        ("Tell jokes, be witty and whimsical, use puns and silly humor in what you write.", "playful"),
        ("Be brief. Use JSON. Cite sources.", "terse"),
        (
            "Applicants shall obtain consent prior to the review; furthermore, the respective parties provide"
            " notice pursuant to the terms, and subsequent requests require written approval accordingly.",
            "formal",
        ),
    ],
)
def test_tone_follows_the_words(text: str, label: str) -> None:
    found = tone(measure(text), text)
    assert found.label == label
    assert set(found.scores) == set(TONES)
    assert sum(found.scores.values()) == pytest.approx(1, abs=0.01)


def tags(old: str, new: str) -> list[str]:
    before, after = measure(old), measure(new)
    comparison = compare(old, new, use_embeddings=False, measure_similarity=False)
    return symbolic_tags(old, new, before, after, tone(before, old), tone(after, new), comparison)


@pytest.mark.parametrize(
    ("old", "new", "tag"),
    [
        ("You must log it.", "You may log it.", "@regression"),
        ("Log it.", "Log it. Ask the user for the order number before you go on.", "@longer"),
        ("Log it. Ask the user for the order number before you go on.", "Log it.", "@shorter"),
        ("You may log it.", "You must log it.", "@obligation+"),
        ("You must log it.", "The log exists.", "@obligation-"),
        ("Log it.", "Log it. Never lie.", "@prohibition+"),
        ("Log it. Never lie.", "Log it.", "@prohibition-"),
        ("- log it\n- ask", "Log it, ask.", "@format"),
        ("Hi {{name}}.", "Hi {{name}} {{age}}.", "@variable+"),
        ("Hi {{name}} {{age}}.", "Hi {{name}}.", "@variable-"),
        ("Reply.", "Reply. For example: yes.", "@example+"),
        ("Reply. For example: yes.", "Reply.", "@example-"),
        ("Log every compaint.", "Log every complaint.", "@typo"),
        ("One thing. Other thing.", "Other thing. One thing.", "@reorder"),
        ("Do not share the password.", "The password must not be shared.", "@paraphrase"),
        (
            "Use it.",
            "Notwithstanding the aforementioned considerations, utilisation necessitates authorisation.",
            "@clarity-",
        ),
        (
            "Notwithstanding the aforementioned considerations, utilisation necessitates authorisation.",
            "Use it.",
            "@clarity+",
        ),
        (
            "The list is long.",
            "Hello and welcome, happy to help! Thanks, enjoy the great list!",
            "@tone-shift",
        ),
    ],
)
def test_each_tag_is_earned_by_its_change(old: str, new: str, tag: str) -> None:
    assert tag in tags(old, new)
    assert tag in SYMBOLIC_TAGS


def test_identical_texts_earn_no_tags() -> None:
    assert tags("Log it.", "Log it. \r\n") == []


@pytest.mark.parametrize("hedge", HEDGES)
def test_every_hedge_is_counted_wherever_it_stands(hedge):
    said = [f"{hedge.capitalize()} answer.", f"Answer, say'{hedge}' then.", f"Answer {hedge.upper()}!"]
    assert [measure(text)["hedges"] >= 1 for text in said] == [True] * 3
    assert measure("Answer the letter.")["hedges"] == 0


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("He said'must'.", "obligations_must", 1),
        ("You needs to have to go.", "obligations_must", 2),
        ("It SHOULD, it ought, it is recommended.", "obligations_should", 3),
        ("You cannot, mustn't and shan’t; it is not allowed. Don’t.", "prohibitions", 5),
        ("Maynot go.", "prohibitions", 1),
        ("Such as this, e.g. that, for instance here.\n- Examples: one", "examples", 4),
        ("Input: a\n\nq: b", "examples", 2),
        ("Pay $5 or ٣ now.", "numbers", 2),
    ],
)
def test_words_of_force_are_found_in_every_spelling(text, name, count):
    assert measure(text)[name] == count
