"""The one text an assistant speaks from, put together from blocks: the same function behind every door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mythos.assistants.models import Section
from mythos.errors import Invalid
from mythos.text.normalize import content_hash

BETWEEN_BLOCKS = "\n\n"
SECTIONS = tuple(Section.values)


@dataclass(frozen=True, slots=True)
class Block:
    """One prompt's text in a section; `source` says whose it is, as in `hermes/desk@v3`."""

    section: str
    order: int
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a block stands in the compiled text."""

    block: Block
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """The exact text, and where each block went; what no span covers is headings and the space between."""

    text: str
    sha256: str
    spans: tuple[Span, ...]


def compile_blocks(blocks: Iterable[Block]) -> Compiled:
    """Sections in their order under a heading each, blocks by `order`; a section without blocks leaves nothing."""
    rows = list(blocks)
    unknown = sorted({row.section for row in rows} - set(SECTIONS))
    if unknown:
        raise Invalid(f"There is no section {unknown[0]!r}.", fields={"section": f"One of {', '.join(SECTIONS)}."})
    parts: list[str] = []
    spans: list[Span] = []
    position, heading = 0, ""

    def add(part: str) -> None:
        nonlocal position
        parts.append(part)
        position += len(part)

    for block in sorted(rows, key=lambda row: (SECTIONS.index(row.section), row.order)):
        if parts:
            add(BETWEEN_BLOCKS)
        if block.section != heading:
            heading = block.section
            add(f"# {heading.title()}\n")
        add(block.text)
        spans.append(Span(block, position - len(block.text), position))
    text = "".join(parts)
    return Compiled(text, content_hash(text), tuple(spans))
