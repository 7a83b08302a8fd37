"""`mythos compare`: two files, or many pairs at once. Needs no database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mythos.cli.output import json_option, print_json
from mythos.errors import Invalid
from mythos.formats.prompts.folder import read_file
from mythos.text.compare import Comparison
from mythos.text.compare import compare as compare_texts
from mythos.text.normalize import MAX_BYTES, decode


@click.command()
@click.argument("old", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.argument("new", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--pairs", type=click.Path(path_type=Path), help="A JSON Lines file of {id, old, new}.")
@json_option
def compare(old: Path | None, new: Path | None, pairs: Path | None, as_json: bool) -> int:
    """Say what changed in meaning from OLD to NEW. Exit code 1 when it got worse, or may have.

    With --pairs each line is id, verdict and probability of harm, with --json as JSON Lines; the exit code stays 0.
    """
    if pairs is not None:
        if old is not None or new is not None:
            raise click.UsageError("Give either two files or --pairs.")
        return _pairs(pairs, as_json)
    if old is None or new is None:
        raise click.UsageError("Give two files, or --pairs FILE.")
    result = compare_texts(_read(old), _read(new))
    if as_json:
        print_json(result.as_dict())
    else:
        _show(result)
    return 1 if result.verdict in {"regression", "uncertain"} else 0


def _read(path: Path) -> str:
    if str(path) == "-":
        return decode(sys.stdin.buffer.read(MAX_BYTES + 1), name="standard input")
    try:
        return decode(read_file(path), name=path.name)
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", data={"file": str(path)}) from error


def _show(result: Comparison) -> None:
    similarity = "not measured" if result.similarity is None else f"{result.similarity:.2f}"
    click.echo(f"{result.verdict} (confidence {result.confidence:.2f}, similarity {similarity})")
    for finding in result.findings:
        click.echo(f"  {finding.severity:5} {finding.title}: {finding.reason}")
        if finding.old_text or finding.new_text:
            click.echo(f"        {finding.old_text or '—'} → {finding.new_text or '—'}")


def _pairs(path: Path, as_json: bool) -> int:
    """One line out a pair, in order, once the whole file was read; a line that is no pair stops it before the first."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", data={"file": str(path)}) from error
    pairs = [_pair(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not pairs:
        raise Invalid(f"{path} holds no pairs.", data={"file": str(path)})
    for name, old, new in pairs:
        result = compare_texts(old, new, measure_similarity=False)
        if as_json:
            click.echo(json.dumps({"id": name, **_told(result)}, ensure_ascii=False))
        else:
            click.echo(f"{name}\t{result.verdict}\t{result.score:.2f}")
    return 0


def _pair(path: Path, number: int, line: bytes) -> tuple[Any, str, str]:
    """What the pair is called, and its two texts."""
    where = {"file": str(path), "line": number}
    try:
        row: Any = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{path}, line {number}: this is not UTF-8 text.", data=where) from error
    except ValueError as error:
        raise Invalid(f"{path}, line {number}: this is no JSON.", data=where) from error
    if not isinstance(row, dict) or not all(isinstance(row.get(side), str) for side in ("old", "new")):
        raise Invalid(f"{path}, line {number}: a pair is an object with the texts `old` and `new`.", data=where)
    return row.get("id", number), row["old"], row["new"]


def _told(result: Comparison) -> dict[str, Any]:
    """One pair for a program: `probability` is that of harm, `kinds` are those the verdict rests on."""
    return {
        "verdict": result.verdict,
        "regression": result.is_regression,
        "probability": result.score,
        "kinds": list(dict.fromkeys(finding.kind for finding in result.decisive)),
    }
