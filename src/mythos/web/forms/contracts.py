"""What somebody typed on the page where a contract is signed, read back row by row so that nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from mythos.codex.models import CodexContract
from mythos.web.forms.values import shown_value, typed_value, typed_weight

Key = tuple[str, str]


@dataclass
class TypedClause:
    """A clause somebody may tick; version 0 is the one in force."""

    codex: str
    ref: str
    version: int = 0
    obligation: str = ""
    is_ticked: bool = True

    @property
    def key(self) -> Key:
        """Its rule book and ref."""
        return self.codex, self.ref


@dataclass
class TypedExpectation:
    """One row of the expectations editor, as text."""

    id: str = ""
    type: str = ""
    value: str = ""
    on: str = "prompt"
    clause: str = ""
    weight: str = "1"


@dataclass
class TypedContract:
    """The whole form."""

    base: int
    type: str = CodexContract.Type.GUARDED
    clauses: list[TypedClause] = field(default_factory=list)
    expectations: list[TypedExpectation] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    reason: str = ""

    def clause_rows(self) -> list[dict[str, Any]]:
        """The ticked clauses as the service takes them."""
        return [
            {"codex": row.codex, "ref": row.ref, "version": row.version, "obligation": row.obligation}
            for row in self.clauses
            if row.is_ticked
        ]

    def expectation_rows(self) -> list[dict[str, Any]]:
        """The expectations as the service takes them."""
        return [
            {
                "id": row.id,
                "type": row.type,
                "value": typed_value(row.type, row.value),
                "weight": typed_weight(row.weight),
                "on": row.on,
                "clause": row.clause,
            }
            for row in self.expectations
        ]


def from_contract(contract: CodexContract | None) -> TypedContract:
    """What is signed, or drafted, today."""
    if contract is None:
        return TypedContract(base=0)
    return TypedContract(
        base=contract.version,
        type=contract.type,
        clauses=[
            TypedClause(term["codex"], term["ref"], 0, term["obligation"])
            for term in contract.codex_clauses
            if term["origin"] == "own"
        ],
        expectations=[
            TypedExpectation(
                id=row["id"], type=row["type"], value=shown_value(row["value"]), on=row["on"], clause=row["clause"],
                weight=f"{row['weight']:g}",
            )
            for row in contract.symbolic_expectations
        ],
        roles=[row["role"] for row in contract.inherited_roles if "/" not in row["path"]],
    )  # fmt: skip


def from_post(post: QueryDict) -> TypedContract:
    """What was sent."""
    return TypedContract(
        base=whole(post.get("base", "")),
        type=post.get("type", ""),
        clauses=clauses_from_post(post),
        expectations=_expectations(post),
        roles=[role for role in post.getlist("role") if role],
        reason=post.get("reason", ""),
    )


def clauses_from_post(post: QueryDict) -> list[TypedClause]:
    """`known` names every clause row of the page, `clause` the ticked ones, `add` those typed by name."""
    ticked = set(post.getlist("clause"))
    clauses = [_clause(post, name, name in ticked) for name in dict.fromkeys(post.getlist("known"))]
    seen = {row.key for row in clauses}
    for name in post.getlist("add"):
        codex, _, ref = name.strip().rpartition("/")
        if ref and (codex, ref) not in seen:
            clauses.append(TypedClause(codex, ref))
            seen.add((codex, ref))
    return clauses


def _clause(post: QueryDict, name: str, is_ticked: bool) -> TypedClause:
    codex, _, ref = name.rpartition("/")
    version = whole(post.get(f"version:{name}", ""))
    return TypedClause(codex, ref, version, post.get(f"obligation:{name}", "").strip(), is_ticked)


def _expectations(post: QueryDict) -> list[TypedExpectation]:
    columns = (post.getlist(f"expect-{name}") for name in ("id", "type", "value", "on", "clause", "weight"))
    rows = [TypedExpectation(*values) for values in zip(*columns, strict=False)]
    gone = post.get("remove", "")
    rows = [row for number, row in enumerate(rows) if str(number) != gone and (row.type or row.value.strip())]
    taken = {row.id for row in rows}
    for row in rows:
        if not row.id:
            row.id = _fresh(taken)
            taken.add(row.id)
    return rows


def _fresh(taken: set[str]) -> str:
    return next(name for number in range(1, len(taken) + 2) if (name := f"e{number}") not in taken)


def whole(text: str) -> int:
    """A whole number as somebody typed it; 0 for anything else."""
    return int(text) if text.isdigit() else 0


def merged(typed: Sequence[TypedClause], more: Sequence[TypedClause]) -> list[TypedClause]:
    """The first ones, and of the second those that are new."""
    seen = {row.key for row in typed} | {("", row.ref) for row in typed}
    return [*typed, *(row for row in more if row.key not in seen)]
