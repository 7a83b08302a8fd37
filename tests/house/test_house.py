"""Keeps docs/architecture.md true."""

from __future__ import annotations

import ast
import gzip
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from mythos.cli.database import EMPTY

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "mythos"
FLOORS = [
    "work", "accounts", "assistants", "prompts", "codex", "rituals", "drafts",
    "packages", "mentorship", "market", "training", "webhooks",
]  # fmt: skip
FILES = [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]
# name -> why an import stands inside a function
LAZY = {
    "cli/main.py": "commands and Django are loaded on use",
    "mcp/command.py": "the SDK of MCP is an extra",
    "mcp/http.py": "the SDK of MCP is an extra, and is loaded when the first caller comes",
    "text/minilm.py": "the models are loaded on first use",
    "training/engine/gepa_peer.py": "gepa is an extra",
    "plugins.py": "extensions are loaded on first use",
}


def test_imports_go_downstairs_only():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_foreign_keys_never_point_upstairs():
    for model in apps.get_models():
        floor = model._meta.app_label
        if floor not in FLOORS:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model._meta.app_label in FLOORS:
                assert FLOORS.index(field.related_model._meta.app_label) <= FLOORS.index(floor), field


def test_only_the_prompts_services_write_prompts():
    models = "Prompt|PromptCheckpoint|PromptMutationLog|PromptLabel|PromptLabelMove"
    writes = re.compile(
        rf"\b(?:{models})(?:\.objects\.(?:create|bulk_create|update|get_or_create|update_or_create)|\()"
    )
    for path in FILES:
        if path.is_relative_to(SOURCE / "prompts"):
            continue
        assert not writes.search(path.read_text()), path


@pytest.mark.parametrize(("folder", "most"), [("src", 500), ("tests", 800)])
def test_files_stay_small(folder, most):
    too_long = {
        str(path): count
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > most
    }
    assert not too_long


def test_functions_stay_below_sixty_lines():
    too_long = [
        f"{path}:{node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert not too_long


def test_imports_stand_at_the_top():
    hidden = []
    for path in FILES:
        name = path.relative_to(SOURCE).as_posix()
        if name in LAZY:
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                hidden += [name for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert not hidden


def test_the_empty_database_has_every_table_of_today(tmp_path):
    path = tmp_path / "empty.sqlite3"
    path.write_bytes(gzip.decompress(EMPTY.read_bytes()))
    with closing(sqlite3.connect(path)) as database:
        applied = set(database.execute("SELECT app, name FROM django_migrations"))
        written = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in written}
    assert applied == set(MigrationLoader(None).disk_migrations), "renew it with `make tables`"
    ours = [name for name in rows if name.split("_")[0] in {*FLOORS} - {"work"}]
    assert len(ours) > 20
    assert not any(rows[name] for name in ours if not name.startswith("prompts_text"))


def test_templates_carry_no_inline_style_or_script():
    for path in (SOURCE / "web" / "templates").rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"\son\w+=", text), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), path
        assert "|safe" not in text, path


def test_no_file_speaks_of_a_machine_or_a_package_host():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    hosts = "|".join(["py" + "pi.org", "files.python" + "hosted", "registry.npm" + "js"])
    forbidden = re.compile(rf"(?<![\w/])/(?:work|farm|root)/\w|{hosts}")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".sh", ".html", ".yaml", ".json"} and path.is_file():
            assert not forbidden.search(path.read_text(errors="ignore")), name


def test_no_migration_is_missing(db):
    from io import StringIO

    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())
