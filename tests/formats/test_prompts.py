"""Sources of prompts."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from mythos.errors import Invalid
from mythos.formats.prompts import Problem, read_prompts


def read(path):
    items = list(read_prompts(path))
    return [i for i in items if not isinstance(i, Problem)], [i for i in items if isinstance(i, Problem)]


def test_a_folder_gives_a_prompt_a_file_and_names_bad_ones(tmp_path):
    (tmp_path / "sum").mkdir()
    (tmp_path / "sum" / "system.md").write_text("Summarize.")
    (tmp_path / "sum" / "user.md").write_text("Input:")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Rate It.txt").write_text("Rate.")
    (tmp_path / "README.md").write_text("Not a prompt.")
    (tmp_path / "bad.md").write_bytes(b"ok\ncaf\xe9")
    records, problems = read(tmp_path)
    assert {r.slug: r.kind for r in records} == {"deep/rate-it": "system", "sum": "system", "sum/user": "user"}
    assert [(p.file, p.line) for p in problems] == [("bad.md", 2)]


def test_a_table_keeps_true_lines_and_tells_equal_names_apart(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text('act,prompt,type\nA,"one\ntwo",TEXT\nA,three,\nB,,\nC,too,many,cells\n')
    records, problems = read(path)
    assert [(r.slug, r.line, r.tags) for r in records] == [("a", 2, ("text",)), ("a-2", 4, ())]
    assert [p.line for p in problems] == [5, 6]


def test_a_table_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("name,text\n")
    with pytest.raises(Invalid, match="'act'"):
        read(path)


@pytest.mark.parametrize(
    ("content", "place"),
    [('{"a": [{"text": ""}]}', "a[0].text"), ('{"a": [{"text": "x", "date": 5}]}', "a[0].date"), ('{"a": 1}', "a:")],
)
def test_a_malformed_revision_is_named_by_its_place(tmp_path, content, place):
    path = tmp_path / "r.json"
    path.write_text(content)
    _, problems = read(path)
    assert place in problems[0].message


def test_the_real_tables_are_read_whole(shared_data):
    for path in sorted((shared_data / "awesome-prompts").glob("*.csv")):
        records, problems = read(path)
        assert len(records) > 100
        assert problems == []
        assert len({r.slug for r in records}) == len(records)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_repository_gives_each_commit_as_a_revision_with_date_author_and_message(tmp_path):
    def git(*arguments, when="2026-01-01T10:00:00+00:00"):
        stamp = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in
               (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}  # fmt: skip
        subprocess.run(
            ["git", "-C", tmp_path, *arguments], check=True, env={**os.environ, **stamp, **who}, capture_output=True
        )

    git("init", "-q", "-b", "main")
    file = tmp_path / "odd näme 'x'.md"
    for day, text in enumerate(["One.", "Two.", "Three."], start=1):
        file.write_text(text)
        (tmp_path / "notes.bin").write_bytes(bytes([day]))
        git("add", "-A")
        git("commit", "-qm", f"Say {text}", when=f"2026-01-0{day}T10:00:00+00:00")
    records, problems = read(tmp_path)
    assert problems == []
    assert [r.slug for r in records] == ["odd-name-x"]
    assert [(v.text, v.author, v.message, v.created_at.day) for v in records[0].revisions] == [
        ("One.", "Ada", "Say One.", 1), ("Two.", "Ada", "Say Two.", 2), ("Three.", "Ada", "Say Three.", 3),
    ]  # fmt: skip
