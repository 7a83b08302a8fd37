"""Commands called as the terminal calls them, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mythos.cli.errors import run
from mythos.cli.main import cli

Call = Callable[..., tuple[int, str, str]]
Told = Callable[..., tuple[int, str]]


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Call:
    """Exit code, what was printed, and what was said beside it."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(cli, [str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def told(terminal: Call) -> Told:
    """Exit code, and all that a person would read."""

    def call(*arguments: object) -> tuple[int, str]:
        code, out, err = terminal(*arguments)
        return code, out + err

    return call


def as_json(mythos: Told, *arguments: object) -> Any:
    """What a command that succeeds prints for machines."""
    code, said = mythos(*arguments, "--json")
    assert code == 0, said
    return json.loads(said)
