"""The terms of a contract, as plain data: what is signed, checked and fingerprinted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mythos.errors import Invalid, MythosError
from mythos.plugins import find

MOST_EXPECTATIONS = 200


@dataclass(frozen=True)
class ClauseTerm:
    """A clause at a pinned version; an empty obligation means the text of the clause itself."""

    codex: str
    ref: str
    version: int
    obligation: str = ""
    origin: Literal["own", "role"] = "own"
    path: str = ""


@dataclass(frozen=True)
class RoleTerm:
    """A role at the version that was in force when the contract was signed; `path` leads to it."""

    role: str
    version: int
    path: str


@dataclass(frozen=True)
class Expectation:
    """A promise a machine can check; `type` names a grader, `clause` the ref of the clause it covers, or nothing."""

    id: str
    type: str
    value: Any
    weight: float = 1.0
    on: Literal["prompt", "output"] = "prompt"
    clause: str = ""


@dataclass(frozen=True)
class Terms:
    """Everything a contract says."""

    type: str
    clauses: Sequence[ClauseTerm]
    expectations: Sequence[Expectation] = ()
    roles: Sequence[RoleTerm] = field(default=())

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """The three lists as a contract stores them."""
        return {
            "codex_clauses": [asdict(term) for term in self.clauses],
            "symbolic_expectations": [asdict(expectation) for expectation in self.expectations],
            "inherited_roles": [asdict(role) for role in self.roles],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the terms in canonical JSON: the same promises give the same one."""
        canonical = json.dumps(
            {"type": self.type, **self.as_json()}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()


def read_expectations(rows: Iterable[Mapping[str, Any]], refs: Iterable[str]) -> list[Expectation]:
    """Expectations from outside, checked one by one; Invalid names every row that will not do."""
    known = set(refs)
    fields: dict[str, str] = {}
    out: list[Expectation] = []
    for number, row in enumerate(rows, start=1):
        name = str(row.get("id") or f"e{number}")
        expectation = Expectation(
            id=name,
            type=str(row.get("type", "")),
            value=row.get("value"),
            weight=row.get("weight", 1.0),
            on=row.get("on", "prompt"),
            clause=str(row.get("clause") or ""),
        )
        problem = _problem(expectation, known)
        if problem:
            fields[f"expectations.{name}"] = problem
        elif any(other.id == name for other in out):
            fields[f"expectations.{name}"] = "Two expectations have this id."
        out.append(expectation)
    if len(out) > MOST_EXPECTATIONS:
        fields["expectations"] = f"At most {MOST_EXPECTATIONS}."
    if fields:
        raise Invalid("; ".join(f"{key}: {text}" for key, text in fields.items()), fields=fields)
    return out


def _problem(expectation: Expectation, refs: set[str]) -> str:
    if expectation.on not in ("prompt", "output"):
        return "“on” is prompt or output."
    weight = expectation.weight
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 100:
        return "The weight is a number above 0, at most 100."
    if expectation.clause and expectation.clause not in refs:
        return f"The contract does not bind the clause {expectation.clause!r}."
    try:
        grader = find("grader", expectation.type)
    except MythosError as error:
        return error.message
    problem: str = grader.problem(expectation.value)
    return problem
