"""Rule books say “The assistant must log it”, prompts say “Log it”: the same duty, so both are read in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mythos.text import lexicon
from mythos.text.detectors.base import Finding, Span
from mythos.text.words import words

_SUBJECT = re.compile(
    r"\s*(?P<subject>(?:(?:the|an?|your|every|all|our)\s+)?(?:assistant|model|agent|chatbot|bot|system|ai)s?|you)\s+"
    r"(?:must|shall|should|will|(?:has|have|needs?|ought)\s+to|(?:is|are)\s+required\s+to)"
    r"(?:\s+(?:not|never|always))?\s+(?P<verb>\w+)",
    re.IGNORECASE,
)
_YOU = re.compile(
    r"\s*(?P<you>you)\s+(?:must|shall|should|will|have\s+to|need\s+to|ought\s+to|are\s+required\s+to)\b", re.IGNORECASE
)
_LEAD = re.compile(
    r"\s*(?:please\s+)?(?:(?P<not>do\s+not|don['’]t)|(?P<adverb>never|always))?\s*(?P<verb>\w+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Framed:
    """A sentence in the form of the rule; `offset` is how much further right its words stand now."""

    text: str
    offset: int = 0

    def placed(self, finding: Finding, sentence: str) -> Finding:
        """The finding with the place and the words it has in the sentence as it was written."""
        if finding.new_span is None or not self.offset:
            return finding
        span: Span = (self._at(finding.new_span[0], sentence), self._at(finding.new_span[1], sentence))
        return replace(finding, new_span=span, new_text=sentence[slice(*span)])

    def _at(self, place: int, sentence: str) -> int:
        return min(len(sentence), max(0, place - self.offset))


def framed(rule: str, sentence: str) -> Framed:
    """“Log it”, “Never log it”, “You must log it” as duties of the one the rule speaks of; anything else as it is."""
    frame = _SUBJECT.match(rule)
    if frame is None:
        return Framed(sentence)
    spoken_to = _YOU.match(sentence)
    if spoken_to is not None:
        end = spoken_to.end("you")
        return Framed(frame["subject"] + sentence[end:], len(frame["subject"]) - end)
    order = _LEAD.match(sentence)
    if order is None or not _orders(order["verb"], frame["verb"]):
        return Framed(sentence)
    adverb = "not " if order["not"] else f"{order['adverb'].lower()} " if order["adverb"] else ""
    start = order.start("verb")
    lead = f"{frame['subject']} must {adverb}"
    return Framed(lead + sentence[start].lower() + sentence[start + 1 :], len(lead) - start)


def _orders(verb: str, wanted: str) -> bool:
    """Whether a sentence that begins with this word gives an order."""
    if verb.lower() in lexicon.IMPERATIVES:
        return True
    return [word.stem for word in words(verb)] == [word.stem for word in words(wanted)]
