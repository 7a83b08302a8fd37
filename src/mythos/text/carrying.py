"""Whether a prompt carries a rule, and since when it does not: the text side of a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mythos.text.coverage import Coverage
from mythos.text.segment import segment

# Similarity from which a reworded sentence may say the same, and from which it needs no new signature.
NEAR, SURE = 0.6, 0.7


@dataclass(frozen=True)
class Carrier:
    """What a promise needs to be judged: the rule, the sentence that carried it when signed, both texts."""

    rule: str
    anchor: str
    signed_text: str
    text: str

    @property
    def is_signed_text(self) -> bool:
        """Whether the prompt still is what was signed."""
        return self.text == self.signed_text

    @property
    def still_says_it(self) -> bool:
        """Whether the sentence that carried the rule stands in the prompt, whatever the line breaks."""
        return bool(self.anchor) and flat(self.anchor) in flat(self.text)

    @property
    def new_text(self) -> str:
        """The sentences that were not there when the contract was signed."""
        before = {sentence.text for sentence in segment(self.signed_text)}
        return "\n\n".join(s.text for s in segment(self.text) if s.text not in before)

    @property
    def question(self) -> tuple[str, str] | None:
        """The rule and the text to hold against it; None when the signed sentence and nothing new stand there."""
        if not self.still_says_it:
            # A rule of many sentences is near to much; what was signed is the one sentence that carried it.
            return self.anchor or self.rule, self.text
        if self.is_signed_text:
            return None
        new = self.new_text
        return (self.rule, new) if new else None


def flat(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Judgement:
    """How the promise stands, why, and the sentence that decided."""

    state: Literal["kept", "untested", "breached"]
    reason: str
    sentence: str = ""


def judge(carrier: Carrier, answer: Coverage | None) -> Judgement:
    """What the answer to `carrier.question` means for the promise."""
    if carrier.still_says_it:
        if answer is not None and answer.state == "contradicted":
            return Judgement("breached", f"A new sentence contradicts it. {_why(answer)}", answer.sentence)
        return Judgement("kept", "The sentence that carries it stands in the prompt.", carrier.anchor)
    assert answer is not None
    if answer.state == "contradicted":
        return Judgement("breached", f"The prompt contradicts it. {_why(answer)}", answer.sentence)
    if not carrier.anchor:
        return _unanchored(answer)
    if answer.state == "absent" or answer.similarity < NEAR:
        return Judgement("breached", "The sentence that carried it is gone.", carrier.anchor)
    if answer.state == "weakened":
        return Judgement("breached", f"The prompt now says less. {_why(answer)}", answer.sentence)
    if answer.similarity < SURE:
        return Judgement("untested", "It may be said in other words; sign again to confirm.", answer.sentence)
    return Judgement("kept", "The prompt carries it in other words.", answer.sentence)


def _unanchored(answer: Coverage) -> Judgement:
    """Nothing surely carried the rule when it was signed."""
    if answer.state == "carried" and answer.similarity >= SURE:
        return Judgement("kept", "The prompt carries it.", answer.sentence)
    if answer.state == "carried":
        return Judgement("untested", "A sentence comes near it, but may speak of something else.", answer.sentence)
    if answer.state == "weakened":
        return Judgement("untested", f"The prompt says less than the rule. {_why(answer)}", answer.sentence)
    return Judgement("untested", "No sentence of the prompt says it, and no check tries it.")


def _why(answer: Coverage) -> str:
    return next((finding.reason for finding in answer.findings if finding.direction != "stronger"), "")
