"""Measured properties of a text, each with its formula; docs/reference/traits.md is made from this table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mythos.text.counts import SPOKEN, total
from mythos.text.segment import segment
from mythos.text.tokens import DEFAULT_ENCODING, count_tokens

Traits = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trait:
    """What one number means and how it is made."""

    name: str
    unit: str
    formula: str
    meaning: str
    higher_is: Literal["more", "better", "neutral"] = "more"


def _table(*traits: Trait) -> dict[str, Trait]:
    return {trait.name: trait for trait in traits}


TRAITS: dict[str, Trait] = _table(
    Trait(
        "tokens",
        "tokens",
        f"BPE tokens of the whole text, {DEFAULT_ENCODING}",
        "Length as a model pays for it",
    ),
    Trait("characters", "characters", "Unicode code points", "Length as stored"),
    Trait("words", "words", "runs of letters, digits and inner apostrophes, outside code", "Length as read"),
    Trait("sentences", "sentences", "segments that are prose, item, quote or heading", "Length in statements"),
    Trait("words_per_sentence", "words", "words ÷ sentences", "Sentence length", "neutral"),
    Trait(
        "reading_ease",
        "points",
        "206.835 − 1.015·words/sentences − 84.6·syllables/words (Flesch), held to 0–100; unstable under 100 words",
        "How easy the prose is to read",
        "better",
    ),
    Trait(
        "directives",
        "sentences",
        "prose, item or quote sentences whose first word (after “please”, “do not”, “always”) "
        "is a known imperative verb",
        "Orders given",
    ),
    Trait(
        "obligations_must",
        "words",
        "must, shall, required, mandatory, “have to”, “need to”, not followed by not",
        "Binding duties",
    ),
    Trait("obligations_should", "words", "should, ought, recommended, not followed by not", "Advice"),
    Trait(
        "obligations_may",
        "words",
        "may, can, might, could, optional, allowed, permitted, not followed by not",
        "Permissions",
    ),
    Trait(
        "prohibitions",
        "phrases",
        "never, “do not”, “don't”, and must, shall, should, may or can followed by not, forbidden, prohibited",
        "Bans",
    ),
    Trait(
        "hedges",
        "phrases",
        "phrases of the hedge list (“where possible”, “usually”, “try to”, …)",
        "Ways out left open",
    ),
    Trait("numbers", "numbers", "numerals outside code, list markers not counted", "Figures given"),
    Trait("variables", "names", "distinct `{{name}}` placeholders", "Values filled in on rendering"),
    Trait("includes", "names", "distinct `{{> slug}}` placeholders", "Prompts included"),
    Trait(
        "examples",
        "marks",
        "“for example”, “for instance”, “e.g.”, “such as”, and sentences beginning with Example, Input or Q",
        "Examples shown",
    ),
    Trait("headings", "lines", "Markdown headings", "Sections"),
    Trait("list_items", "items", "list items", "Points listed"),
    Trait("code_lines", "lines", "non-blank lines inside fences", "Code shown"),
    Trait(
        "second_person",
        "per 100 words",
        "100 · (you, your, yours, yourself) ÷ words",
        "How directly the reader is addressed",
        "neutral",
    ),
    Trait("politeness", "per 100 words", "100 · words of the politeness list ÷ words", "Courtesy", "neutral"),
    Trait(
        "formality",
        "0–1",
        "0.5 + 0.5·(formal − informal) ÷ (formal + informal + 1); formal are words of the "
        "formal list; informal are "
        "words of the informal list, contractions and exclamation marks",
        "Register",
        "neutral",
    ),
    Trait(
        "empathy",
        "per 100 words",
        "100 · words of the empathy list ÷ words",
        "Care for the reader",
        "neutral",
    ),
    Trait("friendliness", "per 100 words", "100 · words of the friendly list ÷ words", "Warmth", "neutral"),
    Trait(
        "playfulness",
        "per 100 words",
        "100 · (words of the playful list + emoji) ÷ words",
        "Humour",
        "neutral",
    ),
    Trait(
        "urgency",
        "per 100 words",
        "100 · (words of the urgent list + exclamation marks) ÷ words",
        "Pressure",
        "neutral",
    ),
    Trait(
        "shouting",
        "0–1",
        "words of three or more letters all in capitals ÷ words",
        "Emphasis by capitals",
        "neutral",
    ),
)

_VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.-]*)[ \t]*\}\}")
_INCLUDE = re.compile(r"\{\{>[ \t]*([\w./-]+)[^{}\n]*\}\}")


def measure(text: str) -> dict[str, float]:
    """Every trait of the table, measured."""
    sentences = segment(text)
    spoken = sum(s.kind in SPOKEN for s in sentences)
    n = total(sentences)
    formality = (n.formal - n.informal) / (n.formal + n.informal + 1)

    def per_100(found: int) -> float:
        return 100.0 * found / n.words if n.words else 0.0

    values: dict[str, float] = {
        "tokens": count_tokens(text),
        "characters": len(text),
        "words": n.words,
        "sentences": spoken,
        "words_per_sentence": n.words / spoken if spoken else 0.0,
        "reading_ease": _reading_ease(n.words, n.syllables, spoken),
        "directives": n.directives,
        "obligations_must": n.must,
        "obligations_should": n.should,
        "obligations_may": n.may,
        "prohibitions": n.bans,
        "hedges": n.hedges,
        "numbers": n.numbers,
        "variables": len(set(_VARIABLE.findall(text))),
        "includes": len(set(_INCLUDE.findall(text))),
        "examples": n.examples,
        "headings": sum(s.kind == "heading" for s in sentences),
        "list_items": len({s.line for s in sentences if s.kind == "item"}),
        "code_lines": sum(s.kind == "code" for s in sentences),
        "second_person": per_100(n.second_person),
        "politeness": per_100(n.polite),
        "formality": 0.5 + 0.5 * formality,
        "empathy": per_100(n.empathy),
        "friendliness": per_100(n.friendly),
        "playfulness": per_100(n.playful),
        "urgency": per_100(n.urgent),
        "shouting": n.shouted / n.words if n.words else 0.0,
    }
    return {name: round(float(value), 4) for name, value in values.items()}


def delta(old: Traits, new: Traits) -> dict[str, float]:
    """new − old for every trait that moved, rounded to four places."""
    return {
        name: moved
        for name in TRAITS
        if (after := new.get(name, 0.0)) != (before := old.get(name, 0.0)) and (moved := round(after - before, 4))
    }


def _reading_ease(words: int, syllables: int, sentences: int) -> float:
    if not words or not sentences:
        return 0.0
    score = 206.835 - 1.015 * words / sentences - 84.6 * syllables / words
    return min(100.0, max(0.0, score))
