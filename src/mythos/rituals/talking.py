"""What a case sends: the text that is tried, the turns before, the input. Pure: no database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mythos.errors import Invalid
from mythos.providers.base import Message, Options
from mythos.rituals.models import RitualCase, RitualRun
from mythos.text.template import fill


class Unfilled(Mapping[str, str]):
    """Gives every variable its own placeholder back: filling with it puts in what is included, and nothing else."""

    def __getitem__(self, name: str) -> str:
        return "{{" + name + "}}"

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def variables_of(case: RitualCase) -> dict[str, str]:
    """The case's variables as texts, with `input`."""
    values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in case.variables.items()}
    return {"input": case.input} | values


def messages_of(run: RitualRun, case: RitualCase) -> list[Message]:
    """The conversation to send; Invalid when a variable has no value."""
    if run.text:
        return conversation(run.text, run.text_role, case)
    values = variables_of(case)
    before = [Message(turn["role"], turn["content"]) for turn in case.messages]
    template = [Message(turn["role"], fill(turn["content"], values, _no_include)) for turn in run.ritual.template]
    if not template:
        said = [*before, *_input(case)]
        if not said:
            raise Invalid("The case has neither an input nor a text to try.")
        return said
    last = len(template) - 1 if template[-1].role == "user" else len(template)
    return [*template[:last], *before, *template[last:]]


def conversation(text: str, role: str, case: RitualCase) -> list[Message]:
    """What is sent when a text is tried with a case; Invalid when a variable has no value."""
    filled = fill(text, variables_of(case), _no_include)
    before = [Message(turn["role"], turn["content"]) for turn in case.messages]
    if role == "user":
        return [*before, Message("user", filled)]
    return [Message("system", filled), *before, *_input(case)]


def options_of(parameters: Mapping[str, Any], model: str, repeat: int) -> Options:
    """How to ask; repeats of a case differ by their seed."""
    seed = parameters.get("seed")
    if repeat:
        seed = (seed or 0) + repeat
    return Options(
        model=model,
        temperature=float(parameters.get("temperature", 0.0)),
        max_tokens=int(parameters.get("max_tokens", 512)),
        seed=seed,
        stop=tuple(parameters.get("stop", ())),
        schema=parameters.get("schema"),
        timeout=float(parameters.get("timeout", 60.0)),
    )


def _no_include(slug: str, label: str) -> str:
    raise Invalid(f"The prompt {slug} cannot be included here.")


def _input(case: RitualCase) -> list[Message]:
    return [Message("user", case.input)] if case.input else []
