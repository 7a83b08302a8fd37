"""What somebody typed on the pages of rituals, read back so that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from mythos.errors import Invalid
from mythos.formats.rituals import CaseRecord
from mythos.formats.rituals.document import turns
from mythos.rituals.models import RitualCase, Split
from mythos.web.forms.values import shown_value, typed_value, typed_weight


@dataclass
class TypedCheck:
    """One row of the expectations of a case, as text; `origin` is what an imported file said that has no field."""

    id: str = ""
    type: str = ""
    value: str = ""
    clause: str = ""
    weight: str = "1"
    origin: str = ""


@dataclass
class TypedCase:
    """The whole form of a case."""

    ref: str = ""
    input: str = ""
    split: str = Split.VALIDATION
    weight: str = "1"
    threshold: str = ""
    variables: str = ""
    messages: str = ""
    checks: list[TypedCheck] = field(default_factory=list)

    def record(self) -> CaseRecord:
        """The case as the service takes it; Invalid names the fields that cannot be read."""
        fields: dict[str, str] = {}
        variables = _json(self.variables, {}, fields, "variables", 'An object as JSON, such as {"name": "Ada"}.')
        said = _json(self.messages, [], fields, "messages", "A list of turns as JSON, each with role and content.")
        before = turns(said) if said else []
        if before is None:
            fields["messages"] = "A list of turns as JSON, each with role and content."
        weight, threshold = typed_weight(self.weight), typed_weight(self.threshold) if self.threshold else None
        if not isinstance(weight, float):
            fields["weight"] = "A number above zero."
        if threshold is not None and not isinstance(threshold, float):
            fields["threshold"] = "A number from 0 to 1, or nothing."
        if fields:
            raise Invalid("The case cannot be saved.", fields=fields)
        return CaseRecord(
            ref=self.ref.strip(),
            input=self.input,
            split=self.split,
            weight=weight,
            threshold=threshold,
            variables=variables,
            messages=before or [],
            expectations=[_expectation(check) for check in self.checks],
            place="The case",
        )


def _expectation(check: TypedCheck) -> dict[str, Any]:
    made: dict[str, Any] = {"id": check.id, "type": check.type, "value": typed_value(check.type, check.value)}
    made |= {"weight": typed_weight(check.weight), "clause": check.clause.strip()}
    return made | ({"promptfoo": json.loads(check.origin)} if check.origin else {})


def _json(text: str, empty: Any, fields: dict[str, str], name: str, wrong: str) -> Any:
    if not text.strip():
        return empty
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, type(empty)):
        fields[name] = wrong
        return empty
    return value


def from_case(case: RitualCase) -> TypedCase:
    """A case as it stands."""
    return TypedCase(
        ref=case.ref,
        input=case.input,
        split=case.split,
        weight=f"{case.weight:g}",
        threshold="" if case.threshold is None else f"{case.threshold:g}",
        variables=json.dumps(case.variables, ensure_ascii=False, indent=1) if case.variables else "",
        messages=json.dumps(case.messages, ensure_ascii=False, indent=1) if case.messages else "",
        checks=[_check(entry) for entry in case.expectations],
    )


def _check(entry: dict[str, Any]) -> TypedCheck:
    value = shown_value(entry.get("value"))
    origin = json.dumps(entry["promptfoo"]) if entry.get("promptfoo") else ""
    weight = f"{entry.get('weight', 1.0):g}"
    return TypedCheck(entry["id"], entry["type"], value, entry.get("clause", ""), weight, origin)


def case_from_post(post: QueryDict) -> TypedCase:
    """What was sent; empty rows are left out, the row to remove too."""
    columns = (post.getlist(f"check-{name}") for name in ("id", "type", "value", "clause", "weight", "origin"))
    rows = [TypedCheck(*values) for values in zip(*columns, strict=False)]
    gone = post.get("remove", "")
    rows = [row for n, row in enumerate(rows) if str(n) != gone and (row.type or row.value.strip())]
    _name(rows)
    names = ("ref", "input", "split", "weight", "threshold", "variables", "messages")
    return TypedCase(**{name: post.get(name, "") for name in names}, checks=rows)


def _name(rows: Iterable[TypedCheck]) -> None:
    taken = {row.id for row in rows}
    for row in rows:
        if not row.id:
            row.id = next(name for number in range(1, len(taken) + 2) if (name := f"e{number}") not in taken)
            taken.add(row.id)


def run_options(post: QueryDict) -> dict[str, Any]:
    """How to run, as `start_run` takes it; Invalid names every number that is none."""
    fields: dict[str, str] = {}
    judge = post.get("judge", "")
    options = {
        "provider": post.get("provider", ""),
        "model": post.get("model", "").strip(),
        "split": post.get("split", ""),
        "repeats": _number(post, "repeats", fields, int) or 1,
        "budget": _number(post, "budget", fields, float),
        "use_cache": post.get("use_cache") == "on",
        "judge": {"provider": judge} if judge else None,
        "parameters": {"max_tokens": _number(post, "max_tokens", fields, int) or 512}
        | {"temperature": _number(post, "temperature", fields, float) or 0.0},
    }
    if fields:
        raise Invalid("The run cannot start.", fields=fields)
    return options


def _number(post: QueryDict, name: str, fields: dict[str, str], kind: type[int] | type[float]) -> Any:
    text = post.get(name, "").strip()
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        fields[name] = "A whole number." if kind is int else "A number."
        return None
