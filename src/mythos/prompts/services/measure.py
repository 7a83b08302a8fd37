"""Everything that can be thought about a text before the database is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mythos.errors import Invalid
from mythos.prompts.models import PromptCheckpoint
from mythos.text.compare import compare
from mythos.text.measuring import Measures, measures
from mythos.text.normalize import content_hash, normalize
from mythos.text.tags import symbolic_tags
from mythos.text.template import includes
from mythos.text.tokens import DEFAULT_ENCODING
from mythos.text.tone import Tone

MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Measured:
    """A normalised text with its measures."""

    text: str
    sha256: str
    traits: Mapping[str, float]
    tone: Tone

    def columns(self) -> dict[str, Any]:
        """The measures as columns of a checkpoint."""
        return {
            "text": self.text,
            "sha256": self.sha256,
            "token_count": int(self.traits["tokens"]),
            "encoding": DEFAULT_ENCODING,
            "tone_type": self.tone.label,
            "tone_scores": self.tone.scores,
            "traits": dict(self.traits),
        }


@dataclass(frozen=True)
class Change:
    """What one step from a checkpoint to a text did."""

    symbolic_tags: list[str]
    findings: list[dict[str, Any]]
    verdict: str


def measured(text: str, take: Callable[[str], Measures] = measures) -> Measured:
    """Normalise, check and measure a text; Invalid at the field `text`. `take` may know the measures already."""
    text = normalize(text)
    if not text.strip():
        raise Invalid("A prompt needs a text.", fields={"text": "The text is empty."})
    if len(text) > MOST_CHARACTERS:
        raise Invalid(
            "The text is too long.",
            fields={"text": f"{len(text):,} characters; {MOST_CHARACTERS:,} is the most."},
        )
    includes(text)  # refuses placeholders that are not closed
    return Measured(text, content_hash(text), *take(text))


def change(before: PromptCheckpoint, after: Measured) -> Change:
    """Compare a checkpoint with a text. Vectors are left out: they take longer and decide nothing here."""
    comparison = compare(before.text, after.text, use_embeddings=False, measure_similarity=False)
    tags = symbolic_tags(
        before.text,
        after.text,
        before.traits,
        after.traits,
        Tone(before.tone_type, before.tone_scores),
        after.tone,
        comparison,
    )
    findings = [asdict(finding) for finding in comparison.findings[:50]]
    return Change(tags, findings, comparison.verdict)
