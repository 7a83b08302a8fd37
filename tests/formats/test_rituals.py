"""Rituals from other tools' files and back."""

from __future__ import annotations

import json

import pytest
import yaml

from mythos.errors import Invalid
from mythos.formats.rituals import lines, promptfoo, read_ritual
from mythos.formats.rituals.expectations import PROMPTFOO_TYPES

CONFIG = """
description: Desk
prompts: ['Reply to {{question}} in {{tone}} words']
providers: [openai:gpt-4.1]
defaultTest:
  assert: [{type: latency, threshold: 3000}]
tests:
  - vars: {question: 'Where is it?', tone: [kind, plain]}
    threshold: 0.5
    assert:
      - {type: similar, value: It is here, threshold: 0.6, weight: 2, metric: meaning}
      - {type: is-json, value: {type: object}}
      - {type: not-contains, value: sorry}
      - {type: javascript, value: output.length > 3}
"""


def test_a_config_becomes_cases_with_every_detail() -> None:
    document = read_ritual(CONFIG, "config.yaml")
    assert document.template == [{"role": "user", "content": "Reply to {{question}} in {{tone}} words"}]
    assert [case.variables["tone"] for case in document.cases] == ["kind", "plain"]
    case = document.cases[0]
    assert (case.input, case.threshold) == ("Where is it?", 0.5)
    assert case.expectations[:4] == [
        {"type": "latency", "value": 3000},
        {
            "type": "similar",
            "value": {"text": "It is here", "threshold": 0.6},
            "weight": 2.0,
            "promptfoo": {"metric": "meaning"},
        },
        {"type": "json-schema", "value": {"type": "object"}},
        {"type": "not-contains", "value": "sorry"},
    ]


def test_what_was_read_is_written_again() -> None:
    text, notes = promptfoo.write(read_ritual(CONFIG, "config.yaml"))
    assert notes == ()
    again = yaml.safe_load(text)
    assert again["providers"] == ["openai:gpt-4.1"]
    assertions = again["tests"][0]["assert"]
    assert {
        "type": "similar",
        "value": "It is here",
        "threshold": 0.6,
        "weight": 2.0,
        "metric": "meaning",
    } in assertions
    assert {"type": "latency", "threshold": 3000} in assertions
    assert {"type": "is-json", "value": {"type": "object"}} in assertions
    first, second = read_ritual(CONFIG, "config.yaml"), read_ritual(text, "again.yaml")
    assert [(case.input, case.variables, case.expectations) for case in second.cases] == [
        (case.input, case.variables, case.expectations) for case in first.cases
    ]


def test_an_assertion_nobody_knows_refuses_the_file_with_its_place() -> None:
    wrong = (
        "tests:\n  - assert: [{type: contains, value: a}, {type: containz, value: a}]\n  - assert: [{type: vibes}]\n"
    )
    with pytest.raises(Invalid) as caught:
        read_ritual(wrong, "config.yaml")
    assert [(row["line"], row["message"]) for row in caught.value.data["problems"]] == [
        ("tests[0].assert[1]", "There is no assertion “containz”."),
        ("tests[1].assert[0]", "There is no assertion “vibes”."),
    ]


def test_every_documented_assertion_is_known(shared_data) -> None:
    named = set((shared_data / "promptfoo" / "assertion_types.txt").read_text().split())
    assert named == PROMPTFOO_TYPES


@pytest.mark.parametrize("name", ["getting-started.yaml", "adaline-chat-history.yaml", "adaline-multi-provider.yaml"])
def test_real_configs_are_read(name, shared_data) -> None:
    document = read_ritual((shared_data / "promptfoo" / name).read_text(), name)
    assert document.cases
    if name == "adaline-chat-history.yaml":
        assert [turn["role"] for turn in document.cases[0].messages] == ["user", "assistant", "user", "assistant"]
        assert document.cases[0].input == "What is his role at Internet.org?"
        assert any("file://prompt.json" in note for note in document.notes)


