"""Placeholders of a prompt: `{{ name }}` is a variable, `{{> slug@label}}` includes another prompt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mythos.errors import Invalid

DEFAULT_LABEL = "production"

_OPEN = re.compile(r"\{{2,}")
_VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.-]*)[ \t]*\}\}")
_INCLUDE = re.compile(r"\{\{>[ \t]*([A-Za-z0-9][\w./-]*)(?:@([A-Za-z0-9][\w.-]*))?[ \t]*\}\}")
_FOREIGN_PARTIAL = re.compile(r"\{\{>[ \t]*[\w./-]+[ \t]+[^{}\n]*\}\}")
_NAME_START = re.compile(r"\{\{[ \t]*[A-Za-z_][\w.-]*[ \t]*")
_FOREIGN_WORDS = frozenset({"else", "end"})


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One place in a text that is filled when the prompt is rendered."""

    kind: Literal["variable", "include"]
    name: str
    label: str | None
    start: int
    end: int
    line: int


def placeholders(text: str) -> list[Placeholder]:
    """Every placeholder in order; Invalid names the line of an unclosed or malformed one."""
    return list(_scan(text))


def variables(text: str) -> tuple[str, ...]:
    """Names of the variables, each once, in order of first use."""
    return tuple(dict.fromkeys(p.name for p in _scan(text) if p.kind == "variable"))


def includes(text: str) -> tuple[tuple[str, str], ...]:
    """(slug, label) of every included prompt, each once, in order of first use."""
    return tuple(dict.fromkeys((p.name, p.label or DEFAULT_LABEL) for p in _scan(text) if p.kind == "include"))


def fill(text: str, values: Mapping[str, object], resolve: Callable[[str, str], str]) -> str:
    """The text with values and included texts in place; what is put in is never scanned again."""
    parts: list[str] = []
    position = 0
    absent: dict[str, str] = {}
    for place in _scan(text):
        parts.append(text[position : place.start])
        position = place.end
        if place.kind == "include":
            parts.append(resolve(place.name, place.label or DEFAULT_LABEL))
        elif place.name in values:
            parts.append(str(values[place.name]))
        else:
            absent.setdefault(place.name, f"No value given (line {place.line}).")
    if absent:
        raise missing_values(absent)
    return "".join([*parts, text[position:]])


def expand(text: str, resolve: Callable[[str, str], str]) -> str:
    """The text with included texts in place; its variables stay as they are written."""
    parts: list[str] = []
    position = 0
    for place in _scan(text):
        if place.kind == "include":
            parts += [text[position : place.start], resolve(place.name, place.label or DEFAULT_LABEL)]
            position = place.end
    return "".join([*parts, text[position:]])


def missing_values(absent: Mapping[str, str]) -> Invalid:
    """What to raise when variables have no value: it names each, with where it stands."""
    return Invalid(
        f"No value for {', '.join(absent)}.",
        hint="Give a value for every variable of the prompt.",
        fields=absent,
        data={"missing": list(absent)},
    )


def _scan(text: str) -> Iterator[Placeholder]:
    if "{{" not in text:  # most texts, and a pattern looks at every letter
        return
    position = 0
    while opening := _OPEN.search(text, position):
        start, position = opening.start(), opening.end()
        if len(opening[0]) > 2:
            continue  # `{{{raw}}}` and friends belong to other template languages
        line = text.count("\n", 0, start) + 1
        if found := _VARIABLE.match(text, start):
            if found[1] not in _FOREIGN_WORDS:
                yield Placeholder("variable", found[1], None, start, found.end(), line)
        elif found := _INCLUDE.match(text, start):
            yield Placeholder("include", found[1], found[2] or DEFAULT_LABEL, start, found.end(), line)
        elif text.startswith(">", position):
            found = _FOREIGN_PARTIAL.match(text, start)
            if not found:
                raise _broken(text, start, line, "Write an include as {{> slug@label}}.")
        else:
            found = None
            if _is_unclosed(text, start):
                raise _broken(text, start, line, "Close it with }}, or put a space between the braces.")
        position = found.end() if found else position


def _is_unclosed(text: str, start: int) -> bool:
    """`{{name` with no end; braces of JSON or of other template languages are left alone."""
    name = _NAME_START.match(text, start)
    if not name:
        return False
    rest = text[name.end() : name.end() + 1]
    if rest in ("", "\n", "}"):
        return True
    close = text.find("}}", name.end())
    if close < 0:
        return True
    between = text[name.end() : close]
    return "{{" in between or "\n\n" in between


def _broken(text: str, start: int, line: int, hint: str) -> Invalid:
    shown = text[start : start + 30].split("\n", 1)[0]
    return Invalid(
        f"The placeholder “{shown}” in line {line} is not closed or not well formed.",
        hint=hint,
        fields={"text": f"Placeholder in line {line} is not closed or not well formed."},
        data={"line": line, "start": start},
    )
