"""What a draft would change, said while it is typed; nothing is saved."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mythos.errors import Invalid
from mythos.text.compare import Comparison, Finding, compare
from mythos.text.normalize import normalize
from mythos.text.template import variables
from mythos.text.tokens import count_tokens

MOST_CHARACTERS = 200_000  # about half a second of comparing; saving takes longer texts
SHOWN = 6


@dataclass(frozen=True)
class Advice:
    """Size, placeholders and the change of meaning of one draft."""

    tokens: int
    before: int | None
    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""
    comparison: Comparison | None = None
    newer: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many findings are not listed."""
        return len(self.comparison.findings) - len(self.findings) if self.comparison else 0

    @property
    def said(self) -> str:
        """One sentence for a screen reader."""
        parts = [f"{self.tokens} tokens"]
        if self.problem:
            parts.append(self.problem)
        if self.comparison:
            count = len(self.comparison.findings)
            parts.append(f"{count} change{'s' if count != 1 else ''} of meaning")
        return ", ".join(parts)


def advise(text: str, saved: str | None, *, missing: tuple[str, ...] = (), newer: str = "") -> Advice:
    """Look at a draft beside the saved text, if there is one; Invalid when the draft is too long to be looked at."""
    if len(text) > MOST_CHARACTERS:
        raise Invalid(
            f"Advice while typing ends at {MOST_CHARACTERS:,} characters; this text has {len(text):,}.",
            hint="It can still be saved, and is measured then.",
        )
    text = normalize(text)  # as it would be saved: browsers send other line ends
    names: tuple[str, ...] = ()
    problem = ""
    try:
        names = variables(text)
    except Invalid as error:
        problem = error.message
    known = set(variables(saved)) if saved is not None else set(names)
    comparison = None
    if saved is not None and text != saved:
        comparison = compare(saved, text, use_embeddings=False, measure_similarity=False)
    return Advice(
        tokens=count_tokens(text),
        before=count_tokens(saved) if saved is not None else None,
        names=names,
        unknown=tuple(name for name in names if name not in known),
        missing=missing,
        problem=problem,
        comparison=comparison,
        newer=newer,
        findings=list(comparison.findings[:SHOWN]) if comparison else [],
    )


def show(request: HttpRequest, advice: Advice) -> HttpResponse:
    """The fragment under the editor."""
    return render(request, "components/advice.html", {"advice": advice})
