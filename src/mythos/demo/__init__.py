"""The demo swarm: real inputs, kept small. Sources and licences stand in data/README.md."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from mythos.formats.codex_markdown import CodexDocument, read_codex
from mythos.formats.prompts.base import PromptRecord, Revision, title_of

EDITIONS = ("model_spec_2025-09-12.md", "model_spec_2025-10-27.md")


@dataclass(frozen=True)
class DemoAssistant:
    """One of the demo's assistants."""

    slug: str
    name: str
    description: str


@dataclass(frozen=True)
class Demo:
    """Everything the demo swarm is made of; `labels` are (prompt, label, version)."""

    codex_slug: str
    codex_title: str
    codices: tuple[CodexDocument, ...]
    assistants: tuple[DemoAssistant, ...]
    prompts: tuple[PromptRecord, ...]
    owners: dict[str, str]
    labels: tuple[tuple[str, str, int], ...]


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
    return Demo(
        manifest["codex"]["slug"],
        manifest["codex"]["title"],
        tuple(
            read_codex(gzip.decompress((folder / f"{name}.gz").read_bytes()).decode(), name=name) for name in EDITIONS
        ),
        tuple(DemoAssistant(a["slug"], a["name"], a["description"]) for a in manifest["assistants"]),
        tuple(prompts),
        owners,
        tuple(labels),
    )


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
