"""YAML and JSON of strangers: no aliases, no tags, no double keys, and an end to size, depth and numbers."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import yaml

from mythos.formats.prompts.base import refuse

MOST_YAML = 400_000
MOST_JSON = 2_000_000
MOST_NODES = 20_000
MOST_DEPTH = 30
MOST_DIGITS = 2**63
MOST_METADATA = 200_000
_SECRETS = {"apikey", "api_key", "api-key", "secret", "client_secret", "password", "token", "authorization"}


class _Loader(yaml.SafeLoader):
    """Plain values of the YAML 1.2 core schema: `yes` and `2024-07-01` are words."""

    yaml_implicit_resolvers: dict[str, Any] = {}
    depth = nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="aliases are not taken", problem_mark=event.start_mark)
        self.nodes += 1
        self.depth += 1
        if self.nodes > MOST_NODES or self.depth > MOST_DEPTH:
            raise yaml.MarkedYAMLError(problem="it is too deep or too long", problem_mark=event.start_mark)
        node = super().compose_node(parent, index)  # type: ignore[no-untyped-call]
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key_node.start_mark)
            key = str(key_node.value)
            if key in made:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
            made[key] = self.construct_object(value_node, deep=True)  # type: ignore[no-untyped-call]
        return made


def _mapping(loader: _Loader, node: Any) -> dict[Any, Any]:
    return loader.construct_mapping(node)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+", "-+.0123456789"),
)
for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(  # type: ignore[no-untyped-call]
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), ["" if c == "\0" else c for c in _first]
    )


def _whole(loader: _Loader, node: Any) -> int:
    """YAML 1.2 writes a leading zero for nothing; 1.1 would read it as octal."""
    value = str(node.value)
    sign = -1 if value.startswith("-") else 1
    bare = value.lstrip("+-")
    for prefix, base in (("0o", 8), ("0x", 16)):
        if bare.startswith(prefix):
            return sign * int(bare[2:], base)
    return sign * int(bare)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole)


class _Words(_Loader):
    """Every value as it is written, `1.10` too."""

    yaml_implicit_resolvers: dict[str, Any] = {}


# Some readers look for the end of a header in the middle of a line; written in quotes, it can be escaped.
_FENCE = re.compile(r"-{3,}|\+{3,}")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _word(dumper: Any, value: str) -> Any:
    """A text of several lines as a block, so that a changed line is one changed line."""
    style = '"' if _FENCE.search(value) else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _word)


def read_yaml(text: str, name: str, *, first_line: int = 1, words: bool = False) -> Any:
    """The value of a YAML text, as plain JSON values, or all as `words`; Invalid with the line."""
    if len(text) > MOST_YAML:
        raise refuse(name, f"there is more YAML than {MOST_YAML:,} characters.", line=first_line)
    try:
        value = yaml.load(text, Loader=_Words if words else _Loader)  # noqa: S506 - a SafeLoader with stricter rules
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise refuse(name, f"this is not YAML ({error.problem or error.context}).", line=line) from error
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it cannot be read"
        raise refuse(name, f"this is not YAML ({reason}).", line=first_line) from error
    return plain(value, name)


def write_yaml(value: Any) -> str:
    """A value as YAML, keys in the order given, long lines left alone."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf)
    return _FENCE.sub(lambda found: "".join(f"\\x{ord(mark):02X}" for mark in found[0]), text)


def read_json(text: str, name: str, limit: int = MOST_JSON) -> Any:
    """The value of a JSON text; Invalid with the line."""
    if len(text) > limit:
        raise refuse(name, f"there is more JSON than {limit:,} characters.")
    try:
        return plain(json.loads(text, object_pairs_hook=_single, parse_constant=_no_constant), name)
    except json.JSONDecodeError as error:
        raise refuse(name, f"this is not JSON ({error.msg}).", line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise refuse(name, f"this is not JSON ({error}).") from error


def plain(value: Any, name: str) -> Any:
    """The value, when it is of the kind JSON can hold and not too much of it."""
    left = MOST_NODES

    def look(node: Any, depth: int) -> None:
        nonlocal left
        left -= 1
        if left < 0 or depth > MOST_DEPTH:
            raise refuse(name, "it is too deep or too long.")
        if isinstance(node, dict):
            for key, inner in node.items():
                if not isinstance(key, str) or len(key) > 200:
                    raise refuse(name, "a key must be a word of at most 200 characters.")
                look(key, depth + 1)
                look(inner, depth + 1)
        elif isinstance(node, list):
            for inner in node:
                look(inner, depth + 1)
        elif isinstance(node, str):
            if "\x00" in node or any("\ud800" <= c <= "\udfff" for c in node):
                raise refuse(name, "a text holds characters that are none.")
        elif isinstance(node, float) and not math.isfinite(node):
            raise refuse(name, "a number is not finite.")
        elif isinstance(node, int) and abs(node) >= MOST_DIGITS:
            raise refuse(name, "a number is too large.")
        elif node is not None and not isinstance(node, (int, float)):
            raise refuse(name, f"a value of the kind {type(node).__name__} is not taken.")

    look(value, 0)
    return value


def without_secrets(value: Any, path: str = "") -> tuple[Any, list[str]]:
    """The value without keys written out in it, and where they stood; a reference such as `${env:KEY}` stays."""
    if isinstance(value, list):
        pairs = [without_secrets(inner, path) for inner in value]
        return [inner for inner, _ in pairs], [place for _, places in pairs for place in places]
    if not isinstance(value, dict):
        return value, []
    kept, found = {}, []
    for key, inner in value.items():
        where = f"{path}.{key}" if path else key
        if key.lower() in _SECRETS and isinstance(inner, str) and inner and not inner.startswith("${"):
            found.append(where)
            continue
        kept[key], places = without_secrets(inner, where)
        found += places
    return kept, found


def check_metadata(value: dict[str, Any], name: str) -> dict[str, Any]:
    """What is kept beside a text, when it is not too much."""
    if len(json.dumps(plain(value, name))) > MOST_METADATA:
        raise refuse(name, f"what stands beside the text is more than {MOST_METADATA:,} characters.")
    return value


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def needed(value: Any, kind: type, file: str, field: str) -> Any:
    """The value, when it is of the kind a field must have."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {str: "a text", dict: "an object", list: "a list", int: "a whole number"}
        raise refuse(file, f"expected {words[kind]}.", field=field)
    return value
