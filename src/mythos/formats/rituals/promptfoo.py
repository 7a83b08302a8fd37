"""promptfoo's configuration file: prompts, providers, tests with assertions."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import yaml

from mythos.errors import Invalid
from mythos.formats.rituals.document import CaseRecord, OpenFile, RitualDocument, bounded, no_file, refused, turns
from mythos.formats.rituals.expectations import from_promptfoo, is_known, to_promptfoo

_INPUTS = ("input", "question", "query", "message", "prompt", "text")
MOST_COMBINATIONS = 10_000
_UNREAD = ("scenarios", "redteam", "nunjucksFilters", "extensions", "derivedMetrics", "evaluateOptions")


def read(text: str, name: str, open_file: OpenFile = no_file) -> RitualDocument:
    """A ritual from a config; an assertion nobody knows, which promptfoo would pass over, refuses it."""
    try:
        config = bounded(yaml.safe_load(text), name)
    except yaml.YAMLError as error:
        raise Invalid(f"{name} is not YAML: {error}", data={"file": name}) from error
    if not isinstance(config, dict) or not ({"tests", "prompts"} & set(config)):
        raise Invalid(f"{name} is not a promptfoo config.", hint="It has neither prompts nor tests.")
    return _Reading(config, name, open_file).document()


def is_config(text: str) -> bool:
    """Whether a YAML text looks like one."""
    return any(line.startswith(("tests:", "prompts:", "providers:")) for line in text.splitlines())


class _Reading:
    def __init__(self, config: dict[str, Any], name: str, open_file: OpenFile) -> None:
        self.config, self.name, self.open_file = config, name, open_file
        self.problems: list[tuple[str, str]] = []
        self.notes: list[str] = [f"“{key}” is not read." for key in _UNREAD if key in config]

    def document(self) -> RitualDocument:
        templates = self._templates()
        tests = self.config.get("tests") or []
        if not isinstance(tests, list):
            raise refused(self.name, [("tests", "Tests in a file of their own are imported from that file.")])
        cases = tuple(case for number, test in enumerate(tests) for case in self._cases(number, test))
        if self.problems:
            raise refused(self.name, self.problems)
        if len(templates) > 1:
            self.notes.append(f"There are {len(templates)} prompts; the first is taken as the ritual's own.")
        kept = ("prompts", "providers", "description", "defaultTest", "outputPath", "sharing", "env", "tags")
        origin = {key: self.config[key] for key in kept if key in self.config and key != "env"}
        return RitualDocument(
            title=str(self.config.get("description") or self.name),
            cases=cases,
            template=templates[0] if templates else [],
            description=str(self.config.get("description") or ""),
            origin={"promptfoo": origin},
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _templates(self) -> list[list[dict[str, str]]]:
        given = self.config.get("prompts") or []
        found = []
        for entry in given if isinstance(given, list) else [given]:
            text = prompt_text(entry, self.open_file)
            if text is None:
                self.notes.append(f"The prompt {_named(entry)} is not part of the import.")
                continue
            found.append(_messages(text))
        return found

    def _cases(self, number: int, test: Any) -> Iterator[CaseRecord]:
        place = f"tests[{number}]"
        if not isinstance(test, dict):
            self.problems.append((place, "A test must have vars or assert."))
            return
        base = self.config.get("defaultTest")
        base = base if isinstance(base, dict) else {}
        variables = {**(base.get("vars") or {}), **(test.get("vars") or {})}
        given = [*(base.get("assert") or []), *(test.get("assert") or [])]
        expectations = list(self._expectations(given, f"{place}.assert"))
        options = {**(base.get("options") or {}), **(test.get("options") or {})}
        if options:
            self.notes.append(f"Options of tests are kept and not applied: {', '.join(sorted(options))}.")
        for each in self._combinations(variables):
            yield _case(each, expectations, test, place, options)

    def _combinations(self, variables: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """promptfoo makes one test of every combination of the texts in lists."""
        columns = []
        for key, value in variables.items():
            many = isinstance(value, list) and bool(value) and isinstance(value[0], str)
            columns.append([(key, self._value(one)) for one in (value if many else [value])])
        for combination in itertools.islice(itertools.product(*columns), MOST_COMBINATIONS):
            yield dict(combination)

    def _value(self, value: Any) -> Any:
        if not (isinstance(value, str) and value.startswith("file://")):
            return value
        content = self.open_file(value.removeprefix("file://"))
        if content is None:
            self.notes.append(f"The file {value} is not part of the import; its name stands for its text.")
            return value
        return content

    def _expectations(self, given: list[Any], place: str) -> Iterator[dict[str, Any]]:
        for number, entry in enumerate(given):
            where = f"{place}[{number}]"
            if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
                self.problems.append((where, "An assertion needs a type."))
            elif entry["type"] == "assert-set":
                if entry.get("threshold") is not None:
                    self.problems.append((where, "A set of assertions with a threshold cannot be read."))
                yield from self._expectations(entry.get("assert") or [], f"{where}.assert")
            elif not is_known(entry["type"]):
                self.problems.append((where, f"There is no assertion “{entry['type']}”."))
            else:
                yield from_promptfoo(entry)


def _named(entry: Any) -> str:
    """What a prompt's entry says: its text, or the file it is in."""
    fields = entry if isinstance(entry, dict) else {"raw": entry}
    return str(fields.get("raw") or fields.get("id") or "")


