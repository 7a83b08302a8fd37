"""What each format of prompt files holds, refuses and says."""

from __future__ import annotations

import json

import pytest

from mythos.errors import Invalid
from mythos.formats.prompts import FORMATS, Problem, dotprompt, format_of
from mythos.formats.prompts.base import PromptRecord, Revision, no_file
from mythos.formats.prompts.front_matter import keep_header
from mythos.formats.prompts.losses import through, write
from mythos.formats.prompts.turns import Turn, join_turns, split_turns, turns_of
from mythos.plugins import find

RICH = PromptRecord(
    "team/greeter",
    "Greets people",
    (Revision("system:\nBe kind.\n\nuser:\n{{question}}"),),
    "system",
    ("greeting",),
    metadata={
        "form": "chat",
        "description": "Greets.",
        "model": "gpt-4o",
        "parameters": {"temperature": 0.2, "max_tokens": 50},
        "inputs": {"question": {"type": "string", "required": True, "default": "Hi"}},
    },
)


def load(form, text, name):
    return list(FORMATS[form].load(text.encode(), name, no_file))


def lost(form, record=RICH):
    return {loss.field for loss in write(record, FORMATS[form]).losses}


def test_formats_are_found_as_extensions():
    assert find("format", "prompty") is FORMATS["prompty"]


def test_each_format_loses_what_the_reference_says():
    assert lost("markdown") == lost("csv") == lost("prompty") == set()
    assert lost("dotprompt") == {"tags"}
    assert lost("prompt.yml") == {"tags", "inputs"}
    assert lost("skill") == {"slug", "form", "model", "parameters", "inputs"}
    assert lost("promptfoo") == {"tags", "inputs"}
    assert lost("langfuse") == {"title", "description", "inputs"}


def test_a_loss_names_its_field_and_its_reason():
    (loss,) = write(RICH, FORMATS["dotprompt"]).losses
    assert str(loss.reason) == "dotprompt has no place for it."


def test_blocks_of_another_template_language_are_told():
    record = PromptRecord("a", "A", (Revision("{% if x %}yes{% endif %} {{> b@production}}"),))
    reasons = " ".join(loss.reason for loss in write(record, FORMATS["dotprompt"]).losses)
    assert "{%" in reasons
    assert "includes other prompts" in reasons
    assert write(record, FORMATS["markdown"]).losses == ()


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_writing_twice_gives_the_same_bytes(form):
    assert write(RICH, form).data == write(through(RICH, form), form).data == write(RICH, form).data


def test_a_line_that_looks_like_a_turn_stays_content():
    turns = [Turn("system", "Write\nuser:\nthen\n\\assistant:"), Turn("user", "", "[name=x]")]
    assert split_turns(join_turns(turns)) == turns
    record = PromptRecord("a", "A", (Revision("Say\nuser:\nthen stop."),))
    assert write(record, FORMATS["prompty"]).losses == ()


def test_a_changed_body_leaves_the_header_as_it_was_written():
    old = "---\n# keep me\ntitle:   Odd\ntags: [a,\n  b]\n---\nOne.\n"
    record = load("markdown", old, "x.md")[0]
    new = FORMATS["markdown"].dump([PromptRecord(record.slug, record.title, (Revision("Two."),), tags=record.tags)])
    assert keep_header(old, new.decode(), "x.md") == old.replace("One.", "Two.")


def test_prompty_version_1_is_read_as_version_2():
    text = (
        "---\nname: Old\nauthors: [Ann]\nmodel:\n  api: chat\n  configuration: {type: azure_openai}\n"
        "  parameters: {max_tokens: 5}\nsample: {question: Why}\n---\nsystem:\nHelp.\n\n# User:\n{{question}}\n"
    )
    (record,) = load("prompty", text, "old.prompty")
    assert record.text == "system:\nHelp.\n\nuser:\n{{question}}"
    assert record.metadata["authors"] == ["Ann"]
    assert record.metadata["parameters"] == {"max_tokens": 5}
    assert record.metadata["inputs"] == {"question": {"type": "string", "example": "Why"}}
    assert record.metadata["prompty"]["model"] == {"apiType": "chat", "connection": {"kind": "azure_openai"}}
    assert "maxOutputTokens: 5" in write(record, FORMATS["prompty"]).data.decode()


def test_dotprompt_reads_picoschema_and_leaves_richer_schemas_alone():
    schema = "  schema:\n    name: string, who\n    age?: integer\n  default: {age: 3}\n"
    flat = f'---\ninput:\n{schema}---\n{{{{role "model"}}}}Hi\n'
    (record,) = load("dotprompt", flat, "a.prompt")
    assert record.metadata["inputs"] == {
        "name": {"type": "string", "description": "who", "required": True},
        "age": {"type": "integer", "default": 3},
    }
    assert record.text == "assistant:\nHi"
    (rich,) = load("dotprompt", "---\ninput:\n  schema:\n    tags(array): string\n---\nHi\n", "a.prompt")
    assert rich.metadata["dotprompt"]["input"] == {"schema": {"tags(array)": "string"}}
    assert write(rich, FORMATS["dotprompt"]).losses == ()


