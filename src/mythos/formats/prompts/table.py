"""A CSV with the columns `act` and `prompt`; other columns become tags."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mythos.errors import Invalid
from mythos.formats.prompts.base import Item, Problem, PromptRecord, Revision, slugify
from mythos.formats.prompts.folder import read_file
from mythos.text.normalize import MAX_BYTES, decode

NEEDED = ("act", "prompt")
csv.field_size_limit(MAX_BYTES)


def read(path: Path) -> Iterator[Item]:
    """One prompt a row; a bad row is a problem with its line, a missing column stops the file."""
    rows = csv.reader(io.StringIO(decode(read_file(path), name=path.name), newline=""), strict=True)
    header = [name.strip().lower() for name in next(rows, [])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise Invalid(
            f"{path.name}, line 1: the column {missing[0]!r} is missing.",
            hint=f"The file has the columns: {', '.join(header) or 'none'}.",
            data={"file": path.name, "line": 1},
        )
    seen: Counter[str] = Counter()
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Problem(path.name, line, f"The row cannot be read: {error}.")
            return
        if row is None:
            return
        if row:
            yield _record(dict(zip(header, row, strict=False)), len(row), len(header), seen, path.name, line)


def _record(row: dict[str, str], cells: int, columns: int, seen: Counter[str], file: str, line: int) -> Item:
    if cells != columns:
        return Problem(file, line, f"The row has {cells} cells, the header {columns}.")
    title, text = row["act"].strip(), row["prompt"]
    slug = slugify(title.replace("/", " "))
    if not text.strip():
        return Problem(file, line, "The cell “prompt” is empty.")
    if not slug:
        return Problem(file, line, "The cell “act” gives no name.")
    seen[slug] += 1
    if seen[slug] > 1:
        slug = f"{slug}-{seen[slug]}"
    tags = ["for-devs"] if row.get("for_devs", "").strip().upper() == "TRUE" else []
    if row.get("type", "").strip():
        tags.append(slugify(row["type"]))
    revision = Revision(text, author=row.get("contributor", "").strip())
    return PromptRecord(slug, title[:200], (revision,), "system", tuple(tags), file, line)
