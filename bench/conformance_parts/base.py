"""What every part gives back, a verdict a case, and the prompts whose exports are judged."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mythos.errors import MythosError
from mythos.formats.prompts.base import PromptRecord, Revision, no_file, title_of
from mythos.formats.prompts.folder import read_one

PASSED, FAILED, BY_DESIGN, NOT_JUDGED = "passed", "failed", "by design", "not judged"
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "data"
EVERYTHING = PromptRecord(
    "team/everything",
    "Everything a prompt can have",
    (
        Revision(
            "system:\nBe kind to {{name}}.\n\n  Mind the indent.\n\ndeveloper:\nAnswer in words.\n\n"
            "placeholder:\nhistory\n\nuser:\n{{question}}\n\nassistant:\nYes.\n\ntool:\n42\n\nuser:\nAnd now?"
        ),
    ),
    "system",
    ("greeting", "polite"),
    metadata={
        "form": "chat",
        "description": "Greets: whoever --- comes # in.",
        "authors": ["Ann"],
        "model": "gpt-4o",
        "parameters": {"temperature": 0.2, "max_tokens": 50, "top_p": 0.9, "stop": ["END"]},
        "inputs": {
            "name": {"type": "string", "description": "Who", "required": True},
            "question": {"type": "string", "default": "Hi"},
        },
    },
)


@dataclass(frozen=True)
class Verdict:
    """One case and how it ended; `why` is empty when it passed."""

    case: str
    kind: str = PASSED
    why: str = ""


def verdict(case: str, fault: str) -> Verdict:
    """Passed when there is no fault."""
    return Verdict(case, FAILED if fault else PASSED, fault)


def has(*modules: str) -> bool:
    """Whether the official package is here."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def read(form: Any, data: bytes, name: str) -> PromptRecord:
    """The prompt of a file; raises what the reader raises."""
    (item,) = form.load(data, name, no_file)
    assert isinstance(item, PromptRecord), item
    return item


def there_and_back(form: Any, data: bytes, name: str) -> tuple[str, bytes]:
    """(what is wrong or nothing, the export) of import, export and import."""
    try:
        first = read(form, data, name)
        exported = form.dump([first])
        again = read(form, exported, name)
    except MythosError as error:
        return f"refused: {error.message}", b""
    same = (first.text, first.metadata, first.tags) == (again.text, again.metadata, again.tags)
    return "" if same else "import, export and import differ", exported


def prompts() -> Iterator[PromptRecord]:
    """Every sample, every prompt of the demo, and one that has everything."""
    yield EVERYTHING
    demo = gzip.decompress((ROOT / "src/mythos/demo/data/prompts.json.gz").read_bytes())
    for slug, revisions in json.loads(demo).items():
        yield PromptRecord(slug, title_of(slug), (Revision(revisions[-1]["text"]),))
    for pattern in ("prompty/*.prompty", "dotprompt/*.prompt", "promptfoo/*.yaml", "skills/*.md", "langfuse/*.json"):
        for path in sorted(SAMPLES.glob(pattern)):
            if path.name != "README.md":
                yield from samples_of(path)


def samples_of(path: Path) -> Iterator[PromptRecord]:
    """The prompts of a file; what is no prompt is left out."""
    yield from (item for item in read_one(path.parent, PurePosixPath(path.name)) if isinstance(item, PromptRecord))
