"""What a grader is: it looks at one reply and says how far it meets one expectation."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mythos.errors import NotConfigured

# A chat function: the text of a request in, the text of the answer out.
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Example:
    """What was asked, what is expected, and what is known of the reply besides its text."""

    input: str = ""
    expected: Any = None
    variables: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is 0–1 and 1 means met in full; None means it could not be measured, which is never a pass.

    `explanation` states a fact about the reply in one sentence, `span` the place that decided.
    """

    value: float | None
    explanation: str
    span: tuple[int, int] | None = None

    @property
    def is_met(self) -> bool:
        """Whether the expectation is met in full."""
        return self.value is not None and self.value >= 1.0


class Grader(Protocol):
    """One kind of expectation. Pure but for `ask`: the same example and reply give the same score."""

    @property
    def version(self) -> int:
        """Raised whenever the same reply may get another score."""
        ...

    def problem(self, expected: Any) -> str:
        """Why this expected value cannot be graded, in words for a person; empty when it can."""
        ...

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        """How far the reply meets the expectation."""
        ...


@dataclass(frozen=True, slots=True)
class Opposite:
    """The same expectation turned round; what could not be measured stays unmeasured."""

    grader: Grader

    @property
    def version(self) -> int:
        return self.grader.version

    def problem(self, expected: Any) -> str:
        return self.grader.problem(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        score = self.grader.grade(example, reply, ask)
        value = None if score.value is None else 0.0 if score.is_met else 1.0
        return Score(value, score.explanation, score.span)


def met(value: bool, explanation: str, span: tuple[int, int] | None = None) -> Score:
    """A score that is all or nothing."""
    return Score(1.0 if value else 0.0, explanation, span)


def unmeasured(explanation: str) -> Score:
    """A score that could not be found out."""
    return Score(None, explanation)


def is_number(value: Any) -> bool:
    """A finite number, and not a truth value dressed as one."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def quoted(text: str, most: int = 60) -> str:
    """The text in quotation marks on one line, shortened."""
    flat = " ".join(str(text).split())
    return f"“{flat if len(flat) <= most else flat[: most - 1] + '…'}”"


def library(name: str, install: str) -> Any:
    """A package that only some graders need, loaded on first use."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise NotConfigured(
            f"This grader needs the package {name.partition('.')[0]}.", hint=f"Install {install}."
        ) from error