def test_a_prompt_yml_holds_messages_and_keeps_its_test_data():
    text = (
        "name: Sum\nmodel: openai/gpt-4o\nmodelParameters: {temperature: 0.5}\nmessages:\n"
        "  - {role: system, content: Sum up.}\n  - {role: user, content: '{{input}}'}\n"
        "testData:\n  - {input: x, expected: y}\n"
    )
    (record,) = load("prompt.yml", text, "sum.prompt.yml")
    assert record.slug == "sum"
    assert record.text == "system:\nSum up.\n\nuser:\n{{input}}"
    assert write(record, FORMATS["prompt.yml"]).losses == ()
    assert "testData" in write(record, FORMATS["prompt.yml"]).data.decode()


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("description: d", "name"),
        ("name: Upper\ndescription: d", "name"),
        ("name: a--b\ndescription: d", "name"),
        (f"name: {'a' * 65}\ndescription: d", "name"),
        ("name: a", "description"),
        (f"name: a\ndescription: {'d' * 1025}", "description"),
        (f"name: a\ndescription: d\ncompatibility: {'d' * 501}", "compatibility"),
        ("name: a\ndescription: d\nmetadata: {x: [1]}", "metadata.x"),
    ],
)
def test_a_skill_that_breaks_the_rules_is_refused_by_its_field(header, field):
    with pytest.raises(Invalid, match=rf"a/SKILL.md, {field}:"):
        load("skill", f"---\n{header}\n---\nDo it.", "a/SKILL.md")


def test_a_promptfoo_config_gives_each_prompt_a_name():
    text = (
        "prompts:\n  - 'One {{x}}'\n  - {raw: Two, label: Second}\n  - file://gone.txt\nproviders: [openai:gpt-4.1]\n"
    )
    one, two, gone = load("promptfoo", text, "sub/promptfooconfig.yaml")
    assert (one.slug, two.slug) == ("sub/1", "sub/second")
    assert one.metadata["model"] == "gpt-4.1"
    assert isinstance(gone, Problem)
    assert "prompts[2]" in gone.message


def test_langfuse_takes_one_a_list_and_an_answer_of_its_api():
    entry = {"name": "a", "prompt": [{"role": "system", "content": "Hi"}], "config": {"model": "m"}, "labels": ["x"]}
    for given in (entry, [entry], {"data": [entry], "meta": {}}):
        (record,) = load("langfuse", json.dumps(given), "p.json")
        assert (record.slug, record.text, record.kind) == ("a", "Hi", "system")
        assert write(record, FORMATS["langfuse"]).losses == ()


def test_a_table_guards_against_formulas_and_gives_the_text_back():
    records = [PromptRecord(f"p{n}", "=T", (Revision(text),)) for n, text in enumerate(["=1+1", "'=x", "- a", "b"])]
    data = FORMATS["csv"].dump(records)
    assert not [cell for cell in data.decode().split(",") if cell.startswith(("=", "+", "@"))]
    back = FORMATS["csv"].load(data, "t.csv", no_file)
    assert [(r.title, r.text) for r in back] == [(r.title, r.text) for r in records]


def test_secrets_written_out_are_not_kept():
    text = "---\nmodel:\n  connection: {apiKey: sk-1, endpoint: x}\n---\nHi"
    (record,) = load("prompty", text, "a.prompty")
    assert "sk-1" not in json.dumps(record.metadata)
    assert "prompty.model.connection.apiKey" in record.notes[0]


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.md", b"x", "markdown"),
        ("x/SKILL.md", b"x", "skill"),
        ("a.prompt.yaml", b"x", "prompt.yml"),
        ("a.prompt", b"x", "dotprompt"),
        ("c.yaml", b"prompts: [x]\n", "promptfoo"),
        ("compose.yaml", b"services: {}\n", None),
        ("p.json", b'{"name": "a", "prompt": "x"}', "langfuse"),
        ("package.json", b'{"name": "a"}', None),
        ("README.md", b"x", None),
    ],
)
def test_a_file_is_recognised(name, data, form):
    found = format_of(name, data)
    assert (found.name if found else None) == form


LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (LAUGHS, "aliases"),
        ("a: &x 1\nb: 2", "aliases"),
        ("a: " + "[" * 500, "deep"),
        ("a: !!python/object/apply:os.system [ls]", "constructor"),
        ("a: 1\na: 2", "twice"),
        (f"a: {'9' * 30}", "too large"),
        (f"a: {'9' * 6000}", "not YAML"),
        ("a: 1e999", "finite"),
        ("? [a, b]\n: c", "key"),
        ("a: [1", "not YAML"),
    ],
)
def test_a_hostile_header_is_refused_with_file_and_line(header, reason):
    with pytest.raises(Invalid, match=reason) as caught:
        load("prompty", f"---\n{header}\n---\nHi", "bad.prompty")
    assert caught.value.data["file"] == "bad.prompty"
    assert caught.value.data["line"] >= 1


@pytest.mark.parametrize(
    "text", ['{"name":"a","name":"b","prompt":"x"}', "[" * 100_000, '{"name":"a","prompt":"x","config":{"t":NaN}}']
)
def test_hostile_json_is_refused(text):
    with pytest.raises(Invalid, match=r"p\.json"):
        load("langfuse", text, "p.json")


def test_a_role_of_dotprompt_keeps_the_pairs_behind_it():
    sent = b'{{role "system" purpose="rules"}}Be brief.\n{{role "user" purpose="preamble" n=2}}Hello {{name}}.\n'
    (first,) = dotprompt.load(sent, "a.prompt", no_file)
    assert [(turn.role, turn.about, turn.content) for turn in turns_of(first)] == [
        ("system", '[purpose="rules"]', "Be brief."),
        ("user", '[purpose="preamble" n=2]', "Hello {{name}}."),
    ]
    written = dotprompt.dump([first])
    assert b'{{role "user" purpose="preamble" n=2}}Hello {{name}}.' in written
    (again,) = dotprompt.load(written, "a.prompt", no_file)
    assert again.text == first.text
