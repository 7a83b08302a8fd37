"""The demo swarm: real inputs, kept small. Sources and licences stand in data/README.md."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.formats.prompts.base import PromptRecord, Revision, title_of
from mythos.formats.rituals.document import CaseRecord
from mythos.text.segment import segment

EDITIONS = ("model_spec_2025-09-12.md", "model_spec_2025-10-27.md")


@dataclass(frozen=True)
class DemoAssistant:
    """One of the demo's assistants."""

    slug: str
    name: str
    description: str


@dataclass(frozen=True)
class DemoCharter:
    """A prompt that quotes rules of the codex's first edition and is signed to them; `later` is its newer text."""

    slug: str
    assistant: str
    title: str
    type: str
    clauses: tuple[str, ...]
    text: str
    later: str


@dataclass(frozen=True)
class DemoRitual:
    """Cases that try out one of the demo's prompts; `prompt` is its slug."""

    slug: str
    title: str
    type: str
    prompt: str
    description: str
    cases: tuple[CaseRecord, ...]


@dataclass(frozen=True)
class DemoBlock:
    """One prompt of a draft; without a text it is there already, and its production version is meant."""

    section: str
    slug: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True)
class DemoDraft:
    """What an assistant speaks from, or somebody began to put together for it."""

    assistant: str
    name: str
    tone: str
    type: str
    model: str
    blocks: tuple[DemoBlock, ...]


@dataclass(frozen=True)
class Demo:
    """Everything the demo swarm is made of; `labels` are (prompt, label, version), `deployed` are spoken from."""

    codex_slug: str
    codex_title: str
    codices: tuple[CodexDocument, ...]
    assistants: tuple[DemoAssistant, ...]
    prompts: tuple[PromptRecord, ...]
    owners: dict[str, str]
    labels: tuple[tuple[str, str, int], ...]
    charters: tuple[DemoCharter, ...]
    rituals: tuple[DemoRitual, ...]
    drafts: tuple[DemoDraft, ...] = ()
    deployed: tuple[DemoDraft, ...] = ()


def load_demo() -> Demo:
    """Read the demo from the package."""
    folder = files("mythos.demo") / "data"
    manifest = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    revisions = json.loads(gzip.decompress((folder / "prompts.json.gz").read_bytes()))
    prompts, owners, labels = [], {}, []
    for assistant in manifest["assistants"]:
        for slug, tags in assistant["prompts"].items():
            prompts.append(_record(slug, tags, revisions[slug]))
            owners[slug] = assistant["slug"]
    for slug, marks in manifest["labels"].items():
        labels += [(slug, label, version) for label, version in marks.items()]
    codices = tuple(
        read_codex(gzip.decompress((folder / f"{name}.gz").read_bytes()).decode(), name=name) for name in EDITIONS
    )
    names = {a["slug"]: (a["name"], a["description"]) for a in manifest["assistants"]}
    return Demo(
        manifest["codex"]["slug"],
        manifest["codex"]["title"],
        codices,
        tuple(DemoAssistant(a["slug"], a["name"], a["description"]) for a in manifest["assistants"]),
        tuple(prompts),
        owners,
        tuple(labels),
        tuple(_charter(row, *names[row["assistant"]], codices[0]) for row in manifest["charters"]),
        tuple(
            DemoRitual(**row | {"cases": tuple(CaseRecord(**case) for case in row["cases"])})
            for row in manifest["rituals"]
        ),
        _drafts(manifest["drafts"]),
        _drafts(manifest["deployed"]),
    )


def _drafts(rows: list[dict[str, Any]]) -> tuple[DemoDraft, ...]:
    return tuple(DemoDraft(**row | {"blocks": tuple(DemoBlock(**block) for block in row["blocks"])}) for row in rows)


def _charter(row: dict[str, Any], name: str, does: str, codex: CodexDocument) -> DemoCharter:
    rules = {clause.ref: _first_rule(clause.text) for clause in codex.clauses if clause.ref in row["clauses"]}

    def text(refs: list[str]) -> str:
        said = "\n".join(f"- {rules[ref]}" for ref in refs)
        return f"You are {name}, an assistant that {does}.\n\nWhatever you are asked:\n\n{said}\n"

    kept = [ref for ref in row["clauses"] if ref not in row["later_without"]]
    return DemoCharter(
        slug=f"{row['assistant']}/charter",
        assistant=row["assistant"],
        title=f"{name}: charter",
        type=row["type"],
        clauses=tuple(row["clauses"]),
        text=text(row["clauses"]),
        later=text(kept) if row["later_without"] else "",
    )


def _first_rule(text: str) -> str:
    """The first sentence that asks for something, else the first of all, without footnote marks."""
    sentences = [" ".join(s.text.split()) for s in segment(re.sub(r"\[\^[\w-]+\]", "", text))]
    asking = (s for s in sentences if re.search(r"\b(must|should|shouldn't)\b", s) and "](" not in s)
    return next(asking, sentences[0])


def _record(slug: str, tags: list[str], entries: list[dict[str, str]]) -> PromptRecord:
    revisions = tuple(
        Revision(
            entry["text"],
            datetime.fromisoformat(entry["date"]).replace(tzinfo=UTC),
            "fabric",
            f"fabric commit {entry['commit'][:10]}",
            entry["commit"],
        )
        for entry in entries
    )
    return PromptRecord(slug, title_of(slug), revisions, "system", tuple(tags), f"{slug}/system.md", 1)
