"""Which format a file is in, by its name and, where a name does not say, by its first words."""

from __future__ import annotations

from pathlib import PurePosixPath

from mythos.errors import MythosError
from mythos.formats.prompts import (
    dotprompt,
    langfuse,
    markdown,
    prompt_yml,
    promptfoo,
    prompty,
    skill,
    table,
)
from mythos.formats.prompts.base import Format
from mythos.formats.prompts.bounds import read_json
from mythos.formats.rituals.promptfoo import is_config

BUILT_IN = (
    markdown.FORMAT,
    prompty.FORMAT,
    dotprompt.FORMAT,
    prompt_yml.FORMAT,
    skill.FORMAT,
    promptfoo.FORMAT,
    langfuse.FORMAT,
    table.FORMAT,
)


def format_of(name: str, data: bytes, *, alone: bool = False) -> Format | None:
    """The format of a file; None when it is no prompt file. Asked for `alone`, a table need not look like one."""
    lower, path = name.lower(), PurePosixPath(name)
    if path.name == skill.FILE or path.name.endswith(f"__{skill.FILE}"):
        return skill.FORMAT
    for suffixes, form in _BY_NAME:
        if lower.endswith(suffixes):
            return form
    if lower.endswith((".yaml", ".yml")):
        text = data[:4000].decode("utf-8", "replace")
        return promptfoo.FORMAT if is_config(text) and "prompts:" in text else None
    if lower.endswith(".json"):
        return langfuse.FORMAT if _is_langfuse(data) else None
    if lower.endswith(".csv"):
        return table.FORMAT if alone or table.is_table(data) else None
    return markdown.FORMAT if alone or markdown.stem_of(path) is not None else None


def why_left_out(name: str, data: bytes) -> str:
    """Why a file that may hold prompts is not read beside others; empty when it is, or when it holds none."""
    ending = PurePosixPath(name.lower()).suffix
    return _LEFT_OUT[ending] if ending in _LEFT_OUT and format_of(name, data) is None else ""


_LEFT_OUT = {
    ".csv": "a table of prompts has the columns act and prompt.",
    ".json": "it is no Langfuse prompt; a JSON of revisions is imported by itself.",
    ".yaml": "it is no promptfoo config with prompts.",
    ".yml": "it is no promptfoo config with prompts.",
}


_BY_NAME = (
    ((".prompt.yml", ".prompt.yaml"), prompt_yml.FORMAT),
    ((prompty.SUFFIX,), prompty.FORMAT),
    ((dotprompt.SUFFIX,), dotprompt.FORMAT),
    ((langfuse.SUFFIX,), langfuse.FORMAT),
)


def _is_langfuse(data: bytes) -> bool:
    try:
        return langfuse.is_langfuse(read_json(data.decode("utf-8-sig"), "file"))
    except (MythosError, UnicodeDecodeError):
        return False
