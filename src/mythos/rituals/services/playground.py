"""Trying a text out with one request, without a ritual: nothing is graded, what it cost counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mythos import plugins
from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.prompts.models import Prompt
from mythos.prompts.rendering import render
from mythos.providers.base import Message, Options, Provider, Reply
from mythos.providers.calling import Line
from mythos.providers.limits import Purse
from mythos.providers.streaming import Piece
from mythos.rituals.expecting import case_hash
from mythos.rituals.models import RitualReply
from mythos.rituals.queries import day_budget, spent_today
from mythos.rituals.talking import options_of

MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Talk:
    """Everything a request needs; asking it touches no database."""

    swarm: Swarm
    line: Line
    messages: list[Message]
    options: Options

    @property
    def is_simulated(self) -> bool:
        return self.line.provider.is_simulated

    def pieces(self) -> Iterator[Piece]:
        """The reply as it is written, the whole of it last."""
        return self.line.stream(self.messages, self.options)


def prepare_talk(
    *,
    actor: Actor,
    swarm: Swarm,
    text: str,
    said: str,
    provider: str,
    model: str = "",
    variables: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    kind: str = Prompt.Kind.SYSTEM,
    inside: tuple[str, ...] = (),
) -> Talk:
    """Fill the text in and choose who answers; Invalid names every variable without a value.

    A text of the kind `user` goes out as the user's message, any other before it. It may not include `inside`.
    """
    require(actor, "rituals.run", swarm)
    if len(text) + len(said) > MOST_CHARACTERS:
        raise Invalid("That is too long to try out.", fields={"said": f"At most {MOST_CHARACTERS:,} characters."})
    service: Provider = plugins.find("provider", provider)
    whole = render(swarm, text, {"input": said, **(variables or {})}, inside)
    messages = [Message("user" if kind == Prompt.Kind.USER else "system", whole)]
    if kind != Prompt.Kind.USER:
        messages.append(Message("user", said))
    day = Purse(limit=day_budget(), spent=spent_today(swarm))
    options = options_of(parameters or {}, model or service.model(), 0)
    return Talk(swarm, Line(service, purses=[day]), messages, options)


def keep_reply(talk: Talk, reply: Reply) -> RitualReply:
    """Write the reply down, so that what it cost counts towards the day; it answers no later request."""
    return RitualReply.objects.create(
        swarm=talk.swarm,
        key=case_hash({"playground": uuid.uuid4().hex}),
        text=reply.text.replace("\x00", "\ufffd"),
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        cost=reply.cost,
        latency_ms=reply.latency_ms,
        model=reply.model[:200],
        finish=reply.finish[:40],
    )
