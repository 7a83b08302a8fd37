"""What the public suites and validators of the formats ask, on examples of our own."""

from __future__ import annotations

import json

import pytest
import yaml

from mythos.errors import Invalid
from mythos.formats.prompts import FORMATS
from mythos.formats.prompts.base import PromptRecord, Revision, no_file
from mythos.formats.prompts.losses import write
from mythos.formats.prompts.turns import turns_of

TALK = PromptRecord(
    "a",
    "A",
    (Revision("developer:\nBe brief.\n\nplaceholder:\nearlier\n\nassistant:\n\ntool:\n42\n\nuser:\nWhy?"),),
    metadata={"form": "chat"},
)


def load(form, text, name):
    (record,) = FORMATS[form].load(text.encode(), name, no_file)
    return record


def dump(form, record):
    return FORMATS[form].dump([record]).decode()


def test_a_role_of_dotprompt_may_strip_the_blanks_around_it():
    record = load("dotprompt", '{{role "system"~}}\nBe kind.\n\n{{~ role "model" ~}}\nHi.\n', "a.prompt")
    assert [(turn.role, turn.content) for turn in turns_of(record)] == [("system", "Be kind."), ("assistant", "Hi.")]


def test_a_message_of_dotprompt_is_written_behind_its_mark_and_keeps_its_indent():
    text = '{{role "system"}}Be kind.\n{{role "model"}}\n  1. Hi.\n  2. Ho.\n'
    record = load("dotprompt", text, "a.prompt")
    assert dump("dotprompt", record) == text


def test_a_comment_before_the_header_of_dotprompt_is_passed_over_and_told():
    text = "# Licence: MIT\n\n---\nmodel: m\n---\nHi\n"
    record = load("dotprompt", text, "a.prompt")
    assert (record.text, record.metadata["model"]) == ("Hi", "m")
    assert record.notes == ("a.prompt: the comment before the header is not kept.",)
    with pytest.raises(Invalid, match="line 4"):
        load("dotprompt", text.replace("model: m", "model: [m"), "a.prompt")


@pytest.mark.parametrize("text", ["# Rules\n\n---\nBe kind.", "# Rules\n---\nfirst\n---\nsecond"])
def test_a_heading_and_a_line_are_a_text_of_dotprompt(text):
    record = load("dotprompt", text, "a.prompt")
    assert record.text == text
    assert load("dotprompt", dump("dotprompt", record), "a.prompt") == record


def test_a_file_of_dotprompt_gets_no_header_that_it_did_not_have():
    assert dump("dotprompt", load("dotprompt", "Hello {{name}}\n", "team/hi.prompt")) == "Hello {{name}}\n"
    named = "---\nname: Hi\n---\nHello\n"
    assert dump("dotprompt", load("dotprompt", named, "hi.prompt")) == named


