"""Symbolic tags: what a measured change is called, with the threshold that earns each name."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.text.compare import Comparison
from mythos.text.normalize import normalize
from mythos.text.segment import segment
from mythos.text.tone import Tone
from mythos.text.traits import Traits
from mythos.text.words import words

SYMBOLIC_TAGS: dict[str, str] = {
    "@regression": "the comparator's verdict is regression",
    "@tone-shift": "the tone label differs and the new label's score rose by at least 0.10",
    "@clarity+": "reading ease rose by at least 5 points, or words per sentence fell by at least 4, and "
    "neither got worse by as much",
    "@clarity-": "reading ease fell by at least 5 points, or words per sentence rose by at least 4, and "
    "neither got better by as much",
    "@longer": "tokens rose by at least 10 % and at least 5 tokens",
    "@shorter": "tokens fell by at least 10 % and at least 5 tokens",
    "@obligation+": "more obligations: must, should and directives together rose by at least 1",
    "@obligation-": "fewer obligations: must, should and directives together fell by at least 1",
    "@prohibition+": "prohibitions rose by at least 1",
    "@prohibition-": "prohibitions fell by at least 1",
    "@format": "same words in the same order; only marks, layout or capitals differ",
    "@variable+": "more distinct variables",
    "@variable-": "fewer distinct variables",
    "@example+": "more examples",
    "@example-": "fewer examples",
    "@paraphrase": "verdict preserved, words differ beyond typos, and similarity is at least 0.60 or was not measured",
    "@typo": "verdict preserved, and every changed word differs from its partner by spelling only",
    "@reorder": "same sentences in another order",
}


def symbolic_tags(
    old_text: str,
    new_text: str,
    old_traits: Traits,
    new_traits: Traits,
    old_tone: Tone,
    new_tone: Tone,
    comparison: Comparison,
) -> list[str]:
    """Tags of the step from old to new, in the order of the table."""
    if normalize(old_text) == normalize(new_text):
        return []
    earned: set[str] = set()
    if comparison.is_regression:
        earned.add("@regression")
    if old_tone.label != new_tone.label and new_tone.scores[new_tone.label] - old_tone.scores[new_tone.label] >= 0.10:
        earned.add("@tone-shift")
    earned |= _measured(old_traits, new_traits)
    earned |= _worded(old_text, new_text, comparison)
    return [tag for tag in SYMBOLIC_TAGS if tag in earned]


def _measured(old: Traits, new: Traits) -> set[str]:
    def moved(*names: str) -> float:
        return sum(new.get(name, 0.0) - old.get(name, 0.0) for name in names)

    earned: set[str] = set()
    tokens = moved("tokens")
    if abs(tokens) >= max(5.0, 0.10 * old.get("tokens", 0.0)):
        earned.add("@longer" if tokens > 0 else "@shorter")
    ease, length = moved("reading_ease"), moved("words_per_sentence")
    if (ease >= 5 or length <= -4) and ease > -5 and length < 4:
        earned.add("@clarity+")
    if (ease <= -5 or length >= 4) and ease < 5 and length > -4:
        earned.add("@clarity-")
    for tag, names in (
        ("@obligation", ("obligations_must", "obligations_should", "directives")),
        ("@prohibition", ("prohibitions",)),
        ("@variable", ("variables",)),
        ("@example", ("examples",)),
    ):
        change = moved(*names)
        if abs(change) >= 1:
            earned.add(tag + ("+" if change > 0 else "-"))
    return earned


def _worded(old_text: str, new_text: str, comparison: Comparison) -> set[str]:
    old_sentences, new_sentences = ([s.text for s in segment(t)] for t in (old_text, new_text))
    # What is the same at both ends has the same words and need not be read.
    parts = _without_ends(old_sentences, new_sentences)
    old_words, new_words = ([w.norm for s in part for w in words(s)] for part in parts)
    if old_words == new_words:
        return {"@format"}
    if sorted(old_sentences) == sorted(new_sentences):
        return {"@reorder"}
    if comparison.verdict != "preserved":
        return set()
    if comparison.is_typo:
        return {"@typo"}
    return {"@paraphrase"} if (comparison.similarity is None or comparison.similarity >= 0.60) else set()


def _without_ends(old: Sequence[str], new: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What lies between the sentences with which both texts begin, and those with which both end."""
    short = min(len(old), len(new))
    first = next((at for at in range(short) if old[at] != new[at]), short)
    last = next((at for at in range(short - first) if old[-1 - at] != new[-1 - at]), short - first)
    return old[first : len(old) - last], new[first : len(new) - last]
