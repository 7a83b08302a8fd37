"""What a check found, and where."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
WEAKENED = "prompt-weakened"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file; lines and columns count from 1, the end column is the one after the last character."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody answers for a broken rule until a day; `file` is a pattern, and empty for all."""

    clause: str
    owner: str
    reason: str
    expires: date
    file: str = ""

    def covers(self, rule: str, file: str) -> bool:
        return self.clause == rule and (not self.file or fnmatchcase(file, self.file))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that got worse or does not hold; `rule` is the id of a clause, or `prompt-weakened`."""

    rule: str
    level: Level
    title: str
    message: str
    place: Place
    quote: str = ""
    waiver: Waiver | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same finding on another line."""
        return hashlib.sha256("\x00".join((self.rule, self.place.file, self.title, self.quote)).encode()).hexdigest()[
            :24
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """Findings in the order of files and lines, and what was looked at."""

    findings: tuple[Finding, ...]
    prompts: tuple[str, ...]
    clauses: dict[str, str] = field(default_factory=dict)
    base: str = ""
    notes: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """Findings nobody answers for."""
        return tuple(found for found in self.findings if found.waiver is None)

    def fails(self, level: Level) -> bool:
        """Whether something of this level or worse is open."""
        return any(LEVELS.index(found.level) <= LEVELS.index(level) for found in self.open)

    @property
    def counts(self) -> dict[str, int]:
        """How many are open at each level, and how many are waived."""
        found = Counter(one.level for one in self.open)
        return {**{level: found[level] for level in LEVELS}, "waived": len(self.findings) - len(self.open)}
