"""The openai provider against a server on this machine, well behaved and not."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from mythos.errors import NotConfigured, ProviderFailed
from mythos.providers.base import Message, Options, Price
from mythos.providers.calling import Line, Patience
from mythos.providers.openai import OpenAI
from tests.providers.wire import Wire, wire

ASK = [Message("system", "Be brief."), Message("user", "Hello")]
KEY = "sk-a-key-nobody-may-see"


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def provider(server: Wire) -> OpenAI:
    return OpenAI(url=server.url, key=KEY, model="some-model")


def test_a_reply_carries_text_tokens_cost_and_latency(provider: OpenAI, server: Wire, monkeypatch) -> None:
    monkeypatch.setenv("MYTHOS_PRICES", "some-model=2/8, other=1/1")
    reply = provider.chat(ASK, Options(seed=7, stop=("END",), schema={"type": "object"}, max_tokens=33))
    assert reply.text == "You said: Hello"
    assert (reply.tokens_in, reply.tokens_out, reply.finish, reply.model) == (10, 5, "stop", "some-model")
    assert reply.cost == pytest.approx((10 * 2 + 5 * 8) / 1e6)
    assert reply.latency_ms > 0
    sent = server.seen[0]
    assert (sent["seed"], sent["stop"], sent["max_tokens"], sent["temperature"]) == (7, ["END"], 33, 0.0)
    assert sent["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert server.keys == [f"Bearer {KEY}"]


def test_without_a_price_the_cost_is_unknown_not_zero(provider: OpenAI) -> None:
    assert provider.chat(ASK, Options()).cost is None


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        ("429", "rate_limited"),
        ("429-date", "rate_limited"),
        ("500", "server_error"),
        ("malformed", "malformed"),
        ("strange", "malformed"),
        ("truncated", "truncated"),
        ("drip", "timeout"),
        ("silent", "timeout"),
        ("401-echo", "refused"),
    ],
)
def test_each_way_to_fail_has_its_cause(act: str, cause: str, provider: OpenAI, server: Wire) -> None:
    server.script = [act]
    with pytest.raises(ProviderFailed) as caught:
        provider.chat(ASK, Options(timeout=0.4 if cause == "timeout" else 20))
    assert caught.value.data["cause"] == cause


def test_an_unreachable_server_is_said_so() -> None:
    with pytest.raises(ProviderFailed) as caught:
        OpenAI(url="http://127.0.0.1:9", key=KEY).chat(ASK, Options(timeout=2))
    assert caught.value.data["cause"] == "unreachable"


@pytest.mark.parametrize("act", ["429", "500", "malformed", "truncated", "silent"])
def test_a_passing_failure_is_tried_again(act: str, provider: OpenAI, server: Wire) -> None:
    server.script = [act, act]
    pauses: list[float] = []
    line = Line(provider, patience=Patience(first_pause=0.01), sleep=pauses.append)
    reply, causes = line.chat(ASK, Options(timeout=0.6 if act == "silent" else 20))
    assert reply.text == "You said: Hello"
    assert len(causes) == 2
    assert len(server.seen) == 3
    if act == "429":
        assert all(0.05 <= pause <= 0.06 for pause in pauses)


def test_a_refusal_is_not_tried_again(provider: OpenAI, server: Wire) -> None:
    server.script = ["401-echo"]
    with pytest.raises(ProviderFailed):
        Line(provider).chat(ASK, Options())
    assert len(server.seen) == 1


def test_the_key_is_in_no_message_and_no_log(provider: OpenAI, server: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = ["401-echo", "fine", "truncated"]
    with pytest.raises(ProviderFailed) as caught:
        provider.chat(ASK, Options())
    provider.chat(ASK, Options())
    with pytest.raises(ProviderFailed):
        provider.chat(ASK, Options(timeout=1))
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.data)
    assert KEY not in caplog.text
    assert KEY not in repr(vars(provider)["_client"])


def test_without_a_key_the_real_service_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("MYTHOS_OPENAI_URL", raising=False)
    with pytest.raises(NotConfigured, match="no key"):
        OpenAI().chat(ASK, Options())


@pytest.mark.parametrize("value", ["gpt", "gpt=1", "gpt=a/b"])
def test_prices_that_cannot_be_read_are_refused(value: str, provider: OpenAI, monkeypatch) -> None:
    monkeypatch.setenv("MYTHOS_PRICES", value)
    with pytest.raises(NotConfigured, match="MYTHOS_PRICES"):
        provider.price("gpt")


def test_a_price_is_for_one_million_tokens() -> None:
    assert Price(2.0, 8.0).of(1_000_000, 500_000) == 6.0
