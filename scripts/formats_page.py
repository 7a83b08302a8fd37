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
- **Messages.** What one says beside its content, such as `name`, stands in brackets after the role when it is a short
  word or a number; anything else is named and not kept. Formats with fewer roles get a developer as the system and a
  tool as the user; a placeholder becomes `{{history}}`, a variable or Prompty's input of the kind `thread`.
- **Prompty** is written as version 2. Version 1 is read: `authors`, `model.api`, `model.configuration`,
  `model.parameters`, `inputSchema`, `sample` and a template that is only a word come out as their successors.
- **dotprompt** inputs are read from JSON Schema and flat Picoschema and written in the one they came in, JSON Schema
  for all others; richer schemas stay as written. Comments before the header are passed over. A file without a header
  gets none, and a name only where it says more than the file's.
- **Agent Skill** is the file `SKILL.md` of a folder. Its name (64 lower-case letters, digits, single hyphens),
  description (1,024) and compatibility (500) are checked, and every value is a word, `1.10` too; other files of the
  folder are not read.
- **promptfoo**: every entry of `prompts`, also `file://` below the config's folder. Tests are a ritual:
  `mythos ritual import`. A model is written with its provider, `openai:gpt-4o`.
- **Langfuse**: one object, a list, or an answer of its API. An export is what its API takes for a new version.
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

`python bench/conformance.py WHAT FOLDER` runs the suites, schemas and validators that are public; none of them is kept
in this repository. It prints what passed, what failed, what differs by design and what is not judged because the
official tool does not pass it itself, each with the reason.

| format | `WHAT` | judged by | cases | passed | by design | not judged |
|---|---|---|---|---|---|---|
| dotprompt | `dotprompt` | `spec/` of google/dotprompt, `dotpromptz` 0.2.0 | 391 | 385 | 2 | 4 |
| Prompty | `prompty` | `spec/` of microsoft/prompty, `prompty` 2.1.0 | 553 | 534 | 11 | 8 |
| Langfuse | `langfuse` | the API's types in `langfuse` 5.0.4 | 138 | 138 | 0 | 0 |
| promptfoo | `promptfoo` | schema and `promptfoo validate`, 0.121.20 | 151 | 149 | 0 | 2 |
| Agent Skill | `skills` | the reference validator `skills-ref` 0.1.1 | 161 | 161 | 0 | 0 |
| GitHub Models | `prompt.yml` | the rules of its two readers; no schema is published | 143 | 142 | 0 | 1 |

- **Import and export.** Everything is imported, exported and imported again, and must say the same. Every export means:
  of each sample, of each prompt of the demo, and of one that has everything.
- **dotprompt.** 60 templates, 87 tests: the parser reads the same header and template, and the renderer makes what the
  suite expects of the export too. Of every export the parser reads the messages of the prompt. Templates without a text
  are tried with a line of text, since no prompt is kept without one, and schemas of outputs as schemas of inputs too.
- **Prompty.** The fixtures, the vectors of loading, parsing and rendering, and every sample: the loader reads the same
  fields of the export, its parser makes the same messages. Every export is loaded and parsed as what the prompt says.
  What is kept in fields is held against the vectors too.
- **Langfuse.** Every export is a `CreatePromptRequest`, and a `Prompt` once a server has given it version and labels;
  what the types accept is imported whole.
- **promptfoo.** The schema, made of promptfoo's own as its published one is, over every export; the program over every
  tenth, since one run takes it seconds.
- **Agent Skill.** Every export, and good and bad headers: taken where the validator takes them, refused where it does.
- **GitHub Models.** What gh-models and actions/ai-inference enforce, on gh-models' examples and every export.
- **By design.** The blank edges of a message and spaces at the ends of lines are not kept, and Prompty of version 1 is
  written as version 2.
- **Not judged.** dotprompt: message metadata, which its Python renderer does not have, a line end that it makes
  otherwise than the suite says (our export renders as the original), a variable `{{history}}`, which is a helper there.
  Prompty: two tools of the kind `prompty`, which its loader refuses, files that are not beside theirs, messages put in
  at run time. promptfoo: two samples whose prompts are in files of their own. GitHub Models: an example whose
  `jsonSchema` its own reader refuses; it is kept as written.

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
