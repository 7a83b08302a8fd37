"""Measured properties of a text, each with its formula; docs/reference/traits.md is made from this table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mythos.text import lexicon
from mythos.text.segment import Sentence, segment
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

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NOT = r"(?!\s+(?:not|never)\b|n['’]t|['’]t)"
_MUST = re.compile(rf"\b(?:must|shall|required|mandatory|obligatory|have to|has to|needs? to){_NOT}\b", re.IGNORECASE)
_SHOULD = re.compile(rf"\b(?:should|ought|recommended){_NOT}\b", re.IGNORECASE)
_MAY = re.compile(rf"\b(?:may|can|might|could|optional|allowed|permitted){_NOT}\b", re.IGNORECASE)
_BAN = re.compile(
    r"\bnever\b|\bdo not\b|\bdon['’]t\b|\b(?:must|shall|should|may|can)\s*(?:not|never)\b"
    r"|\b(?:must|should|ca|sha)n['’]t\b|\b(?:forbidden|prohibited|not (?:allowed|permitted))\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:" + "|".join(re.escape(h) for h in sorted(lexicon.HEDGES, key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])[$€£]?\d+(?:[.,]\d+)*%?")
_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|e\.g\.|such as)|^[ \t>#*-]*(?:examples?\b|input:|q:)",
    re.IGNORECASE | re.MULTILINE,
)
_VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.-]*)[ \t]*\}\}")
_INCLUDE = re.compile(r"\{\{>[ \t]*([\w./-]+)[^{}\n]*\}\}")
_CONTRACTION = re.compile(r"\b\w+['’](?:t|re|ve|ll|d|m)\b", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_VOWELS = re.compile(r"[aeiouy]+")
_LEAD_IN = frozenset({"please", "always", "kindly", "do", "not", "then", "never", "and", "also"})


def measure(text: str) -> dict[str, float]:
    """Every trait of the table, measured."""
    sentences = segment(text)
    spoken = [s for s in sentences if s.kind in ("prose", "item", "quote", "heading")]
    prose = "\n".join(s.text for s in sentences if s.kind != "code")
    words = [word.lower().replace("’", "'") for word in _WORD.findall(prose)]
    count = len(words)
    per_100 = _Rate(words)
    bangs = prose.count("!")
    formal = sum(word in lexicon.FORMAL for word in words)
    informal = sum(word in lexicon.INFORMAL for word in words) + len(_CONTRACTION.findall(prose)) + bangs
    values: dict[str, float] = {
        "tokens": count_tokens(text),
        "characters": len(text),
        "words": count,
        "sentences": len(spoken),
        "words_per_sentence": count / len(spoken) if spoken else 0.0,
        "reading_ease": _reading_ease(words, len(spoken)),
        "directives": sum(_is_directive(s) for s in sentences),
        "obligations_must": len(_MUST.findall(prose)),
        "obligations_should": len(_SHOULD.findall(prose)),
        "obligations_may": len(_MAY.findall(prose)),
        "prohibitions": len(_BAN.findall(prose)),
        "hedges": len(_HEDGE.findall(prose)),
        "numbers": len(_NUMBER.findall(prose)),
        "variables": len(set(_VARIABLE.findall(text))),
        "includes": len(set(_INCLUDE.findall(text))),
        "examples": len(_EXAMPLE.findall(prose)),
        "headings": sum(s.kind == "heading" for s in sentences),
        "list_items": len({s.line for s in sentences if s.kind == "item"}),
        "code_lines": sum(s.kind == "code" for s in sentences),
        "second_person": per_100(frozenset({"you", "your", "yours", "yourself"})),
        "politeness": per_100(lexicon.POLITE),
        "formality": 0.5 + 0.5 * (formal - informal) / (formal + informal + 1),
        "empathy": per_100(lexicon.EMPATHY),
        "friendliness": per_100(lexicon.FRIENDLY),
        "playfulness": per_100(lexicon.PLAYFUL, extra=len(_EMOJI.findall(prose))),
        "urgency": per_100(lexicon.URGENT, extra=bangs),
        "shouting": sum(w.isupper() and len(w) > 2 for w in _WORD.findall(prose)) / count if count else 0.0,
    }
    return {name: round(float(value), 4) for name, value in values.items()}


def delta(old: Traits, new: Traits) -> dict[str, float]:
    """new − old for every trait that moved, rounded to four places."""
    names = [name for name in TRAITS if name in old or name in new]
    moved = {name: round(new.get(name, 0.0) - old.get(name, 0.0), 4) for name in names}
    return {name: value for name, value in moved.items() if value}


class _Rate:
    """How many of the words are in a list, per hundred words."""

    def __init__(self, words: list[str]) -> None:
        self.words = words

    def __call__(self, wanted: frozenset[str], *, extra: int = 0) -> float:
        if not self.words:
            return 0.0
        return 100.0 * (sum(word in wanted for word in self.words) + extra) / len(self.words)


def _is_directive(sentence: Sentence) -> bool:
    if sentence.kind not in ("prose", "item", "quote"):
        return False
    for word in _WORD.findall(sentence.text)[:5]:
        low = word.lower().replace("’", "'")
        if low in ("don't", "never"):
            return True
        if low not in _LEAD_IN:
            return low in lexicon.IMPERATIVES
    return False


def _reading_ease(words: list[str], sentences: int) -> float:
    if not words or not sentences:
        return 0.0
    syllables = sum(_syllables(word) for word in words)
    score = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
    return min(100.0, max(0.0, score))


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)
