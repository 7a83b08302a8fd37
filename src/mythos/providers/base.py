"""What a provider is: messages in, one reply out, and what it cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from mythos.errors import NotConfigured, ProviderFailed

Role = Literal["system", "user", "assistant"]
Cause = Literal[
    "rate_limited",
    "server_error",
    "timeout",
    "unreachable",
    "truncated",
    "malformed",
    "refused",
    "not_recorded",
    "budget",
]
# Causes that may be gone at the next attempt.
PASSING = ("rate_limited", "server_error", "timeout", "unreachable", "truncated", "malformed")
# Causes after which the other side may still charge for its work.
MAYBE_PAID = ("timeout", "truncated", "malformed")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Options:
    """How to reply; `schema` asks for JSON that follows it, `seed` tells repeats apart."""

    model: str = ""
    temperature: float = 0.0
    max_tokens: int = 512
    seed: int | None = None
    stop: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `cost` is in US dollars and None when no price is known."""

    text: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    latency_ms: float
    model: str
    finish: str = "stop"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    tokens_in: float
    tokens_out: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        return (self.tokens_in * tokens_in + self.tokens_out * tokens_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a provider takes at once; None means as much as it answers."""

    concurrency: int = 8
    per_minute: int | None = None
    tokens_per_minute: int | None = None


class Provider(Protocol):
    """A chat service. May be called from many threads at once; raises `ProviderFailed`, never an SDK's errors."""

    @property
    def name(self) -> str: ...

    @property
    def is_simulated(self) -> bool:
        """Replies do not come from a language model; every page that shows them says so."""
        ...

    @property
    def limits(self) -> Limits: ...

    def model(self) -> str:
        """The model that answers when the options name none."""
        ...

    def price(self, model: str) -> Price | None:
        """What the model costs, or None when nobody has said."""
        ...

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        """One reply, after one attempt."""
        ...


def failed(
    cause: Cause, message: str, *, retry_after: float | None = None, status: int | None = None
) -> ProviderFailed:
    """The error of a provider with its cause on record."""
    return ProviderFailed(message, retry_after=retry_after, data={"cause": cause, "status": status})


def require_ready(provider: Provider) -> None:
    """NotConfigured, with what to set up, where this provider cannot answer at all; not every provider can say."""
    check: Callable[[], None] | None = getattr(provider, "require_ready", None)
    if check is not None:
        check()


def why_not_ready(provider: Provider) -> str:
    """What has to be set up before this provider can answer at all; empty when it can."""
    try:
        require_ready(provider)
    except NotConfigured as error:
        return f"{error.message} {error.hint}".strip()
    return ""


def request_hash(messages: Sequence[Message], options: Options) -> str:
    """Equal requests have equal hashes; the time limit does not change what is asked."""
    asked = {
        "model": options.model,
        "temperature": options.temperature,
        "max_tokens": options.max_tokens,
        "seed": options.seed,
        "stop": options.stop,
        "schema": options.schema,
        "messages": [(message.role, message.content) for message in messages],
    }
    body = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def likely_tokens(messages: Sequence[Message], options: Options) -> int:
    """What a call counts for against a limit of tokens before it is made: what is read, and the longest reply."""
    return sum(len(message.content) for message in messages) // 4 + options.max_tokens


def ceiling(price: Price, messages: Sequence[Message], options: Options) -> float:
    """The most a call can cost: a token is never less than one byte."""
    read = sum(len(message.content.encode()) + 8 for message in messages)
    if options.schema is not None:
        read += len(json.dumps(options.schema))
    return price.of(read, options.max_tokens)
