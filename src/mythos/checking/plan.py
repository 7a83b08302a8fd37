"""What to check: `mythos.toml` beside the prompts, and what the command line says over it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from mythos.checking.findings import Waiver
from mythos.errors import Invalid

NAME = "mythos.toml"
ContractType = Literal["strict", "guarded", "advisory"]
_PLAN = {"codex", "prompts", "base", "contract", "waiver"}
_CONTRACT = {"prompts", "clauses", "type"}
_WAIVER = {"clause", "owner", "reason", "expires", "file"}


@dataclass(frozen=True, slots=True)
class Promise:
    """Clauses that the files of some patterns have to keep."""

    prompts: tuple[str, ...]
    clauses: tuple[str, ...]
    type: ContractType = "guarded"

    def binds(self, file: str) -> bool:
        return any(fnmatchcase(file, pattern) for pattern in self.prompts)


@dataclass(frozen=True, slots=True)
class Plan:
    """`prompts` and `codex` are paths; without `base` the files are compared with the last commit."""

    root: Path
    prompts: tuple[Path, ...] = ()
    codex: Path | None = None
    base: str = ""
    promises: tuple[Promise, ...] = ()
    waivers: tuple[Waiver, ...] = ()


def read_plan(file: Path) -> Plan:
    """The plan of a file; Invalid names the key that cannot be read."""
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", data={"file": str(file)}) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file.name} is no TOML: {error}.", data={"file": file.name}) from error
    reader = _Reader(file.name)
    reader.known(given, _PLAN, "")
    root = file.resolve().parent
    codex = reader.text(given, "codex", "", required=False)
    plan = Plan(
        root,
        prompts=tuple(root / name for name in reader.texts(given, "prompts", "", required=False)),
        codex=root / codex if codex else None,
        base=reader.text(given, "base", "", required=False),
        promises=tuple(reader.promise(row, number) for number, row in reader.tables(given, "contract")),
        waivers=tuple(reader.waiver(row, number) for number, row in reader.tables(given, "waiver")),
    )
    if reader.fields:
        raise Invalid(f"{file.name} cannot be used.", fields=reader.fields, data={"file": file.name})
    return plan


def with_choices(plan: Plan, *, prompts: tuple[Path, ...], codex: Path | None, base: str) -> Plan:
    """The plan with what was said on the command line in the place of what it says."""
    return replace(plan, prompts=prompts or plan.prompts, codex=codex or plan.codex, base=base or plan.base)


class _Reader:
    """Collects everything that is wrong, each under the key where it stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: dict[str, str] = {}

    def known(self, table: Mapping[str, Any], names: set[str], at: str) -> None:
        for key in table.keys() - names:
            self.fields[at + key] = f"There is no such key; known are {', '.join(sorted(names))}."

    def text(self, table: Mapping[str, Any], key: str, at: str, *, required: bool = True) -> str:
        value = table.get(key, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.fields[at + key] = "A text is needed here."
            return ""
        return value.strip()

    def texts(self, table: Mapping[str, Any], key: str, at: str, *, required: bool = True) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or (required and not value):
            self.fields[at + key] = "A list of texts is needed here."
            return ()
        return tuple(value)

    def tables(self, table: Mapping[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fields[key] = f"Tables are needed here: [[{key}]]."
            return []
        return list(enumerate(value, start=1))

    def promise(self, row: dict[str, Any], number: int) -> Promise:
        at = f"contract {number}."
        self.known(row, _CONTRACT, at)
        kind = row.get("type", "guarded")
        if kind not in get_args(ContractType):
            self.fields[f"{at}type"] = f"One of {', '.join(get_args(ContractType))}."
            kind = "guarded"
        return Promise(self.texts(row, "prompts", at), self.texts(row, "clauses", at), kind)

    def waiver(self, row: dict[str, Any], number: int) -> Waiver:
        at = f"waiver {number}."
        self.known(row, _WAIVER, at)
        expires = row.get("expires")
        if type(expires) is not date:
            self.fields[f"{at}expires"] = "A day is needed here, such as 2027-01-31: no waiver lasts for ever."
            expires = date.min
        clause, owner, reason = (self.text(row, key, at) for key in ("clause", "owner", "reason"))
        return Waiver(clause, owner, reason, expires, self.text(row, "file", at, required=False))
