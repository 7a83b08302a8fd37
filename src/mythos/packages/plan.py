"""What an install would do, as plain data every door shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mythos.formats.bundle import Bundle
from mythos.packages.models import InstalledPackage

ACTIONS = ("conflict", "clash", "new", "changed", "merged", "ahead", "left out", "same")
OPEN = ("conflict", "clash")
ANSWERS = ("mine", "theirs", "edited", "own", "propose", "skip")
REST, REST_ANSWERS = "*", ("mine", "theirs")  # one answer for every row that has none of its own


@dataclass(frozen=True)
class PlanRow:
    """One thing in the package and what happens to it; `choices` are the answers a person can give.

    `base` is the text both sides began with, `merged` all three together with marks where they clash, or what a person
    made of it; `wrong` says why that cannot be taken.
    """

    kind: str
    name: str
    action: str
    text: str = ""
    mine: str = ""
    theirs: str = ""
    choices: Sequence[str] = ()
    chosen: str = ""
    base: str = ""
    merged: str = ""
    wrong: str = ""

    @property
    def key(self) -> str:
        """How a decision names the row."""
        return f"{self.kind}:{self.name}"

    def in_bulk(self, answer: str) -> str:
        """What an answer for all rows means for this one; whoever keeps theirs holds contracts against their clause."""
        if answer == "mine" and "own" in self.choices:
            return "own"
        return answer if answer in REST_ANSWERS and answer in self.choices else ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide first."""
        return self.action in OPEN and not self.chosen


@dataclass(frozen=True)
class SignerStanding:
    """Who vouches for the package, and what this swarm knows of them."""

    state: str  # unsigned, first, trusted, changed, revoked
    name: str = ""
    fingerprint: str = ""
    before: str = ""


@dataclass
class InstallPlan:
    """The plan; `problems` forbid the install whatever is decided."""

    bundle: Bundle
    signer: SignerStanding
    installed_version: str = ""
    rows: list[PlanRow] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How often each action comes, the ones that wait for a person first."""
        found = {action: sum(row.action == action for row in self.rows) for action in ACTIONS}
        return {action: number for action, number in found.items() if number}

    @property
    def open_rows(self) -> list[PlanRow]:
        """What a person has to decide."""
        return [row for row in self.rows if row.is_open]

    @property
    def in_bulk(self) -> dict[str, int]:
        """How many of the rows that are open each answer for all would decide."""
        return {answer: sum(bool(row.in_bulk(answer)) for row in self.open_rows) for answer in REST_ANSWERS}

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.problems and not self.open_rows

    @property
    def digest(self) -> str:
        """Changes with the package, the world and the decisions."""
        shown = [
            [row.key, row.action, row.text, row.chosen, row.merged if row.chosen == "edited" else ""]
            for row in self.rows
        ]
        told = json.dumps([self.bundle.sha256, self.signer.state, shown, self.problems], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


ClauseKey = tuple[str, str]


@dataclass
class Work:
    """The plan with what applying it needs."""

    plan: InstallPlan
    installed: InstalledPackage | None
    texts: dict[str, str] = field(default_factory=dict)  # prompt -> text that is merged, edited or taken from theirs
    details: dict[str, dict[str, Any]] = field(default_factory=dict)  # prompt -> what describes it anew
    missing: dict[str, int] = field(default_factory=dict)  # prompt -> how many of its checkpoints are here already
    clauses: dict[ClauseKey, str] = field(default_factory=dict)  # clause -> action
    pinned: dict[ClauseKey, int] = field(default_factory=dict)  # clause -> version in force here


@dataclass(frozen=True)
class Answers:
    """What a person decided, by key of the row; `texts` are those they edited."""

    choices: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
