"""The reference page of the REST API, written from the OpenAPI snapshot the tests guard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SNAPSHOT = Path(__file__).resolve().parents[1] / "tests" / "api" / "openapi.json"
HEAD = """# REST API

Written by `make docs` from the OpenAPI 3.1 description, which a running MythOS serves at `/api/v1/openapi.json`.

Send `Authorization: Bearer mth_…` (a token of *Settings → API tokens*), or use the session of a signed-in browser with
its CSRF token. Errors are `application/problem+json` with the codes of [errors.md](errors.md). Answers with `items` and
`next` are pages: `next` is the `cursor` of the next one, and `limit` says how long they are. Lists that stay short come
whole, as an array: they grow with what people set up (codices, roles, webhooks, keys, signers, followed markets), with
one thing (the exports of a package, the reflections of a chain) or up to a limit; the longest is the trash, which
`MYTHOS_TRASH_DAYS` keeps short. `swarm` chooses one of your swarms by its slug. A field of a body or a name in the
query that is not known is refused with 422 and named in `fields`, so that a misspelt one is not passed over.
"""


def page() -> str:
    """Every door, by tag, then every shape that goes in or comes out."""
    schema = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    parts = [HEAD]
    for tag, doors in _by_tag(schema).items():
        parts.append(f"## {tag.capitalize()}\n")
        parts += [_door(method, path, about) for method, path, about in doors]
    parts.append("## Shapes\n\nA name with ? may be left out.\n")
    parts += [_shape(name, about) for name, about in sorted(schema["components"]["schemas"].items())]
    return "\n".join(parts)


def _by_tag(schema: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            found.setdefault(about["tags"][0], []).append((method.upper(), path, about))
    return found


def _door(method: str, path: str, about: dict[str, Any]) -> str:
    lines = [f"### {method} {path}\n", about["description"] + "\n"]
    query = [_parameter(one) for one in about.get("parameters", []) if one["in"] == "query"]
    if query:
        lines.append(f"- query: {', '.join(query)}")
    if "requestBody" in about:
        lines.append(f"- body: {_content(about['requestBody'])}")
    for status, answer in about["responses"].items():
        lines.append(f"- {status}: {_content(answer) or 'no content'}")
    return "\n".join(lines) + "\n"


def _parameter(one: dict[str, Any]) -> str:
    return f"`{one['name']}` {_type(one['schema'])}"


def _content(holder: dict[str, Any]) -> str:
    kinds = holder.get("content", {}).items()
    return " or ".join(_type(kind["schema"]) if name == "application/json" else f"`{name}`" for name, kind in kinds)


def _shape(name: str, about: dict[str, Any]) -> str:
    needed = set(about.get("required", []))
    rows = [f"| `{key}`{'' if key in needed else '?'} | {_type(one)} |" for key, one in about["properties"].items()]
    return "\n".join([f"### {name}\n", "| field | type |", "|---|---|", *rows]) + "\n"


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any value")
