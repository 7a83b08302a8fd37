"""Bytes of a package to its contents. Everything is checked before anything is used, and nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from mythos.formats.bundle import signing
from mythos.formats.bundle.archive import FIRST, LAST, unpack
from mythos.formats.bundle.canonical import load_json, refused
from mythos.formats.bundle.checker import checker
from mythos.formats.bundle.document import (
    About,
    CodexEntry,
    ContractEntry,
    Dependency,
    Entry,
    PromptEntry,
    RitualEntry,
    RoleEntry,
    Signature,
    lineage,
)
from mythos.text.normalize import content_hash, normalize

FOLDERS = {"prompts": "prompt", "contracts": "contract", "codices": "codex", "roles": "role", "rituals": "ritual"}
_KEY = {"prompt": "slug", "contract": "prompt", "codex": "slug", "role": "name", "ritual": "slug"}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Bundle:
    """A package that has been read whole and found sound; its entries are parsed when asked for."""

    data: bytes
    about: About
    entries: tuple[Entry, ...]
    signature: Signature | None
    files: Mapping[str, memoryview]

    @property
    def sha256(self) -> str:
        """The hash of the whole package."""
        return hashlib.sha256(self.data).hexdigest()

    def prompts(self) -> Iterator[PromptEntry]:
        """Every prompt, by slug."""
        return (PromptEntry.read(row) for row in self._rows("prompts"))

    def contracts(self) -> Iterator[ContractEntry]:
        """Every contract, by prompt."""
        return (ContractEntry(**row) for row in self._rows("contracts"))

    def codices(self) -> Iterator[CodexEntry]:
        """The rule books, as far as the contracts need them."""
        return (CodexEntry.read(row) for row in self._rows("codices"))

    def roles(self) -> Iterator[RoleEntry]:
        """Every role the contracts inherit."""
        return (RoleEntry(**row) for row in self._rows("roles"))

    def rituals(self) -> Iterator[RitualEntry]:
        """Every ritual."""
        return (RitualEntry(**row) for row in self._rows("rituals"))

    def count(self, folder: str) -> int:
        """How many entries a folder has."""
        return sum(name.startswith(f"{folder}/") for name in self.files)

    def _rows(self, folder: str) -> Iterator[dict[str, Any]]:
        for name, content in self.files.items():
            if name.startswith(f"{folder}/"):
                yield load_json(bytes(content), name)


def read_bundle(data: bytes, on_progress: Progress | None = None) -> Bundle:
    """The package, or PackageUnreadable naming the entry that is wrong."""
    files = unpack(data)
    if FIRST not in files:
        raise refused(FIRST, "It is missing.")
    about, entries = _manifest(bytes(files[FIRST]))
    signature = _signature(files)
    _compare(files, entries)
    facts = _Facts()
    for number, entry in enumerate(entries, start=1):
        kind, row = _checked(entry.path, bytes(files[entry.path]))
        _KINDS[kind](facts, row, entry.path)
        if on_progress:
            on_progress(number, len(entries))
    facts.settle()
    return Bundle(data, about, entries, signature, files)


def _manifest(content: bytes) -> tuple[About, tuple[Entry, ...]]:
    row = load_json(content, FIRST)
    if problem := checker("manifest")(row, "manifest"):
        raise refused(FIRST, problem)
    given = {item.name: row[item.name] for item in fields(About)}
    given["dependencies"] = tuple(Dependency(**one) for one in row["dependencies"])
    return About(**given), tuple(Entry(**one) for one in row["entries"])


def _signature(files: Mapping[str, memoryview]) -> Signature | None:
    if LAST not in files:
        return None
    row = load_json(bytes(files[LAST]), LAST)
    if problem := checker("signature")(row, "signature"):
        raise refused(LAST, problem)
    signing.verify(row, bytes(files[FIRST]))
    return Signature(**row)


def _compare(files: Mapping[str, memoryview], entries: tuple[Entry, ...]) -> None:
    """The manifest names exactly what is there, with the right size and hash."""
    named = [entry.path for entry in entries]
    there = [name for name in files if name not in (FIRST, LAST)]
    known = set(named)
    for name in there:
        if name not in known:
            raise refused(name, "The manifest does not name it.")
    for entry in entries:
        if entry.path not in files or entry.path in (FIRST, LAST):
            raise refused(entry.path, "The manifest names it, and it is not there.")
    if named != there:
        raise refused(FIRST, "Its entries are not in order, or one stands there twice.")
    for entry in entries:
        content = files[entry.path]
        if len(content) != entry.size:
            raise refused(entry.path, f"It has {len(content):,} bytes, and the manifest says {entry.size:,}.")
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise refused(entry.path, "Its hash is not the one in the manifest.")


def _checked(path: str, content: bytes) -> tuple[str, dict[str, Any]]:
    folder, _, rest = path.partition("/")
    kind = FOLDERS.get(folder)
    if kind is None or not rest.endswith(".json"):
        raise refused(path, "A package has no such entry.")
    row = load_json(content, path)
    if problem := checker(kind)(row, kind):
        raise refused(path, problem)
    if rest != f"{row[_KEY[kind]]}.json":
        raise refused(path, "Its name is not that of what it holds.")
    return kind, row


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).year >= 1970
    except ValueError:
        return False


class _Facts:
    """What entries say of each other, compared when all have been read."""

    def __init__(self) -> None:
        self.prompts: set[str] = set()
        self.clauses: dict[tuple[str, str], set[int]] = {}
        self.roles: dict[str, int] = {}
        self.needs: list[tuple[str, str, Callable[[], bool]]] = []

    def prompt(self, row: dict[str, Any], path: str) -> None:
        self.prompts.add(row["slug"])
        previous = row["parent"]["lineage"] if row["parent"] else ""
        for number, point in enumerate(row["checkpoints"], start=1):
            text = point["text"]
            if point["version"] != number:
                raise refused(path, f"Checkpoint {number} says it is version {point['version']}.")
            if not _is_time(point["created_at"]):
                raise refused(path, f"Version {number} has no such time: {point['created_at']}.")
            if content_hash(text) != point["sha256"]:
                raise refused(path, f"The hash of version {number} is not that of its text.")
            if normalize(text) != text:
                raise refused(path, f"The text of version {number} is not in the form texts are kept in.")
            previous = lineage(
                previous, number, point["sha256"], point["message"], point["author"], point["created_at"]
            )
            if previous != point["lineage"]:
                raise refused(path, f"The lineage of version {number} does not follow from what came before.")

    def contract(self, row: dict[str, Any], path: str) -> None:
        entry = ContractEntry(**row)
        if entry.own_fingerprint != entry.fingerprint:
            raise refused(path, "The fingerprint is not that of the terms.")
        self.needs.append((path, f"The prompt {entry.prompt} is not there.", lambda: entry.prompt in self.prompts))
        for term in entry.clauses:
            self._needs_clause(path, term)
        for role in entry.roles:
            self._needs_role(path, role["role"])

    def codex(self, row: dict[str, Any], path: str) -> None:
        for clause in row["clauses"]:
            key = (row["slug"], clause["ref"])
            versions = [one["version"] for one in clause["versions"]]
            if key in self.clauses:
                raise refused(path, f"The clause {clause['ref']} stands there twice.")
            if versions != list(range(1, len(versions) + 1)):
                raise refused(path, f"The versions of {clause['ref']} are not 1, 2, 3 and so on.")
            self.clauses[key] = set(versions)

    def role(self, row: dict[str, Any], path: str) -> None:
        self.roles[row["name"]] = row["version"]
        for term in row["clauses"]:
            self._needs_clause(path, term)
        for name in row["includes"]:
            self._needs_role(path, name)

    def ritual(self, row: dict[str, Any], path: str) -> None:
        slug = row["prompt"]
        if slug is not None:
            self.needs.append((path, f"The prompt {slug} is not there.", lambda: slug in self.prompts))
        refs = [case["ref"] for case in row["cases"]]
        if len(set(refs)) != len(refs):
            raise refused(path, "Two cases have the same ref.")
        for result in row["results"]:
            told = [one["ref"] for one in result.get("outcomes", ())]
            if len(set(told)) != len(told):
                raise refused(path, f"The result on {result['model']} tells of a case twice.")

    def _needs_clause(self, path: str, term: Mapping[str, Any]) -> None:
        key, version = (term["codex"], term["ref"]), term["version"]
        said = f"The clause {term['codex']} {term['ref']} v{version} is not there."
        self.needs.append((path, said, lambda: version in self.clauses.get(key, ())))

    def _needs_role(self, path: str, name: str) -> None:
        self.needs.append((path, f"The role {name} is not there.", lambda: name in self.roles))

    def settle(self) -> None:
        """Raise PackageUnreadable for the first thing that is named and not there."""
        for path, problem, holds in self.needs:
            if not holds():
                raise refused(path, problem)


_KINDS: dict[str, Callable[[_Facts, dict[str, Any], str], None]] = {
    "prompt": _Facts.prompt,
    "contract": _Facts.contract,
    "codex": _Facts.codex,
    "role": _Facts.role,
    "ritual": _Facts.ritual,
}
