"""Prompts as files, on the terminal."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mythos.accounts.actors import SYSTEM
from mythos.cli import database, exports, imports, sync
from mythos.cli.main import cli
from mythos.prompts.models import Prompt
from mythos.prompts.services import create_prompt, revise_prompt

pytestmark = pytest.mark.django_db
HEADER = "---\nname: Helper\nmodel:\n  id: gpt-4o\n  provider: openai\ntools: []\n---\n"
PROMPTY = HEADER + "system:\nHelp.\n\nuser:\n{{question}}\n"


@pytest.fixture
def mythos(cast, monkeypatch, terminal):
    monkeypatch.setattr(database.settings, "DEFAULT_SWARM", cast.swarm.slug, raising=False)
    for module in (exports, imports, sync):
        monkeypatch.setattr(module, "prepare", lambda: None)

    return terminal


def test_a_folder_of_mixed_files_comes_in_and_goes_out_again(mythos, tmp_path):
    folder = tmp_path / "in"
    (folder / "pdf").mkdir(parents=True)
    (folder / "helper.prompty").write_text(PROMPTY)
    (folder / "pdf" / "SKILL.md").write_text("---\nname: pdf\ndescription: Reads PDF.\n---\nRead it.")
    (folder / "bad.prompty").write_text("---\na: &x [*x]\n---\nHi")
    (folder / "compose.yaml").write_text("services: {}")
    code, out, err = mythos("import", "prompts", folder)
    assert code == 2
    assert "2 new" in out
    assert "bad.prompty:2" in err
    assert Prompt.objects.get(slug="helper").metadata["prompty"] == {"tools": [], "model": {"provider": "openai"}}
    code, out, err = mythos("export", "prompts", "helper", "pdf", "--format", "prompty", "--to", tmp_path / "out")
    assert code == 0
    assert "lost: pdf, slug" not in err
    assert "name: Helper" in (tmp_path / "out" / "helper.prompty").read_text()
    again = json.loads(mythos("import", "prompts", tmp_path / "out", "--json")[1])
    assert (again["unchanged"], again["revised"], again["created"]) == (["helper", "pdf"], [], [])


def test_a_table_in_a_folder_comes_in_and_what_stays_out_is_named(mythos, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ok.md").write_text("Say hello.")
    (folder / "README.md").write_text("No prompt.")
    (folder / "notes.py").write_text("")
    (folder / "t.csv").write_text("act,prompt\nPoet,Write a poem.\n")
    (folder / "numbers.csv").write_text("a,b\n1,2\n")
    (folder / "r.json").write_text("{")
    (folder / "日本.md").write_text("Be kind.")
    code, out, err = mythos("import", "prompts", folder)
    assert code == 2
    assert "2 new" in out
    assert "日本.md:1: No slug can be made from the file's name." in err
    left = ["numbers.csv was left out: a table of", "r.json was left out: it is no Langfuse prompt"]
    notes = [line for line in err.splitlines() if line.startswith("note:")]
    assert [line.removeprefix("note: ")[: len(start)] for line, start in zip(notes, left, strict=True)] == left
    assert json.loads(mythos("import", "prompts", folder, "--json")[1])["notes"] == [line[6:] for line in notes]
    _, _, err = mythos("push", folder, "--dry-run")
    assert "t.csv" not in err


def test_a_text_that_takes_the_place_of_another_is_named_with_its_file(mythos, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.md").write_text("Say hello.")
    assert "revised" not in mythos("import", "prompts", folder)[1]
    (folder / "a.md").write_text("Say goodbye.")
    (folder / "bad.md").write_text("")
    _, out, err = mythos("import", "prompts", folder)
    assert f"  revised  a  by {folder / 'a.md'}:1\n" in out
    assert f"error: {folder / 'bad.md'}:1: The file is empty." in err
    assert "the others were imported" in err
    _, out, err = mythos("import", "prompts", folder / "bad.md")
    assert f"error: {folder / 'bad.md'}:1:" in err
    assert "1 could not be read, as said above; there was nothing else." in err


def test_an_export_names_what_is_lost_and_a_dry_run_writes_nothing(mythos, cast, tmp_path):
    create_prompt(actor=SYSTEM, swarm=cast.swarm, slug="a", text="Hi", tags=["x"])
    code, out, err = mythos("export", "prompts", "a", "--format", "dotprompt", "--to", tmp_path / "o", "--dry-run")
    assert code == 0
    assert err == "lost: a, tags: dotprompt has no place for it.\n"
    assert not (tmp_path / "o").exists()
    told = json.loads(mythos("export", "prompts", "--all", "--format", "csv", "--to", tmp_path / "o", "--json")[1])
    assert told["prompts"][0]["losses"] == []
    assert (tmp_path / "o" / told["files"][0]).read_text().startswith("slug,act,prompt")


def test_an_unknown_format_lists_the_known_ones(mythos, tmp_path):
    code, _, err = mythos("export", "prompts", "a", "--format", "exe", "--to", tmp_path)
    assert code == 2
    assert "prompty" in err


def test_pull_and_push_say_what_they_did_and_where_a_person_must_decide(mythos, cast, tmp_path):
    made = create_prompt(actor=SYSTEM, swarm=cast.swarm, slug="a", text="One.", title="A")
    folder = tmp_path / "f"
    assert mythos("pull", folder)[:2] == (0, "new       a  a.md\nPull: 1 new.\n")
    assert "is no folder" in mythos("pull", folder / "a.md")[2]
    (folder / "a.md").write_text("Mine.")
    assert mythos("push", folder, "--dry-run")[1].endswith("Push: 1 changed.\nNothing was written.\n")
    revise_prompt(actor=SYSTEM, prompt_id=made.prompt_id, text="Theirs.", base=1, source="web")
    code, out, err = mythos("push", folder)
    assert code == 1
    assert "both sides changed: text" in out
    assert "| <<<<<<< mine\n" in out
    assert "nothing was written" in err
    told = json.loads(mythos("pull", folder, "--json")[1])
    assert [(row["slug"], row["action"], row["fields"]) for row in told["prompts"]] == [("a", "conflict", ["text"])]
    assert (folder / "a.md").read_text() == "Mine."
    assert mythos("push", folder, "--force")[0] == 0
    assert Prompt.objects.get(slug="a").current.text == "Mine."


def test_help_names_the_new_commands():
    page = CliRunner().invoke(cli, ["--help"]).output
    assert all(name in page for name in ("export", "pull", "push"))
