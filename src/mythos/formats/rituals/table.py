"""Cases in a CSV: `input`, `ref`, `split`, `weight`, `__expected…` in promptfoo's short form, the rest variables."""

from __future__ import annotations

import csv
import io
import re

from mythos.errors import Invalid
from mythos.formats.rituals.document import CaseRecord, OpenFile, RitualDocument, no_file, refused
from mythos.formats.rituals.expectations import from_cell

_EXPECTED = re.compile(r"(?:__)?expected(\d*)\Z")
_OURS = ("ref", "split", "weight", "__threshold", "__description", "__metric")


def read(text: str, name: str, open_file: OpenFile = no_file) -> RitualDocument:
    """One case a row."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        if not header or len(set(header)) != len(header):
            raise Invalid(f"{name}, line 1: every column needs a name of its own.", data={"file": name, "line": 1})
        problems: list[tuple[str, str]] = []
        cases = []
        for row in rows:
            if not row:
                continue
            place = f"line {rows.line_num}"
            if len(row) != len(header):
                problems.append((place, f"The row has {len(row)} cells, the header {len(header)}."))
                continue
            try:
                cases.append(_case(dict(zip(header, row, strict=True)), place))
            except ValueError as error:
                problems.append((place, f"A number cannot be read: {error}."))
    except csv.Error as error:
        raise Invalid(f"{name} cannot be read as CSV: {error}.", data={"file": name}) from error
    if problems:
        raise refused(name, problems)
    return RitualDocument(title=name, cases=tuple(cases))


def _case(row: dict[str, str], place: str) -> CaseRecord:
    expectations = [from_cell(cell) for column, cell in row.items() if _EXPECTED.match(column) and cell.strip()]
    variables = {key: value for key, value in row.items() if key not in _OURS and not _EXPECTED.match(key)}
    threshold = row.get("__threshold", "").strip()
    return CaseRecord(
        ref=row.get("ref", "").strip(),
        input=variables.pop("input", ""),
        variables=variables,
        expectations=expectations,
        weight=float(row.get("weight", "").strip() or 1.0),
        split=row.get("split", "").strip(),
        threshold=float(threshold) if threshold else None,
        place=place,
    )
