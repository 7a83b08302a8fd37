"""A file of Prompty as Microsoft's package loads, renders and parses it."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance_parts.base import BY_DESIGN, Verdict, verdict

ORACLES = ("prompty", "jinja2", "chevron")
_NONCE = re.compile(r"__PROMPTY_THREAD_[0-9a-f]+")
HISTORY = [{"role": "user", "content": "Earlier."}, {"role": "assistant", "content": "Indeed."}]


@dataclass
class Loaded:
    """What the official package makes of a file."""

    fields: dict[str, Any]
    messages: list[list[Any]]
    inputs: dict[str, Any]
    validated: dict[str, Any]


def official(text: str, env: dict[str, str], beside: dict[str, str], inputs: dict[str, Any] | None = None) -> Loaded:
    """The file as the official package loads it, and its messages with the inputs given or made up."""
    import prompty

    kept = dict(os.environ)
    os.environ.update(env)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in {**beside, "case.prompty": text}.items():
                (Path(folder) / name).write_text(content, encoding="utf-8")
            agent = prompty.load(Path(folder) / "case.prompty", trusted_endpoints=["*"])
            given = _made_up(agent) if inputs is None else inputs
            messages = [
                [one.role, _NONCE.sub("THREAD", one.text), one.metadata] for one in prompty.prepare(agent, given)
            ]
            return Loaded(_fields(agent), messages, given, prompty.validate_inputs(agent, given))
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _made_up(agent: Any) -> dict[str, Any]:
    fields = [field for field in agent.inputs or [] if field.default is None or field.kind == "thread"]
    return {
        field.name: HISTORY if field.kind == "thread" else f"<{field.name}>" if field.example is None else field.example
        for field in fields
    }


def _fields(agent: Any) -> dict[str, Any]:
    """The fields of the file as loaded, keys of a connection included."""
    from prompty.core.loader import default_save_context

    fields = agent.save(default_save_context(collection_format="array"))
    fields.pop("instructions", None)
    if key := getattr(getattr(agent.model, "connection", None), "api_key", None):
        fields["model"]["connection"]["apiKey"] = key
    return fields


def read_as(name: str, ours: list[list[Any]], wanted: list[list[Any]]) -> Verdict:
    if ours == wanted:
        return Verdict(name)
    if bare(ours) == bare(wanted):
        return Verdict(name, BY_DESIGN, f"blank edges and spaces at the end of lines: {ours}")
    return verdict(name, f"{ours} where it should be {wanted}")


def bare(rows: list[list[Any]]) -> list[list[Any]]:
    return [[role, "\n".join(map(str.rstrip, text.split("\n"))).strip("\n"), *rest] for role, text, *rest in rows]
