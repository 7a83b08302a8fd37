"""Pace, purse, patience and many calls at once."""

from __future__ import annotations

import random
import threading
import time

import pytest

from mythos.errors import NotConfigured, ProviderFailed
from mythos.providers.base import Limits, Message, Options, Price, ceiling
from mythos.providers.calling import Line, Patience, chat_many
from mythos.providers.fault import FAULTS, Faulty
from mythos.providers.limits import Pace, Purse
from mythos.providers.scripted import Scripted

QUICK = Patience(first_pause=0.0)


def requests(count: int) -> list[tuple[int, list[Message], Options]]:
    return [(number, [Message("user", f"Question {number}")], Options(max_tokens=20)) for number in range(count)]


def collect(line: Line, count: int, **kwargs: object) -> list:
    return [outcome for batch in chat_many(line, requests(count), **kwargs) for outcome in batch]


def test_every_request_has_one_outcome_although_a_third_fails_at_first() -> None:
    faulty = Faulty(Scripted(), share=0.3, times=2)
    outcomes = collect(Line(faulty, patience=QUICK), 400)
    assert sorted(outcome.tag for outcome in outcomes) == list(range(400))
    assert all(outcome.reply for outcome in outcomes)
    failed_first = [outcome for outcome in outcomes if outcome.causes]
    assert 70 < len(failed_first) < 170
    assert {cause for outcome in failed_first for cause in outcome.causes} == set(FAULTS)
    assert all(len(outcome.causes) == 2 for outcome in failed_first)


def test_a_call_that_never_works_fails_alone_with_its_causes() -> None:
    outcomes = collect(Line(Faulty(Scripted(), share=0.3, times=99), patience=QUICK), 100)
    broken = [outcome for outcome in outcomes if outcome.error]
    assert 10 < len(broken) < 50
    assert all(len(outcome.causes) == 5 for outcome in broken)


def test_calls_run_side_by_side_but_no_more_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Busy(Scripted):
        def chat(self, messages, options):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1
            return super().chat(messages, options)

    collect(Line(Busy()), 60, concurrency=7)
    assert most == 7


def test_after_stop_no_call_starts() -> None:
    stop, seen = threading.Event(), 0
    for batch in chat_many(Line(Faulty(Scripted(), share=0)), requests(500), concurrency=4, stop=stop):
        seen += len(batch)
        stop.set()
    assert seen <= 8


def test_a_purse_stops_before_the_call_that_would_pass_it() -> None:
    price = Price(1000.0, 1000.0)
    faulty = Faulty(Scripted(), share=0, price=price)
    most = ceiling(price, *requests(100)[99][1:])
    purse = Purse(limit=10 * most)
    outcomes = collect(Line(faulty, purses=[purse], patience=QUICK), 200, concurrency=4)
    assert 10 <= sum(1 for outcome in outcomes if outcome.reply) < 200
    assert purse.spent <= purse.limit
    assert purse.held == pytest.approx(0)
    assert any(outcome.error and outcome.error.data["cause"] == "budget" for outcome in outcomes)
    assert sum(faulty.calls.values()) == sum(1 for outcome in outcomes if outcome.reply)


def test_a_second_purse_that_is_empty_gives_the_first_its_money_back() -> None:
    full, empty = Purse(limit=100.0), Purse(limit=0.0)
    line = Line(Faulty(Scripted(), share=0, price=Price(1.0, 1.0)), purses=[full, empty])
    with pytest.raises(ProviderFailed, match="spending limit"):
        line.chat(*requests(1)[0][1:])
    assert (full.spent, full.held) == (0.0, 0.0)


def test_a_call_that_may_have_been_charged_is_booked_at_its_ceiling() -> None:
    price = Price(1.0, 1.0)

    class TimesOut(Faulty):
        def chat(self, messages, options):
            from mythos.providers.base import failed

            raise failed("timeout", "too slow")

    purse, (_, messages, options) = Purse(), requests(1)[0]
    with pytest.raises(ProviderFailed):
        Line(TimesOut(Scripted(), price=price), purses=[purse], patience=Patience(attempts=1)).chat(messages, options)
    assert purse.spent == pytest.approx(ceiling(price, messages, options))


def test_a_limit_without_a_price_starts_nothing() -> None:
    class Unpriced(Scripted):
        def price(self, model):
            return None

    with pytest.raises(NotConfigured, match="price"):
        Line(Unpriced(), purses=[Purse(limit=1.0)]).chat(*requests(1)[0][1:])


def test_a_pace_spreads_starts_evenly() -> None:
    now, slept = 0.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    pace = Pace(60, clock=lambda: now, sleep=sleep)
    for _ in range(4):
        pace.wait()
    assert slept == [1.0, 1.0, 1.0]


def test_pauses_grow_with_chance_and_heed_the_other_side() -> None:
    patience, chance = Patience(first_pause=1.0, longest_pause=8.0, longest_wait=60.0), random.Random(1)
    for attempt, most in enumerate([1, 2, 4, 8, 8]):
        pauses = [patience.pause(attempt, None, chance) for _ in range(200)]
        assert max(pauses) <= most
        assert max(pauses) > 0.9 * most
        assert min(pauses) < 0.1 * most
    assert 5.0 <= patience.pause(0, 5.0, chance) <= 6.0
    assert patience.pause(0, 61.0, chance) is None


def test_limits_are_those_of_the_provider_unless_said_otherwise() -> None:
    assert Limits().concurrency == 8
    assert Scripted().limits.concurrency == 4
