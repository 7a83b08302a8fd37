"""promptfoo: its published schema over every export, and its own validator.

FOLDER holds `config-schema.json` (site/static of promptfoo/promptfoo). With `PROMPTFOO` naming the program, or
`promptfoo` on the path, `promptfoo validate` judges every tenth export as well: a run takes it seconds.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from conformance_parts.base import NOT_JUDGED, SAMPLES, Verdict, has, prompts, verdict
from mythos.formats.prompts import promptfoo as form
from mythos.formats.prompts.base import PromptRecord
from mythos.formats.prompts.folder import read_one
from mythos.formats.prompts.losses import same, through

ORACLES = ("jsonschema",)
EVERY = 10


def run(folder: Path) -> Iterator[Verdict]:
    schema, program = folder / "config-schema.json", os.environ.get("PROMPTFOO") or shutil.which("promptfoo")
    checked = json.loads(schema.read_text(encoding="utf-8")) if schema.exists() and has(*ORACLES) else None
    for path in sorted((SAMPLES / "promptfoo").glob("*.yaml")):
        for item in read_one(path.parent, PurePosixPath(path.name)):
            if not isinstance(item, PromptRecord):
                yield Verdict(f"{path.name}: in and out", NOT_JUDGED, str(item))
                continue
            fault = "" if same(item, through(item, form.FORMAT)) else "import, export and import differ"
            yield verdict(f"{path.name}, {item.slug}: in and out", fault)
    for number, record in enumerate(prompts()):
        exported = form.dump([record]).decode()
        if checked:
            yield verdict(f"export of {record.slug}: schema", _by_schema(checked, yaml.safe_load(exported)))
        if program and number % EVERY == 0:
            yield verdict(f"export of {record.slug}: promptfoo validate", _by_program(program, exported))


def _by_schema(schema: dict[str, Any], config: Any) -> str:
    validator = importlib.import_module("jsonschema").Draft7Validator(schema)
    return "; ".join(f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in
                     validator.iter_errors(config))  # fmt: skip


def _by_program(program: str, exported: str) -> str:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "promptfooconfig.yaml"
        file.write_text(exported, encoding="utf-8")
        quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_CONFIG_DIR": place}
        done = subprocess.run(
            [program, "validate", "config", "-c", str(file)],
            env=os.environ | quiet, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        return "" if done.returncode == 0 and "is valid" in said else said[:400]
