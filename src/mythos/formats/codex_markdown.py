"""A rule book in Markdown: `## Title {#ref authority=user}` headings at any level become clauses.

A clause is the text of its own section without its subsections. Examples (`**Example**: …` and the fenced
blocks after it) and commentary (`!!! …` blocks) are kept apart from the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mythos.errors import Invalid
from mythos.text.normalize import content_hash, normalize

AUTHORITIES = ("root", "system", "developer", "user", "guideline")
SYNONYMS = {"platform": "root"}  # the Model Spec's older word
BRACES = "they hold an id and then key=value, as in {#ref severity=block tags=a,b}"
SEVERITIES = ("block", "warn", "note")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_ATTRIBUTES = re.compile(r"\s*\{#([\w:.-]+)((?:\s+[\w-]+=(?:\"[^\"]*\"|[^\s}]+))*)\s*\}\s*$")
_ATTRIBUTE = re.compile(r"([\w-]+)=(\"[^\"]*\"|[^\s}]+)")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})(.*)$")
_EXAMPLE = re.compile(r"^\s*\*\*Example\*?\*?", re.IGNORECASE)
_NOTE = re.compile(r"^!!!\s")


@dataclass(frozen=True)
class ClauseRecord:
    """One clause of a document; `line` counts from 1, `position` from 0."""

    ref: str
    title: str
    text: str
    examples: tuple[str, ...]
    notes: tuple[str, ...]
    authority: str
    authority_given: str
    severity: str
    tags: tuple[str, ...]
    level: int
    line: int
    position: int
    parent_ref: str | None


@dataclass(frozen=True)
class CodexDocument:
    """A whole rule book; `warnings` are places that were read in the only sensible way."""

    name: str
    title: str
    text: str
    sha256: str
    clauses: tuple[ClauseRecord, ...]
    warnings: tuple[str, ...] = ()


@dataclass
class _Section:
    level: int
    title: str
    attributes: dict[str, str]
    line: int
    lines: list[str] = field(default_factory=list)


@dataclass
class _Reading:
    name: str
    problems: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def problem(self, line: int, message: str) -> None:
        self.problems.append({"file": self.name, "line": line, "message": message})


def read_codex(text: str, *, name: str, strict_headings: bool = False) -> CodexDocument:
    """Read a document; Invalid lists every problem with file and line, and nothing is half read."""
    text = normalize(text)
    reading = _Reading(name)
    sections = list(_sections(text, reading, strict_headings))
    clauses = _clauses(sections, reading)
    if not clauses and not reading.problems:
        reading.problem(1, "No clause found: a clause is a heading with an id, as in “## Title {#ref}”.")
    if reading.problems:
        first = reading.problems[0]
        raise Invalid(
            f"{name}, line {first['line']}: {first['message']}",
            hint=f"{len(reading.problems)} problem(s) in the document; nothing was read.",
            data={"problems": reading.problems, "file": name, "line": first["line"]},
        )
    title = next((s.title for s in sections if s.level == 1), name)
    return CodexDocument(name, title, text, content_hash(text), tuple(clauses), tuple(reading.warnings))


def _sections(text: str, reading: _Reading, strict: bool) -> Iterator[_Section]:
    """Sections that begin at a heading with an id; a heading without one stays text of its section."""
    current = _Section(0, "", {}, 1)
    for number, line, in_fence in _lines(text, reading):
        heading = None if in_fence else _HEADING.match(line)
        attributes = _ATTRIBUTES.search(heading.group(2)) if heading else None
        if heading and attributes:
            if current.level:
                yield current
            values = {key: value.strip('"') for key, value in _ATTRIBUTE.findall(attributes.group(2))}
            title = heading.group(2)[: attributes.start()].strip()
            current = _Section(len(heading.group(1)), title, {"ref": attributes.group(1), **values}, number)
            continue
        if heading:
            message = f"The heading “{heading.group(2)}” has no id such as {{#ref}}."
            if "{#" in heading.group(2):
                reading.problem(number, f"The braces of “{heading.group(2)}” cannot be read: {BRACES}.")
            elif strict:
                reading.problem(number, message)
            else:
                reading.warnings.append(f"{reading.name}, line {number}: {message} Kept as text.")
        current.lines.append(line)
    if current.level:
        yield current


def _lines(text: str, reading: _Reading) -> Iterator[tuple[int, str, bool]]:
    """(number, line, whether it belongs to a fenced block)."""
    fence, opened = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        mark = _FENCE.match(line)
        inside = bool(fence)
        if mark and not fence:
            fence, opened, inside = mark.group(1), number, True
        elif mark and mark.group(1).startswith(fence) and not mark.group(2).strip():
            fence = ""
        yield number, line, inside
    if fence:
        reading.problem(opened, f"The block opened with {fence} is never closed.")


def _clauses(sections: list[_Section], reading: _Reading) -> list[ClauseRecord]:
    seen: dict[str, int] = {}
    parents: list[tuple[int, str]] = []
    clauses = []
    for position, section in enumerate(sections):
        ref = section.attributes["ref"]
        if ref in seen:
            reading.problem(section.line, f"The id “{ref}” is used twice; first in line {seen[ref]}.")
        seen.setdefault(ref, section.line)
        while parents and parents[-1][0] >= section.level:
            parents.pop()
        clauses.append(_clause(section, position, parents[-1][1] if parents else None, reading))
        parents.append((section.level, ref))
    return clauses


def _clause(section: _Section, position: int, parent: str | None, reading: _Reading) -> ClauseRecord:
    given = section.attributes.get("authority", "")
    authority = SYNONYMS.get(given, given)
    if authority and authority not in AUTHORITIES:
        reading.problem(section.line, f"Unknown authority “{given}”; known: {', '.join(AUTHORITIES)}.")
    severity = section.attributes.get("severity", "warn")
    if severity not in SEVERITIES:
        reading.problem(section.line, f"Unknown severity “{severity}”; known: {', '.join(SEVERITIES)}.")
    rule, examples, notes = split_section(section.lines)
    tags = tuple(tag for tag in section.attributes.get("tags", "").split(",") if tag)
    return ClauseRecord(
        section.attributes["ref"], section.title or section.attributes["ref"], rule, examples, notes,
        authority, given, severity, tags, section.level, section.line, position, parent,
    )  # fmt: skip


def split_section(lines: list[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """(rule text, examples, notes) of a section; each line lands in exactly one of them."""
    rule: list[str] = []
    examples: list[list[str]] = []
    notes: list[list[str]] = []
    target, fence = rule, ""
    for line in lines:
        mark = _FENCE.match(line)
        if not fence and not mark and line.strip():
            target = _target(line, target, rule, examples, notes)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and not mark.group(2).strip():
            fence = ""
            target.append(line)
            continue
        target.append(line)
    return _join(rule), tuple(_join(part) for part in examples), tuple(_join(part) for part in notes)


def _target(
    line: str, current: list[str], rule: list[str], examples: list[list[str]], notes: list[list[str]]
) -> list[str]:
    """Where a line outside any fence belongs."""
    if _EXAMPLE.match(line):
        examples.append([])
        return examples[-1]
    if _NOTE.match(line):
        notes.append([])
        return notes[-1]
    if notes and current is notes[-1]:
        return current if line.startswith((" ", "\t")) else rule
    if examples and current is examples[-1]:
        # The example ends with its fenced block; the first plain line after that is the rule again.
        ended = any(_FENCE.match(kept) for kept in current)
        return rule if ended else current
    return current


def _join(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", normalize("\n".join(lines)))
