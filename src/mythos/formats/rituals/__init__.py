"""Where rituals come from and go to: promptfoo, CSV, JSON Lines, `.prompt.yml`. One format a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mythos.errors import Invalid
from mythos.formats.rituals import lines, prompt_yml, promptfoo, table
from mythos.formats.rituals.document import CaseRecord, OpenFile, RitualDocument, no_file

Reader = Callable[[str, str, OpenFile], RitualDocument]
READERS: dict[str, Reader] = {
    "promptfoo": promptfoo.read,
    "csv": table.read,
    "jsonl": lines.read,
    "prompt.yml": prompt_yml.read,
}


def kind_of(name: str, text: str) -> str:
    """Which reader a file is for, by its name and, for YAML, its first words."""
    lower = name.lower()
    if lower.endswith((".prompt.yml", ".prompt.yaml")):
        return "prompt.yml"
    if lower.endswith(".csv"):
        return "csv"
    if lower.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if lower.endswith((".yaml", ".yml", ".json")):
        return "promptfoo" if promptfoo.is_config(text) or lower.endswith(".json") else "prompt.yml"
    raise Invalid(f"{name} holds no ritual.", hint="Give a promptfoo config, a .csv, a .jsonl or a .prompt.yml file.")


def read_ritual(text: str, name: str, *, kind: str = "", open_file: OpenFile = no_file) -> RitualDocument:
    """A ritual of a file's text; Invalid lists every problem with its place."""
    chosen = kind or kind_of(name, text)
    if chosen not in READERS:
        raise Invalid(f"There is no format “{chosen}”.", hint="Known: " + ", ".join(READERS) + ".")
    document = READERS[chosen](text, name, open_file)
    if not document.cases:
        raise Invalid(f"{name} has no cases.", data={"file": name})
    return replace(document, file=name)


__all__ = ["READERS", "CaseRecord", "OpenFile", "RitualDocument", "kind_of", "read_ritual"]
