"""What a package holds, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict

from mythos.formats.bundle.canonical import digest

FORMAT, FORMAT_VERSION = "mythos-package", 1


class Fork(TypedDict):
    """Where a prompt was forked from."""

    slug: str
    version: int
    lineage: str


class ClauseVersion(TypedDict):
    """One version of a clause."""

    version: int
    text: str
    authority: str


@dataclass(frozen=True)
class Dependency:
    """A package this one needs: `1.2.0` exactly, or `^1.2.0` and what is compatible."""

    name: str
    version: str


@dataclass(frozen=True)
class Entry:
    """One file of the package."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class About:
    """What the sender says of a package."""

    name: str
    title: str
    version: str
    description: str
    license: str
    authors: Sequence[str]
    attribution: str
    tags: Sequence[str]
    codex_tags: Sequence[str]
    dependencies: Sequence[Dependency] = ()


@dataclass(frozen=True)
class CheckpointEntry:
    """One text of a prompt; its lineage covers everything that came before it."""

    version: int
    text: str
    sha256: str
    message: str
    author: str
    created_at: str
    tags: Sequence[str]
    lineage: str


@dataclass(frozen=True)
class PromptEntry:
    """A prompt with its checkpoints, oldest first."""

    slug: str
    title: str
    kind: str
    tags: Sequence[str]
    parent: Fork | None
    checkpoints: Sequence[CheckpointEntry]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> CheckpointEntry:
        """The newest checkpoint."""
        return self.checkpoints[-1]

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> PromptEntry:
        """From JSON that has been checked."""
        return cls(**{**row, "checkpoints": tuple(CheckpointEntry(**point) for point in row["checkpoints"])})


@dataclass(frozen=True)
class ContractEntry:
    """The terms of a contract as it was signed, and how it stood when it was packed."""

    prompt: str
    type: str
    fingerprint: str
    clauses: Sequence[Mapping[str, Any]]
    expectations: Sequence[Mapping[str, Any]]
    roles: Sequence[Mapping[str, Any]]
    state: str
    states: Sequence[Mapping[str, str]]
    signer: str
    reason: str

    @property
    def own_fingerprint(self) -> str:
        """The fingerprint the terms give, as the codex computes it."""
        terms = {
            "type": self.type,
            "codex_clauses": self.clauses,
            "symbolic_expectations": self.expectations,
            "inherited_roles": self.roles,
        }
        return digest(terms)


@dataclass(frozen=True)
class ClauseEntry:
    """A clause with its versions up to the one in force."""

    ref: str
    title: str
    severity: str
    tags: Sequence[str]
    versions: Sequence[ClauseVersion]

    def text_of(self, version: int) -> str | None:
        """The text of a version, or None."""
        return next((row["text"] for row in self.versions if row["version"] == version), None)


@dataclass(frozen=True)
class CodexEntry:
    """The clauses of one rule book that the package needs."""

    slug: str
    title: str
    clauses: Sequence[ClauseEntry]

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> CodexEntry:
        """From JSON that has been checked."""
        return cls(**{**row, "clauses": tuple(ClauseEntry(**clause) for clause in row["clauses"])})


@dataclass(frozen=True)
class RoleEntry:
    """One version of a named set of clauses."""

    name: str
    version: int
    title: str
    description: str
    clauses: Sequence[Mapping[str, Any]]
    includes: Sequence[str]


@dataclass(frozen=True)
class RitualEntry:
    """A test scenario with what its cases gave where it was packed."""

    slug: str
    title: str
    type: str
    description: str
    tags: Sequence[str]
    prompt: str | None
    template: Sequence[Mapping[str, str]]
    origin: Mapping[str, Any]
    cases: Sequence[Mapping[str, Any]]
    results: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Signature:
    """Who vouches for the package."""

    algorithm: str
    key: str
    fingerprint: str
    signer: str
    signature: str


@dataclass
class Contents:
    """Everything a package carries, before it becomes bytes."""

    prompts: list[PromptEntry] = field(default_factory=list)
    contracts: list[ContractEntry] = field(default_factory=list)
    codices: list[CodexEntry] = field(default_factory=list)
    roles: list[RoleEntry] = field(default_factory=list)
    rituals: list[RitualEntry] = field(default_factory=list)

    def files(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(path, value) of every entry."""
        yield from ((f"prompts/{row.slug}.json", asdict(row)) for row in self.prompts)
        yield from ((f"contracts/{row.prompt}.json", asdict(row)) for row in self.contracts)
        yield from ((f"codices/{row.slug}.json", asdict(row)) for row in self.codices)
        yield from ((f"roles/{row.name}.json", asdict(row)) for row in self.roles)
        yield from ((f"rituals/{row.slug}.json", asdict(row)) for row in self.rituals)


def lineage(previous: str, version: int, sha256: str, message: str, author: str, created_at: str) -> str:
    """The hash of a checkpoint and of everything it grew from; a fork begins with its parent's."""
    return digest([previous, version, sha256, message, author, created_at])
