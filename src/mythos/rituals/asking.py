"""One reply and its grades, wherever a case is tried. Thinks only; the database is not touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mythos.graders.base import Ask, Example
from mythos.providers.base import Message, Options, Reply
from mythos.providers.calling import Line
from mythos.rituals.expecting import Graded, grade
from mythos.rituals.models import RitualCase, RitualReply
from mythos.rituals.talking import variables_of


@dataclass(frozen=True, slots=True)
class Answered:
    """What a case got: the reply and how it did."""

    reply: Reply
    graded: Graded
    attempts: tuple[str, ...] = ()


def ask_and_grade(
    line: Line, case: RitualCase, messages: Sequence[Message], options: Options, ask: Ask | None = None
) -> Answered:
    """Call the provider for one case and grade the reply; ProviderFailed when there is none."""
    reply, attempts = line.chat(messages, options)
    reply = replace(reply, text=storable(reply.text))
    return Answered(reply, grade_reply(case, reply.text, facts_of(reply, cached=False), ask), attempts)


def grade_reply(case: RitualCase, text: str, facts: Mapping[str, object], ask: Ask | None = None) -> Graded:
    """How a reply does on the expectations of its case."""
    example = Example(case.input, None, variables_of(case), facts)
    return grade(case.expectations, example, text, case.threshold, ask)


def storable(text: str) -> str:
    """What every database can keep: no NUL, no half of a character."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def facts_of(reply: Reply | RitualReply, *, cached: bool) -> dict[str, object]:
    """What graders may know of a reply besides its text; how long it took says nothing of a reply kept from before."""
    facts: dict[str, object] = {"cost": reply.cost, "tokens": reply.tokens_out, "finish": reply.finish}
    return facts if cached else facts | {"latency_ms": reply.latency_ms}
