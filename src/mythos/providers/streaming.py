"""A reply while it is being written: pieces of text, and at the end the whole of it with what it cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from mythos.providers.base import Message, Options, Provider, Reply

Piece = str | Reply
_PIECES = re.compile(r"\S+\s*|\s+")


@runtime_checkable
class Streaming(Protocol):
    """What a provider adds when it can reply piece by piece; the last piece is the `Reply`."""

    def stream(self, messages: Sequence[Message], options: Options) -> Iterator[Piece]: ...


def stream(provider: Provider, messages: Sequence[Message], options: Options) -> Iterator[Piece]:
    """The pieces of a reply; a provider that cannot stream gives its words at once."""
    if isinstance(provider, Streaming):
        yield from provider.stream(messages, options)
        return
    reply = provider.chat(messages, options)
    yield from _PIECES.findall(reply.text)
    yield reply
