"""The command line as a person meets it: real processes on a data folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mythos.cli.errors import run
from mythos.cli.main import cli

DOCUMENT = "# Rules {#rules}\n\n## Refunds {#refunds authority=user}\n\nNever promise a refund above 50 €.\n"
NEWER = DOCUMENT.replace("Never promise", "Avoid promising").replace("50", "80")


@pytest.fixture
def mythos(tmp_path, data_folder):
    def run(*arguments, stdin=None, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("MYTHOS_", "DJANGO_"))}
        return subprocess.run(
            [sys.executable, "-m", "mythos.cli.main", *map(str, arguments)],
            capture_output=True,
            text=True,
            input=stdin,
            check=False,
            cwd=tmp_path,
            env={**clean, "MYTHOS_HOME": str(data_folder), **environment},
        )

    return run


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_help_loads_neither_django_nor_numpy():
    code = (
        "import sys\nfrom mythos.cli.main import cli\n"
        "try: cli.main(['--help'], standalone_mode=False)\nexcept SystemExit: pass\n"
        "sys.exit(any(m in sys.modules for m in ('django', 'numpy', 'onnxruntime')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_newer_codex_shows_what_got_worse_and_a_second_import_writes_nothing(mythos, tmp_path):
    assert mythos("import", "codex", write(tmp_path / "a.md", DOCUMENT), "--codex", "desk").returncode == 0
    newer = write(tmp_path / "b.md", NEWER)
    plan = json.loads(mythos("import", "codex", newer, "--codex", "desk", "--dry-run", "--json").stdout)
    assert plan["counts"]["changed"] == 1
    done = json.loads(mythos("import", "codex", newer, "--codex", "desk", "--json").stdout)
    assert [audit["ref"] for audit in done["audits"]] == ["refunds"]
    assert done["audits"][0]["regression"] is True
    assert done["audits"][0]["findings"]
    again = json.loads(mythos("import", "codex", newer, "--codex", "desk", "--json").stdout)
    assert again["edition"] is None
    assert again["audits"] == []


def test_prompts_come_in_and_bad_rows_are_named_with_their_line(mythos, tmp_path):
    path = write(tmp_path / "p.csv", 'act,prompt\nGood,Say hello.\nBad,\n"Two\nlines",Say more.\n')
    done = mythos("import", "prompts", path)
    assert done.returncode == 2
    assert "p.csv:3: The cell “prompt” is empty." in done.stderr
    assert "2 new" in done.stdout
    strict = mythos("import", "prompts", write(tmp_path / "q.csv", "act,prompt\nNew one,Say it.\nBad,\n"), "--strict")
    assert strict.returncode == 2
    assert "1 new" in mythos("import", "prompts", write(tmp_path / "q2.csv", "act,prompt\nNew one,Say it.\n")).stdout


BAD = {
    "latin.md": (b"# A {#a}\n\ncaf\xe9\n", "line 3"),
    "binary.md": (b"\x00\x01\x02\xff", "binary"),
    "big.md": (b"a" * 6_000_000, "too large"),
    "twice.md": (b"# A {#a}\n\nx\n\n## B {#a}\n", "twice.md, line 5"),
    "no-ref.md": (b"# A {#a}\n\n## B {#}\n", "no-ref.md, line 3"),
    "empty.md": (b"", "empty.md, line 1"),
    "fence.md": (b"# A {#a}\n\n```\nopen\n", "fence.md, line 3"),
    "authority.md": (b"# A {#a authority=king}\n\nx\n", "authority.md, line 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_codex_is_refused_with_its_place_and_nothing_is_written(mythos, tmp_path, name):
    content, message = BAD[name]
    home = tmp_path / "untouched"
    done = mythos("import", "codex", write(tmp_path / name, content), "--codex", "desk", MYTHOS_HOME=str(home))
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "mythos.sqlite3").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("latin.txt", b"caf\xe9", "latin.txt:1"),
        ("binary.txt", b"\x00\x01", "binary.txt"),
        ("big.txt", b"a" * 6_000_000, "too large"),
        ("columns.csv", b"name,text\na,b\n", "the column 'act' is missing"),
        ("open.md", b"Hello {{name\n", "not closed"),
        ("shape.json", b'{"a": [{"date": "yesterday", "text": "x"}]}', "a[0].date"),
        ("list.json", b"[1]", "list.json, line 1"),
        ("what.xyz", b"x", "no source of prompts"),
    ],
)
def test_bad_prompt_sources_end_with_two_and_say_where(mythos, tmp_path, name, content, message):
    done = mythos("import", "prompts", write(tmp_path / name, content))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_a_clear_error(mythos):
    done = mythos("import", "prompts", "nowhere")
    assert (done.returncode, "nowhere does not exist" in done.stderr) == (2, True)


def test_compare_says_why_and_exits_with_one_when_it_got_worse(mythos, tmp_path):
    old, new = write(tmp_path / "o.md", "You must reply within 24 hours."), write(tmp_path / "n.md", "You may reply.")
    done = mythos("compare", old, new, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["is_regression"] is True
    same = mythos("compare", old, write(tmp_path / "s.md", "You must reply within one day."))
    assert same.returncode == 0, same.stdout


def test_compare_pairs_prints_a_line_a_pair_and_names_a_bad_line(mythos, tmp_path):
    rows = [{"id": "a", "old": "Always log.", "new": "Never log."}, {"id": "b", "old": "Hi there.", "new": "Hi there."}]
    path = write(tmp_path / "pairs.jsonl", "\n".join(json.dumps(row) for row in rows))
    lines = [json.loads(line) for line in mythos("compare", "--pairs", path, "--json").stdout.splitlines()]
    assert [(line["id"], line["regression"]) for line in lines] == [("a", True), ("b", False)]
    assert set(lines[0]) == {"id", "verdict", "regression", "probability", "kinds"}
    assert "negation" in lines[0]["kinds"]
    broken = mythos(
        "compare", "--pairs", write(tmp_path / "x.jsonl", '{"old": "a", "new": "b"}\n{"old": 1}\n'), "--json"
    )
    assert broken.returncode == 2
    assert "x.jsonl, line 2" in broken.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"old": "a", "new": "b"}\n[]\n', "line 2: a pair is an object with the texts `old` and `new`."),
        (b'{"new": "b"}\n', "line 1: a pair is an object"),
        (b'{"old": "a", "new": "b"}\n\xff\xfe\n', "line 2: this is not UTF-8 text."),
        (b"{\n", "line 1: this is no JSON."),
        (b"\n", "holds no pairs."),
    ],
)
def test_a_file_that_is_no_pairs_stops_before_the_first_comparison(tmp_path, capsys, content, said):
    path = tmp_path / "p.jsonl"
    path.write_bytes(content)
    assert run(cli, ["compare", "--pairs", str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, said in err, str(path) in err) == ("", True, True)


def test_pairs_give_the_probability_of_harm_in_words_and_as_data(tmp_path, capsys):
    path = write(tmp_path / "p.jsonl", '{"id": "x", "old": "You must reply.", "new": "You must reply."}\n')
    assert run(cli, ["compare", "--pairs", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["probability"] == 0.0
    assert run(cli, ["compare", "--pairs", str(path)]) == 0
    assert capsys.readouterr().out == "x\tpreserved\t0.00\n"


def test_users_and_tokens_are_made_and_secrets_shown_once(mythos):
    user = json.loads(mythos("user", "create", "--email", "a@example.org", "--json").stdout)
    assert len(user["password"]) >= 12
    twice = mythos("user", "create", "--email", "A@example.org")
    assert (twice.returncode, "already has an account" in twice.stderr) == (2, True)
    token = json.loads(mythos("token", "create", "--name", "reader", "--role", "viewer", "--json").stdout)
    assert token["token"].startswith("mth_")


def test_an_unknown_setting_stops_the_start_and_is_named(mythos):
    done = mythos("jobs", MYTHOS_HOMME="x")
    assert done.returncode == 2
    assert "MYTHOS_HOMME" in done.stderr


def test_an_unknown_command_is_a_usage_error(mythos):
    assert mythos("fly").returncode == 2
