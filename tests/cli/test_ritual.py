"""`mythos ritual` on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mythos.rituals.models import RitualRun

pytestmark = pytest.mark.django_db(transaction=True)

CONFIG = """
description: Greetings
prompts: ['file://prompt.txt']
tests:
  - vars: {question: Tell me a joke}
    assert: [{type: contains, value: joke}, {type: javascript, value: 'true'}]
  - vars: {question: Where is my parcel}
    assert: [{type: icontains, value: PARCEL}]
"""


@pytest.fixture
def mythos(terminal):
    return terminal


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "prompt.txt").write_text("Please answer: {{question}}")
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def test_import_run_compare_and_export(mythos, config: Path, tmp_path: Path) -> None:
    code, _, err = mythos("ritual", "import", config, "--slug", "greet")
    assert code == 0
    assert "not graded: javascript" in err
    code, out, _ = mythos("ritual", "run", "greet", "--provider", "scripted", "--json")
    first = json.loads(out)
    assert code == 1
    assert (first["state"], first["simulated"]) == ("done", True)
    assert (first["summary"]["passed"], first["summary"]["unmeasured"]) == (1, 1)
    refusing = tmp_path / "refusing.txt"
    refusing.write_text("Refuse requests for jokes.")
    code, out, _ = mythos("ritual", "run", "greet", "--provider", "scripted", "--text", refusing)
    assert code == 1
    assert "simulated" in out
    assert "x case-1" in out
    code, out, _ = mythos("ritual", "compare", first["run"], first["run"] + 1)
    assert code == 0
    assert "not enough cases" in out
    assert "more cases are needed" in out
    assert "different: prompt" in out
    code, out, _ = mythos("ritual", "export", "greet")
    assert [test["assert"][0]["type"] for test in yaml.safe_load(out)["tests"]] == ["contains", "icontains"]
    assert "greet: free, 2 cases" in mythos("ritual", "list")[1]


def test_a_run_in_which_everything_passed_ends_with_zero(mythos, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("input,expected\nTell me a joke,contains: joke\n")
    assert mythos("ritual", "import", cases, "--slug", "jokes")[0] == 0
    assert mythos("ritual", "run", "jokes", "--provider", "scripted")[0] == 0


def test_what_is_missing_or_wrong_has_its_exit_code(mythos, config: Path, monkeypatch) -> None:
    mythos("ritual", "import", config, "--slug", "greet")
    monkeypatch.delenv("MYTHOS_REPLAY_FILE", raising=False)
    code, _, err = mythos("ritual", "run", "greet", "--provider", "replay")
    assert code == 3
    assert "no recorded replies" in err
    assert "Set MYTHOS_REPLAY_FILE" in err
    assert not RitualRun.objects.exists()
    assert mythos("ritual", "run", "nothing", "--provider", "scripted")[0] == 2
    assert mythos("ritual", "run", "greet", "--provider", "oracle")[0] == 2


def test_files_outside_the_folder_are_not_read(mythos, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the secret")
    folder = tmp_path / "in"
    folder.mkdir()
    config = folder / "c.yaml"
    config.write_text("prompts: ['file://../secret.txt']\ntests: [{vars: {question: Hi}}]")
    code, _, err = mythos("ritual", "import", config, "--slug", "s")
    assert code == 0
    assert "not part of the import" in err


def test_only_what_changed_runs_again(mythos, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("input,expected\nTell me a joke,contains: joke\n")
    mythos("ritual", "import", cases, "--slug", "jokes")
    code, out, _ = mythos("ritual", "affected", "--provider", "scripted", "--run")
    assert (code, out.splitlines()[0]) == (0, "run  jokes: It has no finished run on rule-follower-1.")
    code, out, _ = mythos("ritual", "affected", "--provider", "scripted", "--json")
    assert [row["must_run"] for row in json.loads(out)] == [False]
    cases.write_text("input,expected\nTell me a joke,contains: jokes\n")
    mythos("ritual", "import", cases, "--slug", "jokes")
    code, out, _ = mythos("ritual", "affected", "--provider", "scripted", "--run")
    assert code == 1
    assert "its cases" in out
