"""A composition compiled: the exact text, what it costs, what is wrong with it, and what would keep it from leaving."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mythos.assistants.compiling import SECTIONS, Compiled, compile_blocks
from mythos.codex.models import CodexContract
from mythos.drafts.composition import Composition, Part, parts_of
from mythos.drafts.measures import conflicts_between, pair
from mythos.drafts.promises import Gap, Promise, forbidden_by, gaps_of, promises_of
from mythos.errors import Invalid
from mythos.text.coverage import Conflict
from mythos.text.template import variables
from mythos.text.tokens import count_between

# A tone, and the tones of blocks that read as a break beside it.
CLASHING: dict[str, frozenset[str]] = {
    "neutral": frozenset({"playful", "urgent"}),
    "formal": frozenset({"playful", "urgent", "terse"}),
    "friendly": frozenset({"terse", "urgent"}),
    "empathetic": frozenset({"terse", "urgent", "playful"}),
    "authoritative": frozenset({"playful"}),
    "playful": frozenset({"formal", "authoritative", "urgent"}),
    "urgent": frozenset({"friendly", "playful", "empathetic"}),
    "terse": frozenset({"friendly", "empathetic", "playful"}),
}


@dataclass(frozen=True)
class Clash:
    """Two blocks that disagree, under one number; `answer` says why somebody accepts it."""

    number: int
    key: str
    one: Part
    other: Part
    conflicts: tuple[Conflict, ...]
    answer: str = ""


@dataclass(frozen=True)
class ToneClash:
    """A block whose tone breaks with the tone of the whole."""

    part: Part
    tone: str


@dataclass(frozen=True)
class Tokens:
    """What the text costs: by section with its blocks alone, headings and the space between apart."""

    total: int
    limit: int
    by_section: Mapping[str, int]
    headings: int

    @property
    def over(self) -> int:
        """By how many tokens the text is too long."""
        return max(0, self.total - self.limit)

    @property
    def left(self) -> int:
        """How many tokens there still are."""
        return max(0, self.limit - self.total)


@dataclass(frozen=True)
class Compilation:
    """Everything a person needs to judge a composition. `waiting` counts questions that are not answered yet."""

    composition: Composition
    compiled: Compiled
    parts: tuple[Part, ...]
    tokens: Tokens
    clashes: tuple[Clash, ...]
    gaps: tuple[Gap, ...]
    tone_clashes: tuple[ToneClash, ...]
    promises: tuple[Promise, ...]
    variables: tuple[str, ...]
    gone: tuple[str, ...]
    waiting: int

    @property
    def open_clashes(self) -> tuple[Clash, ...]:
        """Conflicts that nobody has answered for."""
        return tuple(clash for clash in self.clashes if not clash.answer)

    @property
    def unkept(self) -> list[Promise]:
        """Promises that the type of contract does not allow to leave as they are."""
        return forbidden_by(self.composition.codex_contract_type, self.promises)

    @property
    def refusals(self) -> list[str]:
        """Every reason why this may not be deployed; empty when it may."""
        return [*self._of_the_text(), *self._of_the_rules()]

    def _of_the_text(self) -> list[str]:
        reasons = [] if self.parts else ["There are no blocks yet."]
        reasons += list(self.gone)
        reasons += [f"{part.block.source}: {part.problem}" for part in self.parts if part.problem]
        if self.tokens.over:
            reasons.append(f"The text is {self.tokens.over:,} tokens over the limit of {self.tokens.limit:,}.")
        if self.waiting:
            reasons.append(f"{self.waiting:,} comparisons are not done yet.")
        return reasons

    def _of_the_rules(self) -> list[str]:
        reasons = [
            f"Conflict {clash.number}: {clash.one.block.source} and {clash.other.block.source} disagree."
            for clash in self.open_clashes
        ]
        reasons += [
            f"{promise.part.block.source}: {promise.name} is {promise.state}. {promise.text}".strip()
            for promise in self.unkept
        ]
        if self.composition.codex_contract_type == CodexContract.Type.STRICT:
            reasons += [f"No block carries {gap.clause.ref}, which {gap.because} asks for." for gap in self.gaps]
        return reasons


def compile_composition(composition: Composition, *, seconds: float | None = None) -> Compilation:
    """Compile and measure; with `seconds` what is not known by then is left for the next time."""
    until = None if seconds is None else time.monotonic() + seconds
    parts, gone = parts_of(composition.swarm, composition.rows)
    compiled = compile_blocks(part.block for part in parts)
    found, unpaired = conflicts_between({part.sha256: part.block.text for part in parts}, until)
    promises = promises_of(parts)
    gaps, unasked = gaps_of(composition, parts, promises, until)
    return Compilation(
        composition=composition,
        compiled=compiled,
        parts=tuple(parts),
        tokens=_tokens(compiled, composition.token_limit),
        clashes=_clashes(composition, parts, found),
        gaps=tuple(gaps),
        tone_clashes=_tone_clashes(composition, parts),
        promises=tuple(promises),
        variables=_variables(compiled.text),
        gone=tuple(gone),
        waiting=unpaired + unasked,
    )


def _tokens(compiled: Compiled, limit: int) -> Tokens:
    bounds = [0]
    for span in compiled.spans:
        bounds += [span.start, span.end]
    counts = count_between(compiled.text, [*bounds, len(compiled.text)])
    by_section = dict.fromkeys(SECTIONS, 0)
    for span, count in zip(compiled.spans, counts[1::2], strict=True):
        by_section[span.block.section] += count
    total = sum(counts)
    return Tokens(total, limit, by_section, total - sum(by_section.values()))


def _clashes(
    composition: Composition, parts: Sequence[Part], found: Mapping[tuple[str, str], tuple[Conflict, ...]]
) -> tuple[Clash, ...]:
    """Numbered as they come up when the text is read from the top."""
    clashes: list[Clash] = []
    for index, one in enumerate(parts):
        for other in parts[index + 1 :]:
            key = pair(one.sha256, other.sha256)
            if key in found:
                name = f"{key[0][:16]}-{key[1][:16]}"
                first, second = (one, other) if one.sha256 == key[0] else (other, one)
                answer = composition.answers.get(name, "")
                clashes.append(Clash(len(clashes) + 1, name, first, second, found[key], answer))
    return tuple(clashes)


def _tone_clashes(composition: Composition, parts: Sequence[Part]) -> tuple[ToneClash, ...]:
    clashing = CLASHING.get(composition.tone, frozenset())
    return tuple(ToneClash(part, part.checkpoint.tone_type) for part in parts if part.checkpoint.tone_type in clashing)


def _variables(text: str) -> tuple[str, ...]:
    try:
        return variables(text)
    except Invalid:  # a block with a broken placeholder was saved before placeholders were checked
        return ()
