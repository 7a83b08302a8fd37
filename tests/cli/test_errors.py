"""What went wrong, as a person and as a program read it on the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from mythos.codex.services import create_codex
from tests.cli.conftest import Call

pytestmark = pytest.mark.django_db


def problem_of(terminal: Call, *arguments: object) -> dict[str, object]:
    """The problem document of a command that fails with 2; nothing else may be printed."""
    code, out, err = terminal(*arguments, "--json")
    assert (code, out, err.count("\n")) == (2, "", 1), err
    document: dict[str, object] = json.loads(err)
    return document


@pytest.fixture
def house(cast):
    return create_codex(actor=cast.owner, swarm=cast.swarm, slug="house", title="House")


def test_with_json_a_problem_is_the_document_of_the_api(terminal, cast):
    assert problem_of(terminal, "contract", "show", "nothing") == {
        "type": "urn:mythos:not_found",
        "title": "There is no prompt 'nothing'.",
        "status": 404,
        "code": "not_found",
    }
    assert "filter" in problem_of(terminal, "vault", "log", "tokens:>x")["fields"]["q"]


@pytest.mark.parametrize(
    ("arguments", "field", "hint"),
    [
        (("jobs", "--limit", "0"), "limit", "mythos jobs"),
        (("contract", "show"), "prompt", "mythos contract show"),
        (("vault", "import", "nowhere"), "file", "mythos vault import"),
        (("compare", "--bogus"), None, "mythos compare"),
        (("prompt",), None, "mythos"),
    ],
)
def test_with_json_a_command_called_wrongly_says_so_as_json(terminal, arguments, field, hint):
    document = problem_of(terminal, *arguments)
    assert (document["code"], document["hint"]) == ("invalid", f"See `{hint} --help`.")
    assert list(document.get("fields", {})) == ([field] if field else [])


def test_with_json_our_fault_is_told_as_json_too(terminal, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("mythos.cli.jobs.prepare", lambda: 1 / 0)
    code, out, err = terminal("jobs", "--json")
    document = json.loads(err)
    assert (code, out, document["code"]) == (70, "", "internal")
    assert list(tmp_path.glob(f"mythos-{document['reference']}-*.log"))


@pytest.mark.parametrize("name", ["nowhere.md", "."])
def test_a_file_that_cannot_be_read_is_no_fault_of_ours(terminal, house, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for arguments in (("whatif", name, "--codex", "house"), ("pull", "/proc/nowhere")):
        code, _, err = terminal(*arguments)
        assert (code, err.startswith("error: "), "cannot be used" in err) == (2, True, True), err


def test_a_file_of_ours_that_is_missing_is_our_fault(terminal, monkeypatch, tmp_path):
    monkeypatch.setattr("mythos.cli.jobs.prepare", (tmp_path / "part-of-mythos").read_text)
    assert terminal("jobs")[0] == 70


def test_an_argument_that_is_no_text_is_named(terminal, cast):
    code, _, err = terminal("vault", "log", "caf\udce9")
    assert (code, "argument: 'caf\\udce9' is not UTF-8 text." in err) == (2, True), err
    document = problem_of(terminal, "contract", "show", "x", "--swarm", "caf\udce9")
    assert document["fields"] == {"swarm": "'caf\\udce9' is not UTF-8 text."}


@pytest.mark.parametrize("home", ["file", "file/below"])
def test_a_home_that_cannot_be_used_is_said_in_one_line(tmp_path, home):
    (tmp_path / "file").touch()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MYTHOS_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "mythos.cli.main", "vault", "log"],
        capture_output=True,
        text=True,
        check=False,
        env={**clean, "MYTHOS_HOME": str(tmp_path / home), "MYTHOS_SECRET_KEY": "given"},
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"error: MYTHOS_HOME: cannot use {tmp_path / home}: ")


def test_a_vault_that_cannot_be_read_is_told_with_file_and_line(terminal, tmp_path):
    file = tmp_path / "vault.jsonl"
    file.write_text('{"line": "vault", "format": 1}\n[]\n')
    code, _, err = terminal("vault", "import", file)
    assert (code, "Line 2 cannot be read: it is no JSON object." in err) == (2, True), err
    assert f"  at {file}:2\n" in err
    assert "hint: Nothing was brought in. Export the vault again" in err
