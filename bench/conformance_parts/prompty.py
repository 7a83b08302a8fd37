"""Prompty: the files and vectors of microsoft/prompty (`spec/`), with Microsoft's loader, renderer and parser as judge.

Of every file of `fixtures/`: the loader reads the same of our export as of the original, and makes the same messages.
Of every vector: the original gives what the vector expects (else it is not judged), and our export does too; what
MythOS keeps in fields of its own is held against the vector as well. A vector of loading has no text, so it gets one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance_parts.base import BY_DESIGN, NOT_JUDGED, SAMPLES, Verdict, has, prompts, there_and_back, verdict
from conformance_parts.prompty_official import ORACLES, bare, official, read_as
from conformance_parts.prompty_vectors import vectors
from mythos.formats.prompts import prompty as form
from mythos.formats.prompts.base import PromptRecord
from mythos.formats.prompts.turns import PLACEHOLDER, in_roles, turns_of

__all__ = ["ORACLES", "run"]
_VERSION_1 = re.compile(r"^(?:authors|sample|inputSchema|  (?:api|configuration|parameters)):", re.MULTILINE)


def run(folder: Path) -> Iterator[Verdict]:
    files = {f"fixtures/{path.name}": path for path in sorted((folder / "fixtures").glob("*.prompty"))}
    others = [path for path in sorted((SAMPLES / "prompty").glob("*.prompty")) if "spec__fixtures" not in path.name]
    files |= {f"samples/{path.name}": path for path in others}
    beside = {other.name: other.read_text(encoding="utf-8") for other in (folder / "fixtures").glob("*.json")}
    for name, path in files.items():
        yield from _same(name, path.read_text(encoding="utf-8"), beside)
    yield from vectors(folder)
    for record in prompts() if has(*ORACLES) else ():
        text = form.dump([record]).decode()
        if "${file:" in text:
            yield Verdict(f"export of {record.slug}", NOT_JUDGED, "the file it refers to is not beside it")
        else:
            yield verdict(f"export of {record.slug}", _export(record, text))


def _export(record: PromptRecord, text: str) -> str:
    """What the official loader and parser misread in an export; nothing is rendered, other languages cannot run."""
    import prompty
    from prompty.parsers import PromptyChatParser

    text = re.sub(r"\$\{env:[^}]*\}", "https://example.com", text)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "case.prompty").write_text(text, encoding="utf-8")
        try:
            agent = prompty.load(Path(folder) / "case.prompty", trusted_endpoints=["*"])
        except Exception as error:
            return f"the official loader refuses it: {error}"
    made = [[one.role, one.text] for one in PromptyChatParser().parse(agent, agent.instructions)]
    wanted: list[list[str]] = []
    for turn in in_roles(turns_of(record), form.KNOWN):
        if turn.role == PLACEHOLDER and wanted:
            wanted[-1][1] += f"\n\n{{{{{turn.content}}}}}"
        else:
            wanted.append([turn.role, turn.content])
    return "" if bare(made) == bare(wanted) else f"{made} where the prompt says {wanted}"


def _same(name: str, text: str, beside: dict[str, str]) -> Iterator[Verdict]:
    """The official loader and renderer on the original and on our export."""
    fault, exported = there_and_back(form, text.encode(), "case.prompty")
    yield verdict(f"{name}: in and out", fault)
    if not exported or not has(*ORACLES):
        return
    env = {key: f"value of {key}" for key in re.findall(r"\$\{env:(\w+)", text + "".join(beside.values()))}
    # Nunjucks, of the TypeScript runtime, has no renderer here; its templates are read as Jinja's.
    texts = [one.replace("nunjucks", "jinja2") for one in (text, exported.decode())]
    try:
        inputs = official(texts[1], env, beside).inputs
        theirs = official(texts[0], env, beside, inputs)
    except Exception as error:
        yield Verdict(f"{name}: loaded", NOT_JUDGED, f"the official loader refuses the original: {error}")
        return
    ours = official(texts[1], env, beside, inputs)
    yield _loaded(f"{name}: loaded", text, theirs.fields, ours.fields)
    if _VERSION_1.search(text) and theirs.messages == ours.messages[: len(theirs.messages)] != ours.messages:
        yield Verdict(f"{name}: messages", BY_DESIGN, "inputs of version 1 are inputs of version 2 now")
    else:
        yield read_as(f"{name}: messages", ours.messages, theirs.messages)


def _loaded(name: str, text: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Verdict:
    """Which fields differ; the title that MythOS gives a file without a name is none."""
    keys = [key for key in dict.fromkeys([*theirs, *ours]) if theirs.get(key) != ours.get(key)]
    if not theirs.get("name") and "name" in keys:
        keys.remove("name")
    told = "; ".join(f"{key}: {ours.get(key)} where the original says {theirs.get(key)}" for key in keys)
    if keys and _VERSION_1.search(text):
        return Verdict(name, BY_DESIGN, f"a file of version 1 is written as version 2: {', '.join(keys)}")
    return verdict(name, told)
