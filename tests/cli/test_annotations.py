"""Judging the judge on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mythos.providers import PROVIDERS
from mythos.providers.base import Reply
from mythos.providers.scripted import Scripted
from mythos.rituals.models import RitualAnnotation

pytestmark = pytest.mark.django_db(transaction=True)


class Judge(Scripted):
    name = "judge"

    def chat(self, messages, options):
        return Reply(json.dumps({"reason": "It is.", "pass": True}), 1, 1, 0.0, 0.0, "judge-1")


@pytest.fixture
def mythos(terminal, monkeypatch, tmp_path: Path):
    """A ritual of two judged replies, one person, and a way to type."""
    typed: list[str] = []
    monkeypatch.setitem(PROVIDERS, "judge", Judge())
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: typed.pop(0))

    def call(*arguments: object, types: str = "") -> tuple[int, str, str]:
        typed[:] = list(types)
        return terminal(*arguments)

    cases = tmp_path / "cases.csv"
    cases.write_text("input,expected\nTell me a joke,llm-rubric: Is it kind?\nHello,llm-rubric: Is it short?\n")
    call("user", "create", "--email", "ada@example.org", "--role", "editor")
    call("ritual", "import", cases, "--slug", "kind")
    code, out, err = call("ritual", "run", "kind", "--provider", "scripted", "--judge", "judge")
    assert code == 0, out + err
    return call


def test_a_person_is_asked_one_reply_at_a_time(mythos) -> None:
    code, out, err = mythos("ritual", "annotate", "--by", "ada@example.org", types="mq")
    assert code == 0, err
    assert "Does the reply meet this? Is it kind?" in out
    assert "It is." not in out, "the judge is hidden"
    assert "1 of 2 answered." in out
    assert RitualAnnotation.objects.get().user_name == "ada@example.org"
    code, out, _ = mythos("ritual", "annotate", "--by", "ada@example.org", "--json")
    assert [row["rubric"] for row in json.loads(out)] == ["Is it short?"]
    assert mythos("ritual", "annotate", "--by", "ada@example.org", types="sq")[1].endswith("0 of 1 answered.\n")


def test_answers_of_a_file_are_kept_all_or_none(mythos, tmp_path: Path) -> None:
    rows = json.loads(mythos("ritual", "annotate", "--by", "ada@example.org", "--json")[1])
    said = [{"result": row["result"], "expectation": row["expectation"], "verdict": "met"} for row in rows]
    file = tmp_path / "said.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in [said[0], said[1] | {"verdict": "good"}]))
    code, _, err = mythos("ritual", "annotate", "--by", "ada@example.org", "--answers", file)
    assert (code, "said.jsonl:2" in err) == (2, True)
    assert not RitualAnnotation.objects.exists()
    said[1]["verdict"] = "broken"
    file.write_text("\n".join(json.dumps(row) for row in said))
    code, out, _ = mythos("ritual", "annotate", "--by", "ada@example.org", "--answers", file)
    assert (code, out) == (0, "2 answers kept.\n")
    assert mythos("ritual", "annotate", "--by", "ada@example.org")[1] == "Nothing waits.\n"
    assert "same answer in 1 of 2" in mythos("ritual", "agreement")[1]
    assert json.loads(mythos("ritual", "agreement", "--ritual", "kind", "--json")[1])[0]["kappa"]["n"] == 2


def test_wrong_input_is_named(mythos, tmp_path: Path) -> None:
    code, _, err = mythos("ritual", "annotate", "--by", "eve@example.org")
    assert (code, "eve@example.org is not a member" in err) == (2, True)
    file = tmp_path / "said.jsonl"
    file.write_text("[1]\n")
    code, _, err = mythos("ritual", "annotate", "--by", "ada@example.org", "--answers", file)
    assert (code, "said.jsonl:1" in err) == (2, True)