@pytest.mark.parametrize(
    "schema",
    [
        {"name": "string, who it is", "age?": "integer", "more": "any"},
        {"type": "object", "additionalProperties": False, "properties": {"name": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        {"type": "object", "properties": {}},
        {"list(array)": "string"},
        "string, a text",
    ],
)
def test_a_schema_of_inputs_comes_back_in_its_own_words(schema):
    header = yaml.safe_dump({"input": {"schema": schema, "default": {"name": "Ann"}}}, sort_keys=False)
    record = load("dotprompt", f"---\n{header}---\nHello {{{{name}}}}\n", "a.prompt")
    assert yaml.safe_load(dump("dotprompt", record).split("---\n")[1]) == yaml.safe_load(header)
    assert write(record, FORMATS["dotprompt"]).losses == ()


def test_a_default_of_dotprompt_makes_no_schema():
    text = "---\ninput:\n  default:\n    name: Ann\n---\nHello {{name}}\n"
    record = load("dotprompt", text, "a.prompt")
    assert record.metadata["inputs"] == {"name": {"default": "Ann"}}
    assert dump("dotprompt", record) == text


def test_inputs_that_a_line_cannot_say_leave_picoschema():
    record = load("dotprompt", "---\ninput:\n  schema:\n    name: string\n---\nHi\n", "a.prompt")
    record.metadata["inputs"]["name"]["description"] = "Two\nlines"
    schema = yaml.safe_load(dump("dotprompt", record).split("---\n")[1])["input"]["schema"]
    assert schema["properties"] == {"name": {"type": "string", "description": "Two\nlines"}}
    assert (schema["additionalProperties"], schema["required"]) == (False, ["name"])


def test_roles_that_a_format_does_not_know_are_folded_and_told():
    assert dump("dotprompt", TALK) == (
        '{{role "system"}}Be brief.\n{{history}}\n{{role "model"}}\n{{role "tool"}}42\n{{role "user"}}Why?\n'
    )
    assert yaml.safe_load(dump("prompt.yml", TALK))["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "{{earlier}}"},
        {"role": "user", "content": "42"},
        {"role": "user", "content": "Why?"},
    ]
    prompty = dump("prompty", TALK)
    assert "inputs:\n- name: earlier\n  kind: thread\n" in prompty
    assert prompty.endswith("developer:\nBe brief.\n\n{{earlier}}\n\nassistant:\n\nuser:\n42\n\nuser:\nWhy?\n")
    for form in ("dotprompt", "prompt.yml", "prompty"):
        assert "text" in {loss.field for loss in write(TALK, FORMATS[form]).losses}


def test_a_line_of_prompty_is_a_mark_only_for_the_roles_it_knows():
    text = "---\nname: A\n---\nsystem:\nUse this\ntool:\nhammer\n"
    record = load("prompty", text, "a.prompty")
    assert record.text == "Use this\ntool:\nhammer"
    assert dump("prompty", record) == text
    talk = load("prompty", text + "\nuser:\nHi\n", "a.prompty")
    assert [turn.content for turn in turns_of(talk)] == ["Use this\ntool:\nhammer", "Hi"]
    assert dump("prompty", talk) == text + "\nuser:\nHi\n"


def test_prompty_takes_properties_bare_values_and_the_name_of_a_template_language():
    header = (
        "name: A\ninputs:\n  properties:\n  - name: city\n    kind: string\n    required: true\ntemplate: mustache\n"
    )
    record = load("prompty", f"---\n{header}---\nHi\n", "a.prompty")
    assert record.metadata["inputs"] == {"city": {"type": "string", "required": True}}
    assert record.metadata["prompty"]["template"] == {"format": {"kind": "mustache"}, "parser": {"kind": "prompty"}}
    bare = load("prompty", "---\nname: A\ninputs:\n  city: Rome\n  count: 2\n---\nHi\n", "a.prompty")
    assert bare.metadata["inputs"]["count"] == {"type": "integer", "example": 2}


@pytest.mark.parametrize("model", ["model: gpt-4\n", "model:\n  id: gpt-4\n"])
def test_a_model_of_prompty_stays_a_word_or_an_object(model):
    text = f"---\nname: A\n{model}---\nsystem:\nHi\n"
    record = load("prompty", text, "a.prompty")
    assert dump("prompty", record) == text
    assert [loss.field for loss in write(record, FORMATS["dotprompt"]).losses] == []


@pytest.mark.parametrize("form", ["prompty", "skill", "dotprompt", "markdown"])
def test_no_header_holds_what_others_take_for_its_end(form):
    said = "One --- two ---- three +++ four\nfive"
    record = PromptRecord("a", "A", (Revision("Hi"),), metadata={"description": said})
    written = dump(form, record)
    assert written.count("---") == 2
    assert "+++" not in written
    assert load(form, written, f"a{FORMATS[form].suffix}").metadata["description"] == said


def test_a_skill_keeps_words_that_look_like_numbers_and_letters_beyond_a_to_z():
    header = "name: café\ndescription: yes\nmetadata:\n  version: 1.10\n"
    record = load("skill", f"---\n{header}---\nDo it.\n", "café/SKILL.md")
    assert record.metadata == {"description": "yes", "skill": {"metadata": {"version": "1.10"}}}
    assert record.slug == "cafe"
    assert record.notes == ("café/SKILL.md, name: it is kept as 'cafe'.",)
    with pytest.raises(Invalid, match="name"):
        load("skill", f"---\n{header.replace('café', 'Café')}---\nDo it.\n", "a/SKILL.md")


def test_what_a_message_says_beside_its_content_is_kept_or_told():
    said = {"role": "user", "content": "Hi", "name": "Ann", "turn": 2, "cached": True}
    messages = [{"role": "system", "content": "Be kind."}, said, said | {"tool_calls": [{"id": "x"}]}]
    sent = json.dumps({"name": "a", "type": "chat", "prompt": messages})
    record = load("langfuse", sent, "a.langfuse.json")
    assert json.loads(dump("langfuse", record))["prompt"] == [messages[0], said, said]
    assert record.notes == ("a.langfuse.json, prompt[2].tool_calls: it is not kept.",)
    assert write(record, FORMATS["prompt.yml"]).losses == write(record, FORMATS["langfuse"]).losses == ()
    long = [said | dict.fromkeys(("one", "two", "three"), "x" * 60)]
    (told,) = load("langfuse", json.dumps({"name": "a", "prompt": long}), "a.langfuse.json").notes
    assert "prompt[0].three" in told


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("gpt-4o", "openai:gpt-4o"),
        ("claude-sonnet-4", "anthropic:messages:claude-sonnet-4"),
        ("openai/gpt-4o", "github:openai/gpt-4o"),
        ("openai:chat:gpt-4o", "openai:chat:gpt-4o"),
    ],
)
def test_promptfoo_is_told_the_provider_of_a_model(model, provider):
    record = PromptRecord("a", "A", (Revision("Hi"),), "user", metadata={"model": model})
    written = dump("promptfoo", record)
    assert yaml.safe_load(written)["providers"] == [provider]
    assert load("promptfoo", written, "a/promptfooconfig.yaml").metadata == {"model": model}
