"""Vendored files are what the lock says."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "src" / "mythos" / "web" / "static"


def test_every_vendored_file_has_the_hash_of_the_lock():
    lock = json.loads((STATIC / "vendor" / "vendor.lock.json").read_text())
    listed = {entry["file"]: entry for entry in lock["files"]}
    for name, entry in listed.items():
        data = (STATIC / name).read_bytes()
        assert len(data) == entry["bytes"]
        assert entry["sha384"] == "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()
    vendored = [*(STATIC / "vendor").glob("*.js"), *(STATIC / "fonts").iterdir()]
    assert {path.relative_to(STATIC).as_posix() for path in vendored} <= set(listed)


def test_stylesheets_point_at_files_that_exist():
    import re

    for sheet in (STATIC / "css").glob("*.css"):
        for target in re.findall(r"url\(([^)]+)\)", sheet.read_text()):
            assert (sheet.parent / target).exists(), target


def test_the_editor_is_the_pinned_one_and_every_package_in_it_is_named_and_licensed():
    lock = json.loads((STATIC / "vendor" / "vendor.lock.json").read_text())
    (editor,) = [entry for entry in lock["files"] if entry["package"] == "codemirror"]
    assert editor["version"] == editor["contains"]["codemirror"] == "6.0.2"
    pins = json.loads((STATIC.parents[3] / "scripts" / "vendor" / "package.json").read_text())["dependencies"]
    for name in set(pins) & set(editor["contains"]):
        assert pins[name] == editor["contains"][name]
    licences = (STATIC / "vendor" / "LICENSES").read_text()
    for name in editor["contains"]:
        assert name.split("/")[0].lower() in licences.lower(), name
