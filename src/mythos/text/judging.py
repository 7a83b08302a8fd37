"""A judge is asked about an uncertain edit, and about no other; its ruling stands beside what the comparator found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from mythos.text.compare import Comparison
from mythos.text.detectors.base import Direction, Finding, Severity, Span

Ruled = Literal["regression", "preserved", "strengthened", "changed"]
_DIRECTIONS: dict[Ruled, Direction] = {"regression": "weaker", "strengthened": "stronger"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a judge says of an edit, and the words of both texts that decided."""

    verdict: Ruled
    reason: str
    old_quote: str = ""
    new_quote: str = ""


class Judge(Protocol):
    """Somebody who reads both texts: a person, or a language model."""

    def rule(self, old: str, new: str) -> Ruling | None:
        """The ruling; None where there is none to be had, and the edit stays uncertain."""
        ...


def judged(old: str, new: str, comparison: Comparison, judge: Judge | None) -> Comparison:
    """The comparison, with the ruling of the judge where it was uncertain."""
    ruling = judge.rule(old, new) if judge is not None and comparison.verdict == "uncertain" else None
    if ruling is None:
        return comparison
    harmful = ruling.verdict == "regression"
    severity: Severity = "warn" if harmful else "note"
    # The judge's word has no measured chance of being right: the confidence stays the comparator's own.
    confidence = comparison.score if harmful else round(1 - comparison.score, 4)
    rest = comparison.findings if harmful else tuple(replace(f, severity="note") for f in comparison.findings)
    finding = Finding(
        "object", _DIRECTIONS.get(ruling.verdict, "neutral"), severity, "Ruling of the judge", ruling.reason,
        ruling.old_quote, ruling.new_quote, _place(old, ruling.old_quote), _place(new, ruling.new_quote), confidence,
    )  # fmt: skip
    return replace(comparison, findings=(finding, *rest), verdict=ruling.verdict, confidence=confidence)


def _place(text: str, quote: str) -> Span | None:
    at = text.find(quote) if quote else -1
    return (at, at + len(quote)) if at >= 0 else None
