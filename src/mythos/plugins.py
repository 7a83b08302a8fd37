"""Find an extension by kind and name: the built-in table first, then entry points of other packages."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from mythos.errors import Invalid, NotConfigured, NotFound

# kind -> module and attribute of its built-in table; a kind whose module is not there yet has no built-ins.
TABLES: dict[str, tuple[str, str]] = {
    "detector": ("mythos.text.detectors", "DETECTORS"),
    "grader": ("mythos.graders", "GRADERS"),
    "provider": ("mythos.providers", "PROVIDERS"),
    "format": ("mythos.formats.prompts", "FORMATS"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An extension that could not be loaded, and why."""

    kind: str
    name: str
    package: str
    reason: str


_lock = threading.RLock()
_loaded: dict[tuple[str, str], Any] = {}
_failures: dict[tuple[str, str], Failure] = {}
_outside: dict[str, dict[str, EntryPoint]] = {}
_outside_on = True


def find(kind: str, name: str) -> Any:
    """The extension; NotFound when nobody offers the name, NotConfigured when its package is broken."""
    table = _table(kind)
    if name in table:
        return table[name]
    with _lock:
        offered = _offered(kind)
        if name not in offered:
            known = ", ".join(names(kind)) or "none"
            raise NotFound(f"There is no {kind} “{name}”.", hint=f"Known: {known}.")
        if (kind, name) not in _loaded and (kind, name) not in _failures:
            _load(kind, name, offered[name])
        failure = _failures.get((kind, name))
        if failure:
            raise NotConfigured(
                f"The {kind} “{name}” could not be loaded: {failure.reason}",
                hint=f"Update or remove the package {failure.package}.",
                data={"kind": kind, "name": name, "package": failure.package},
            )
        return _loaded[kind, name]


def names(kind: str) -> tuple[str, ...]:
    """Every name of a kind: built-ins in the order of their table, then those from outside, sorted."""
    table = _table(kind)
    with _lock:
        return (*table, *sorted(name for name in _offered(kind) if name not in table))


def failures() -> tuple[Failure, ...]:
    """Every extension from outside that cannot be loaded; asks each of them once."""
    with _lock:
        for kind in TABLES:
            for name, entry in _offered(kind).items():
                if (kind, name) not in _loaded and (kind, name) not in _failures:
                    _load(kind, name, entry)
        return tuple(_failures[key] for key in sorted(_failures))


def use_outside(on: bool) -> None:
    """Switch extensions of other packages on or off, and forget what was found."""
    global _outside_on
    with _lock:
        _outside_on = on
        _outside.clear()
        _loaded.clear()
        _failures.clear()


def _table(kind: str) -> dict[str, Any]:
    if kind not in TABLES:
        raise Invalid(f"There is no kind of extension “{kind}”.", hint="Kinds: " + ", ".join(TABLES) + ".")
    module, attribute = TABLES[kind]
    try:
        table: dict[str, Any] = getattr(import_module(module), attribute, {})
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return {}
    return table


def _offered(kind: str) -> dict[str, EntryPoint]:
    if not _outside_on:
        return {}
    if kind not in _outside:
        found: dict[str, EntryPoint] = {}
        for entry in sorted(entry_points(group=f"mythos.{kind}s"), key=lambda entry: (_package(entry), entry.name)):
            found.setdefault(_qualified(entry), entry)
        _outside[kind] = found
    return _outside[kind]


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module.split(".")[0]


def _qualified(entry: EntryPoint) -> str:
    """Names from outside carry their package, so that two packages cannot take each other's place."""
    package = _package(entry)
    return entry.name if entry.name.startswith(f"{package}/") else f"{package}/{entry.name}"


def _load(kind: str, name: str, entry: EntryPoint) -> None:
    try:
        _loaded[kind, name] = entry.load()
    except Exception as error:  # whatever another package does on import must not stop ours
        reason = f"{type(error).__name__}: {error}"
        _failures[kind, name] = Failure(kind, name, _package(entry), reason)