def prompt_text(entry: Any, open_file: OpenFile) -> str | None:
    """The text of an entry of `prompts`; None when it stands in a file that is not there."""
    text = _named(entry)
    return open_file(text.removeprefix("file://")) if text.startswith("file://") else text


def _case(
    variables: dict[str, Any], expectations: list[dict[str, Any]], test: dict[str, Any], place: str, options: Any
) -> CaseRecord:
    history = next(((key, said) for key, value in variables.items() if (said := turns(value))), None)
    plain = {key: value for key, value in variables.items() if history is None or key != history[0]}
    asked = next((key for key in _INPUTS if isinstance(plain.get(key), str)), None)
    extra: dict[str, Any] = {key: test[key] for key in ("description", "metadata") if key in test}
    if history:
        extra["messages_from"] = history[0]
    if asked:
        extra["input_from"] = asked
    if options:
        extra["options"] = options
    threshold = test.get("threshold")
    return CaseRecord(
        input=str(plain[asked]) if asked else "",
        variables=plain,
        messages=history[1] if history else [],
        expectations=expectations,
        threshold=float(threshold) if isinstance(threshold, (int, float)) else None,
        extra=extra,
        place=place,
    )


def _messages(text: str) -> list[dict[str, str]]:
    """A prompt is one message of the user, or a JSON or YAML list of messages."""
    if text.lstrip().startswith(("[", "- role")):
        try:
            said = turns(yaml.safe_load(text))
        except yaml.YAMLError:
            said = None
        if said:
            return said
    return [{"role": "user", "content": text}]


def write(document: RitualDocument, *, providers: list[Any] | None = None) -> tuple[str, tuple[str, ...]]:
    """A config that promptfoo takes, and what it cannot hold."""
    origin = document.origin.get("promptfoo", {})
    notes: list[str] = []
    tests = [_test(case, notes) for case in document.cases]
    config: dict[str, Any] = {"description": document.title}
    config["prompts"] = _prompts(document, origin)
    config["providers"] = origin.get("providers") or providers or ["echo"]
    config["tests"] = tests
    return config_text(config), tuple(dict.fromkeys(notes))


def config_text(config: dict[str, Any]) -> str:
    """A config as a file that names promptfoo's schema."""
    header = "# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json\n"
    return header + yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=120)


def _prompts(document: RitualDocument, origin: dict[str, Any]) -> Any:
    if origin.get("prompts"):
        return origin["prompts"]
    if len(document.template) == 1 and document.template[0]["role"] == "user":
        return [document.template[0]["content"]]
    return [json.dumps(document.template or [{"role": "user", "content": "{{input}}"}], ensure_ascii=False)]


def _test(case: CaseRecord, notes: list[str]) -> dict[str, Any]:
    variables = dict(case.variables)
    if case.messages:
        variables[case.extra.get("messages_from", "messages")] = case.messages
    if case.input and "input_from" not in case.extra:
        variables["input"] = case.input
    assertions = []
    for expectation in case.expectations:
        made = to_promptfoo(expectation)
        if made is None:
            notes.append(f"promptfoo has no “{expectation['type']}”; it is left out.")
        else:
            assertions.append(made)
    if case.weight != 1.0:
        notes.append("promptfoo has no weights of tests; they are left out.")
    test: dict[str, Any] = {key: case.extra[key] for key in ("description", "metadata", "options") if key in case.extra}
    test["vars"] = variables
    if assertions:
        test["assert"] = assertions
    if case.threshold is not None:
        test["threshold"] = case.threshold
    return test