def test_files_beside_the_config_are_read_when_they_may_be() -> None:
    text = "prompts: ['file://p.json']\ntests: [{vars: {question: Hi, note: 'file://n.txt'}}]"
    files = {"p.json": '[{"role": "system", "content": "Be {{note}}."}]', "n.txt": "kind"}
    document = read_ritual(text, "config.yaml", open_file=files.get)
    assert document.template == [{"role": "system", "content": "Be {{note}}."}]
    assert document.cases[0].variables["note"] == "kind"


def test_a_small_file_that_unfolds_into_a_huge_one_is_refused() -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    for number, name in enumerate("bcdefgh"):
        bomb += f"{name}: &{name} [{', '.join(['*' + 'abcdefgh'[number]] * 10)}]\n"
    with pytest.raises(Invalid, match="unfolds"):
        read_ritual("tests: []\n" + bomb, "config.yaml")


@pytest.mark.parametrize("text", ["tests: 3", "prompts: [", "tests: ['x']", "tests: file://x.csv", "[]"])
def test_broken_configs_are_refused(text) -> None:
    with pytest.raises(Invalid):
        read_ritual(text, "config.yaml", kind="promptfoo")


def test_a_table_has_cases_with_short_assertions() -> None:
    text = (
        "ref,input,city,__expected1,__expected2,weight,split\n"
        'a,Where?,Paris,contains: Paris,"similar(0.8): in Paris",2,train\n'
        "b,Who?,Rome,Yes,not-icontains:no,,\n"
    )
    first, second = read_ritual(text, "cases.csv").cases
    assert (first.ref, first.input, first.variables, first.weight, first.split) == (
        "a",
        "Where?",
        {"city": "Paris"},
        2.0,
        "train",
    )
    assert first.expectations == [
        {"type": "contains", "value": "Paris"},
        {"type": "similar", "value": {"text": "in Paris", "threshold": 0.8}},
    ]
    assert second.expectations == [{"type": "equals", "value": "Yes"}, {"type": "not-icontains", "value": "no"}]


def test_bad_rows_of_a_table_are_named_with_their_line() -> None:
    with pytest.raises(Invalid) as caught:
        read_ritual("input,weight\nHi,1\nHi\nHi,heavy\n", "cases.csv")
    assert [row["line"] for row in caught.value.data["problems"]] == ["line 3", "line 4"]


def test_json_lines_hold_everything_and_come_back() -> None:
    rows = [
        {"ref": "a", "input": "Hi", "expected": "Hello", "weight": 2, "split": "held_out"},
        {"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}, {"user": "3"}]},
    ]
    document = read_ritual("\n".join(json.dumps(row) for row in rows), "cases.jsonl")
    assert document.cases[0].expectations == [{"type": "equals", "value": "Hello"}]
    assert (document.cases[1].input, len(document.cases[1].messages)) == ("3", 2)
    again = read_ritual(lines.write(document), "cases.jsonl")
    assert [(case.input, case.messages, case.expectations) for case in again.cases] == [
        (case.input, case.messages, case.expectations) for case in document.cases
    ]
    with pytest.raises(Invalid) as caught:
        read_ritual('{"input": "a"}\nnot json\n[1]\n', "cases.jsonl")
    assert len(caught.value.data["problems"]) == 2


def test_a_prompt_file_brings_its_rows_messages_and_evaluators() -> None:
    text = """
name: Summariser
messages:
  - {role: system, content: Be brief.}
  - {role: user, content: 'Sum up {{input}}'}
testData: [{input: The fox, expected: fox}]
evaluators:
  - {name: has it, string: {contains: '{{expected}}'}}
  - {name: near, uses: github/similarity}
  - {name: judged, llm: {modelId: x}}
"""
    document = read_ritual(text, "sum.prompt.yml")
    assert [entry["type"] for entry in document.cases[0].expectations] == ["icontains", "similar"]
    assert document.cases[0].variables["expected"] == "fox"
    assert len(document.template) == 2
    assert document.notes == ("The evaluator “judged” is not read.",)
