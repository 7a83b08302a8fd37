"""Replies piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mythos.errors import ProviderFailed
from mythos.providers.base import Message, Options, Price, Reply
from mythos.providers.calling import Line
from mythos.providers.limits import Purse
from mythos.providers.openai import OpenAI
from mythos.providers.scripted import Scripted
from mythos.providers.streaming import stream
from tests.providers.wire import Wire, wire

ASK = [Message("user", "Hello out there")]


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def provider(server: Wire) -> OpenAI:
    return OpenAI(url=server.url, key="k", model="some-model")


def test_pieces_add_up_to_the_reply_which_says_what_it_took(provider: OpenAI, monkeypatch) -> None:
    monkeypatch.setenv("MYTHOS_PRICES", "some-model=2/8")
    *pieces, last = stream(provider, ASK, Options())
    assert isinstance(last, Reply)
    assert len(pieces) > 3
    assert "".join(pieces) == last.text == "You said: Hello out there"
    assert (last.tokens_in, last.tokens_out, last.finish) == (10, 5, "stop")
    assert last.cost == pytest.approx((10 * 2 + 5 * 8) / 1e6)


@pytest.mark.parametrize(
    ("act", "cause"),
    [("500", "server_error"), ("429", "rate_limited"), ("broken-stream", "truncated"), ("silent", "timeout")],
)
def test_each_way_to_fail_has_its_cause(act: str, cause: str, provider: OpenAI, server: Wire) -> None:
    server.script = [act]
    with pytest.raises(ProviderFailed) as caught:
        list(stream(provider, ASK, Options(timeout=0.3 if cause == "timeout" else 20)))
    assert caught.value.data["cause"] == cause


def test_a_provider_that_cannot_stream_gives_its_words_at_once() -> None:
    *pieces, last = stream(Scripted(), ASK, Options())
    assert isinstance(last, Reply)
    assert "".join(pieces) == last.text


def test_a_purse_is_asked_first_and_gets_back_what_was_not_spent() -> None:
    class Dear(Scripted):
        def price(self, model: str) -> Price:
            return Price(1e6, 1e6)

    with pytest.raises(ProviderFailed, match="spending limit"):
        list(Line(Dear(), purses=[Purse(limit=1.0)]).stream(ASK, Options()))
    purse = Purse(limit=1e9)
    list(Line(Dear(), purses=[purse]).stream(ASK, Options()))
    assert purse.spent == 0.0
    left = Line(Dear(), purses=[purse]).stream(ASK, Options())
    next(left)
    left.close()
    assert purse.spent > 0, "who leaves in the middle may still be charged"
