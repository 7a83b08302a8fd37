"""Any server that speaks OpenAI's chat completions. The key comes from the environment and is never logged."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from mythos.errors import NotConfigured, ProviderFailed
from mythos.providers.base import Limits, Message, Options, Price, Reply, failed
from mythos.providers.openai_stream import Gathered
from mythos.providers.prices import prices
from mythos.providers.streaming import Piece

URL_VARIABLE = "MYTHOS_OPENAI_URL"
KEY_VARIABLE = "OPENAI_API_KEY"
MODEL_VARIABLE = "MYTHOS_OPENAI_MODEL"
CONCURRENCY_VARIABLE = "MYTHOS_OPENAI_CONCURRENCY"
PER_MINUTE_VARIABLE = "MYTHOS_OPENAI_PER_MINUTE"
TOKENS_PER_MINUTE_VARIABLE = "MYTHOS_OPENAI_TOKENS_PER_MINUTE"
DEFAULT_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4.1-mini"
MOST_BYTES = 8_000_000


class OpenAI:
    """One HTTP client, shared by all threads, made on first use."""

    name = "openai"
    is_simulated = False

    def __init__(self, *, url: str = "", key: str = "", model: str = "") -> None:
        self._given = (url, key, model)
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None

    @property
    def limits(self) -> Limits:
        per_minute, tokens = _whole(PER_MINUTE_VARIABLE) or None, _whole(TOKENS_PER_MINUTE_VARIABLE) or None
        return Limits(_whole(CONCURRENCY_VARIABLE) or 8, per_minute, tokens)

    def model(self) -> str:
        return self._given[2] or os.environ.get(MODEL_VARIABLE) or DEFAULT_MODEL

    def price(self, model: str) -> Price | None:
        return prices().get(model)

    def require_ready(self) -> None:
        """NotConfigured where the server wants a key and none is set."""
        self._headers()

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        model = options.model or self.model()
        began = time.monotonic()
        body = self._post(_body(messages, options, model), began + options.timeout)
        return _reply(body, model, (time.monotonic() - began) * 1000, self.price(model))

    def stream(self, messages: Sequence[Message], options: Options) -> Iterator[Piece]:
        model = options.model or self.model()
        began = time.monotonic()
        body = _body(messages, options, model) | {"stream": True, "stream_options": {"include_usage": True}}
        gathered = Gathered(model)
        with self._sent(body, began + options.timeout) as response:
            for line in response.iter_lines():
                if time.monotonic() > began + options.timeout:
                    raise failed("timeout", "The reply took too long.")
                yield from gathered.take(line)
        yield gathered.reply((time.monotonic() - began) * 1000, self.price(model))

    def _post(self, body: Mapping[str, Any], deadline: float) -> bytes:
        """The body of a good answer; the deadline holds for the whole of it, however slowly it drips."""
        with self._sent(body, deadline) as response:
            return _read(response, deadline)

    @contextmanager
    def _sent(self, body: Mapping[str, Any], deadline: float) -> Iterator[httpx2.Response]:
        """A good answer, not yet read; every way to fail has its cause."""
        left = max(0.05, deadline - time.monotonic())
        url, headers = self._url() + "/chat/completions", self._headers()
        try:
            with self._http().stream("POST", url, json=body, headers=headers, timeout=left) as response:
                if response.status_code != 200:
                    sent = response.request.headers.get("authorization", "")
                    raise _refused(response, _without_key(_read(response, deadline), sent))
                yield response
        except httpx2.TimeoutException as error:
            raise failed("timeout", "The provider did not answer in time.") from error
        except httpx2.RemoteProtocolError as error:
            raise failed("truncated", "The connection broke before the reply was complete.") from error
        except httpx2.HTTPError as error:
            raise failed("unreachable", f"The provider cannot be reached: {type(error).__name__}.") from error

    def _url(self) -> str:
        return (self._given[0] or os.environ.get(URL_VARIABLE) or DEFAULT_URL).rstrip("/")

    def _headers(self) -> dict[str, str]:
        key = self._given[1] or os.environ.get(KEY_VARIABLE, "")
        if not key and self._url() == DEFAULT_URL:
            raise NotConfigured("There is no key for the provider openai.", hint=f"Set {KEY_VARIABLE}.")
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _http(self) -> httpx2.Client:
        with self._lock:
            if self._client is None:
                pool = httpx2.Limits(max_connections=256, max_keepalive_connections=128)
                self._client = httpx2.Client(limits=pool, follow_redirects=False)
            return self._client


def _read(response: httpx2.Response, deadline: float) -> bytes:
    read = bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if time.monotonic() > deadline:
            raise failed("timeout", "The reply took too long.")
        if len(read) > MOST_BYTES:
            raise failed("malformed", "The reply is too large.")
    return bytes(read)


def _body(messages: Sequence[Message], options: Options, model: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "temperature": options.temperature,
        "max_tokens": options.max_tokens,
    }
    if options.seed is not None:
        body["seed"] = options.seed
    if options.stop:
        body["stop"] = list(options.stop)
    if options.schema is not None:
        schema = {"name": "reply", "schema": dict(options.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _reply(raw: bytes, model: str, latency_ms: float, price: Price | None) -> Reply:
    try:
        body = json.loads(raw)
        choice = body["choices"][0]
        text = choice["message"]["content"] or ""
        usage = body.get("usage") or {}
        tokens_in, tokens_out = int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0))
        finish, answered = str(choice.get("finish_reason") or "stop"), str(body.get("model") or model)
        if not isinstance(text, str):
            raise TypeError("content is not text")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise failed("malformed", "The provider's reply cannot be read.") from error
    cost = price.of(tokens_in, tokens_out) if price and usage else None
    return Reply(text, tokens_in, tokens_out, cost, latency_ms, answered, finish)


def _refused(response: httpx2.Response, raw: bytes) -> ProviderFailed:
    status = response.status_code
    said = _said(raw)
    if status == 429:
        return failed("rate_limited", f"Too many requests{said}", retry_after=_retry_after(response), status=status)
    if status in (408, 409, 425) or status >= 500:
        after = _retry_after(response)
        return failed("server_error", f"The provider answered {status}{said}", retry_after=after, status=status)
    return failed("refused", f"The provider refused the request with {status}{said}", status=status)


def _without_key(raw: bytes, sent: str) -> bytes:
    """A server that repeats what it was sent must not bring the key into messages."""
    key = sent.removeprefix("Bearer ").encode()
    return raw.replace(key, b"[key]") if key else raw


def _whole(variable: str) -> int:
    value = os.environ.get(variable, "").strip()
    if value and not value.isdigit():
        raise NotConfigured(f"{variable} must be a whole number, not {value!r}.")
    return int(value or 0)


def _said(raw: bytes) -> str:
    """The provider's own words, if it gave any."""
    try:
        message = json.loads(raw)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return "."
    return f": {str(message)[:200]}"


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds, from a number or a date."""
    value = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
