"""The reference page of prompt formats, found by writing a prompt that has everything and reading it back."""

from __future__ import annotations

from mythos.formats.prompts import FORMATS
from mythos.formats.prompts.base import PromptRecord, Revision
from mythos.formats.prompts.losses import write

FULL = PromptRecord(
    "team/greeter",
    "Greets people",
    (Revision("system:\nBe kind to {{name}}.\n\nuser:\n{{question}}"),),
    "system",
    ("greeting", "polite"),
    metadata={
        "form": "chat",
        "description": "Greets whoever comes in.",
        "authors": ["Ann"],
        "model": "gpt-4o",
        "parameters": {"temperature": 0.2, "max_tokens": 50},
        "inputs": {"question": {"type": "string", "description": "What is asked", "required": True, "default": "Hi"}},
    },
)
FRAGMENT = PromptRecord("greeter", "Greets", (Revision("Be kind."),), "fragment")
FIELDS = {
    "slug": "slug with folders",
    "title": "title",
    "kind": "kinds `tool` and `fragment`",
    "tags": "tags",
    "form": "turns of a conversation",
    "description": "description",
    "authors": "authors",
    "model": "model",
    "parameters": "parameters",
    "inputs": "inputs",
}
INTRODUCTION = """# Formats of prompt files

Written by `make docs`: a prompt that has everything is written in each format and read back. `mythos import prompts`,
the page *Import* and `mythos push` read all of them; `mythos export prompts`, *Export as* on a prompt's page,
`GET /api/v1/prompts/{slug}/export` and `mythos pull` write them, and name every field that a file cannot hold.

A field that a format has no place for is lost in its file, never in the swarm: pushing the file again leaves such
fields as they are.
"""
AFTER = """
## What is read, and how

- **Text.** One text with a history. A file of several messages becomes one text whose turns begin with a line such as
  `user:`; a line of a message that looks like that gets a backslash. Rules of the codex see all turns.
- **Beside the text** stand `description`, `model`, `parameters`, `inputs` and `authors` in one spelling for all formats
  (`max_tokens`, whatever a file calls it), and under the name of a format whatever only that format knows: tools,
  outputs, connections, test data. The format gives it back unchanged; another one names it as lost.
- **Prompty** is written as version 2. Version 1 is read: `authors`, `model.api`, `model.configuration`,
  `model.parameters` and `sample` come out as their successors.
- **dotprompt** inputs are read from JSON Schema and flat Picoschema and written as JSON Schema; richer
  schemas stay as written.
- **Agent Skill** is the file `SKILL.md` of a folder. Its name (64 lower-case letters, digits, single hyphens),
  description (1,024) and compatibility (500) are checked; other files of the folder are not read.
- **promptfoo**: every entry of `prompts`, also `file://` below the config's folder. Tests are a ritual:
  `mythos ritual import`.
- **Langfuse**: one object, a list, or an answer of its API.
- **CSV** needs the columns `act` and `prompt`; an export has `slug`, `kind`, `tags` and `metadata` as well. A cell
  that a spreadsheet would run as a formula is written with an apostrophe, which is taken off again.
- **Template languages.** Variables are `{{name}}` everywhere. Blocks such as `{% if %}` or `{{#each}}`, and includes of
  other prompts, stay in the text; where the other tool does not run them, the report says so.

## What is refused

Each refusal names the file with its line or field, and the other files go on. YAML with aliases, anchors or tags of its
own, keys that stand twice, keys that are no words, numbers beyond 64 bits or not finite; more than 30 levels, 20,000
values, 400,000 characters of YAML or 2,000,000 of JSON; 200,000 characters beside a text; texts above 5 MB; anything
that is not UTF-8. Links are not followed and nothing outside the folder is read or written. References such as
`${env:KEY}` and `${file:x}` stay as written and are never opened; a key written out under a name such
as `apiKey` is not kept.

## Public suites

`bench/conformance.py` runs the suites that are public; none of them is kept in this repository.

- **dotprompt**: the rendering cases of google/dotprompt (`spec/`): `python bench/conformance.py dotprompt FOLDER`. Each
  template is imported, exported and imported again; with `pip install dotpromptz` the format's own parser must read
  the same header and template from both. Rendering is not judged.
- **SKILL.md**: the rules of the published specification (name, description), on any folder of skills:
  `python bench/conformance.py skills FOLDER`.
- **promptfoo**: its own validator on an export: `promptfoo validate -c FILE`.
- **Prompty, GitHub Models, Langfuse**: samples and documented fields; no suite of files that we know of:
  `pytest tests/formats/test_samples.py`.

A role of dotprompt with pairs, `{{role "user" purpose="preamble"}}`, is a turn of that role and keeps its pairs.
"""


def page() -> str:
    """Format by field, then the rules."""
    rows = ["| format | name | file | " + " | ".join(FIELDS.values()) + " |", "|---" * (3 + len(FIELDS)) + "|"]
    for form in FORMATS.values():
        lost = {loss.field.split(".")[0] for loss in write(FULL, form).losses}
        lost |= {loss.field for loss in write(FRAGMENT, form).losses if loss.field == "kind"}
        file = f"`SLUG{form.suffix}`"
        marks = " | ".join("lost" if field in lost else "yes" for field in FIELDS)
        rows.append(f"| {form.title} | `{form.name}` | {file} | {marks} |")
    return INTRODUCTION + "\n" + "\n".join(rows) + "\n" + AFTER
