"""A CSV with the columns `act` and `prompt`; what is exported has `slug`, `kind`, `tags` and `metadata` as well."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from mythos.errors import Invalid, MythosError
from mythos.formats.prompts.base import (
    Format,
    Item,
    OpenFile,
    Problem,
    PromptRecord,
    Revision,
    problem_of,
    slugify,
)
from mythos.formats.prompts.bounds import check_metadata, needed, read_json, without_secrets
from mythos.text.normalize import MAX_BYTES, decode, normalize

SUFFIX = ".csv"
NEEDED = ("act", "prompt")
EXPORTED = ("slug", "act", "prompt", "kind", "tags", "metadata")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
csv.field_size_limit(MAX_BYTES)


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """The prompts and problems of a table."""
    return list(read(data, name))


def is_table(data: bytes) -> bool:
    """Whether the first line names the columns that a table of prompts needs."""
    try:
        header = next(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline="")), [])
    except csv.Error:
        return False
    return set(NEEDED) <= {column.strip().lower() for column in header}


def read(data: bytes, name: str) -> Iterator[Item]:
    """One prompt a row; a bad row is a problem with its line, a missing column stops the file."""
    rows = csv.reader(io.StringIO(decode(data, name=name), newline=""), strict=True)
    try:
        header = [column.strip().lower() for column in next(rows, [])]
    except csv.Error as error:
        raise Invalid(f"{name}, line 1: this is no CSV ({error}).", data={"file": name, "line": 1}) from error
    missing = [column for column in NEEDED if column not in header]
    if missing or len(set(header)) != len(header):
        what = f"the column {missing[0]!r} is missing." if missing else "a column stands twice."
        raise Invalid(
            f"{name}, line 1: {what}",
            hint=f"The file has the columns: {', '.join(header)[:500] or 'none'}.",
            data={"file": name, "line": 1},
        )
    seen: Counter[str] = Counter()
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Problem(name, line, f"The row cannot be read: {error}.")
            return
        if row is None:
            return
        if row:
            make = _exported if set(EXPORTED) <= set(header) and len(row) == len(header) else _record
            yield make(dict(zip(header, row, strict=False)), len(row), len(header), seen, name, line)


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


def _exported(row: dict[str, str], cells: int, columns: int, seen: Counter[str], file: str, line: int) -> Item:
    """A row of our own export: it says everything."""
    try:
        given = read_json(row["metadata"] or "{}", file)
        metadata, secrets = without_secrets(needed(given, dict, file, "metadata"))
        tags = needed(read_json(row["tags"] or "[]", file), list, file, "tags")
        text, title, slug = _bare(row["prompt"]), _bare(row["act"]), slugify(row["slug"])
        if not text.strip() or not slug or any(not isinstance(tag, str) for tag in tags) or len(title) > 200:
            return Problem(file, line, "The row has no slug, no text, no list of tags or too long a title.")
        if seen[slug]:
            return Problem(file, line, f"The slug {slug!r} stands twice.")
        seen[slug] += 1
        kept = check_metadata(metadata, file)
    except MythosError as error:
        return Problem(file, line, problem_of(error, file, line).message)
    notes = tuple(f"{place}: a secret is not kept." for place in secrets)
    return PromptRecord(slug, title, (Revision(text),), row["kind"], tuple(tags), file, line, kept, notes)


def _guarded(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe, which `_bare` takes off again."""
    return f"'{text}" if text.startswith(("'", *_FORMULA_STARTS)) else text


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(("'", *_FORMULA_STARTS)) else cell


def dump(records: Sequence[PromptRecord]) -> bytes:
    """A table of prompts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EXPORTED)
    for record in records:
        text, title = _guarded(normalize(record.text)), _guarded(record.title)
        tags = json.dumps(list(record.tags), ensure_ascii=False)
        metadata = json.dumps(record.metadata, ensure_ascii=False)
        writer.writerow([record.slug, title, text, record.kind, tags, metadata])
    return out.getvalue().encode()


FORMAT = Format("csv", "CSV", SUFFIX, load, dump, holds_many=True, blocks=None)
