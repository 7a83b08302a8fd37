"""dotprompt: Google's suite (`spec/**/*.yaml`) against import and export, with Google's parser and renderer as judge.

Of every template: import, export and import say the same; the official parser reads the same header and template from
both; and of every test the official renderer, given the test's data, makes what the suite expects from the original and
from our export. What it does not make of the original is not judged.

Of every export the official parser reads the messages of the prompt.

MythOS keeps no prompt without a text: a template that has none is judged with a line of text added. Schemas of outputs
are tried as schemas of inputs as well, because only those are read into fields.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance_parts.base import BY_DESIGN, NOT_JUDGED, Verdict, has, prompts, there_and_back, verdict
from mythos.formats.prompts import dotprompt as form
from mythos.formats.prompts.base import PromptRecord
from mythos.formats.prompts.turns import PLACEHOLDER, in_roles, turns_of

ORACLES = ("dotpromptz",)
TEXT = "A text."


def run(folder: Path) -> Iterator[Verdict]:
    for path in sorted(folder.rglob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            if isinstance(case, dict) and isinstance(case.get("template"), str):
                yield from _case(path.stem, case)
    for record in prompts() if has(*ORACLES) else ():
        name = f"export of {record.slug}"
        if "{{history}}" in record.text:
            yield Verdict(name, NOT_JUDGED, "its variable {{history}} is the helper for earlier messages in dotprompt")
        else:
            yield verdict(name, _export(record))


def _export(record: PromptRecord) -> str:
    """What the official parser misreads in an export; marks stand for themselves, since other languages cannot run."""
    from dotpromptz.parse import parse_document, to_messages

    marked = re.sub(r'\{\{role "(\w+)"[^}]*\}\}', r"<<<dotprompt:role:\1>>>", _template_of(parse_document, record))
    made = [(one.role.value, one.content[0].text.strip("\n")) for one in
            to_messages(marked.replace("{{history}}", "<<<dotprompt:history>>>"))]  # fmt: skip
    told = [
        turn for turn in in_roles(turns_of(record), form.KNOWN) if turn.role != PLACEHOLDER and turn.content.strip()
    ]
    wanted = [("model" if turn.role == "assistant" else turn.role, turn.content.strip("\n")) for turn in told]
    return "" if made == wanted else f"{made} where the prompt says {wanted}"


def _template_of(parse_document: Any, record: PromptRecord) -> str:
    return str(parse_document(form.dump([record]).decode()).template)


def _case(stem: str, case: dict[str, Any]) -> Iterator[Verdict]:
    name, template = f"{stem}/{case['name']}", case["template"]
    tests = case.get("tests") or []
    if re.search(r"---\s*\Z", template):
        template, tests = template + TEXT + "\n", [_without_messages(test) for test in tests]
        name += " (with a text)"
    yield from _template(name, template, case, tests)
    if "  schema:" in template and template.startswith("---\noutput:"):
        turned = [{**test, "expect": {"input": test["expect"]["output"]}} for test in tests]
        yield from _template(f"{name}, as input", template.replace("output:", "input:", 1), case, turned)


def _without_messages(test: dict[str, Any]) -> dict[str, Any]:
    return {**test, "expect": {key: value for key, value in test["expect"].items() if key != "messages"}}


def _template(name: str, template: str, case: dict[str, Any], tests: list[dict[str, Any]]) -> Iterator[Verdict]:
    fault, exported = there_and_back(form, template.encode(), "case.prompt")
    yield verdict(f"{name}: in and out", fault)
    if not exported or not has(*ORACLES):
        return
    theirs, ours = _parsed(template), _parsed(exported.decode())
    fault = "" if theirs == ours else f"the official parser reads {ours} where the original says {theirs}"
    yield verdict(f"{name}: parsed", fault)
    for test in tests:
        yield _rendered(f"{name}: {test.get('desc', 'renders')}", template, exported.decode(), case, test)


def _parsed(text: str) -> tuple[dict[str, Any], str]:
    """Header and template as the official parser reads them, blank edges of messages aside."""
    from dotpromptz.parse import parse_document

    parsed = parse_document(text)
    template = re.sub(r"(\{\{role [^}]*\}\})\s*", r"\1", parsed.template.strip())
    return _typed(dict(parsed.raw or {})), re.sub(r"\s*(\{\{role )", r"\1", template)


def _typed(header: dict[str, Any]) -> dict[str, Any]:
    """A schema that names properties is one of an object, said or not."""
    given = header.get("input")
    if not isinstance(given, dict) or not isinstance(given.get("schema"), dict) or "properties" not in given["schema"]:
        return header
    return header | {"input": given | {"schema": {"type": "object"} | given["schema"]}}


def _rendered(name: str, template: str, exported: str, case: dict[str, Any], test: dict[str, Any]) -> Verdict:
    try:
        theirs = asyncio.run(_render(template, case, test))
    except Exception as error:
        return Verdict(name, NOT_JUDGED, f"the official renderer fails on the original: {error}")
    expected, ours = test["expect"], asyncio.run(_render(exported, case, test))
    original, made = ({key: one.get(key) for key in expected} for one in (theirs, ours))
    if original != expected:
        if _bare(made) != _bare(original):
            return verdict(name, f"our export gives {made}, the original {original}")
        return Verdict(name, NOT_JUDGED, f"of both, the official renderer makes {original}, not {expected}")
    if made == expected:
        return Verdict(name)
    if _bare(made) == _bare(expected):
        return Verdict(name, BY_DESIGN, f"blank edges of a message: {made.get('messages')}")
    return verdict(name, f"our export gives {made}, the suite expects {expected}")


async def _render(template: str, case: dict[str, Any], test: dict[str, Any]) -> dict[str, Any]:
    from dotpromptz.dotprompt import Dotprompt
    from dotpromptz.typing import DataArgument, PromptMetadata

    resolved = case.get("resolverPartials") or {}
    schemas = {**(case.get("schemas") or {}), **(case.get("resolverSchemas") or {})}
    engine = Dotprompt(schemas=schemas, partial_resolver=resolved.get if resolved else None)
    for partial, source in (case.get("partials") or {}).items():
        engine.define_partial(partial, source)
    data = DataArgument[dict[str, Any]](**{**(case.get("data") or {}), **(test.get("data") or {})})
    made = await engine.render(template, data, PromptMetadata[Any](**(test.get("options") or {})))
    return made.model_dump(mode="json", by_alias=True, exclude_none=True)


def _bare(made: dict[str, Any]) -> dict[str, Any]:
    """The same with the blank edges of messages taken off."""
    messages = [
        {**message, "content": [{**part, **({"text": part["text"].strip("\n")} if "text" in part else {})} for part in
                                message["content"]]}
        for message in made.get("messages") or []
    ]  # fmt: skip
    return {**made, "messages": messages}
