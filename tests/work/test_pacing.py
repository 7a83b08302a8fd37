"""Limits of a provider hold over runs, threads and processes, and runs share them evenly."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection

from mythos.providers.base import Limits, Message, Options, likely_tokens
from mythos.providers.calling import Line
from mythos.providers.limits import Pace
from mythos.providers.scripted import Scripted
from mythos.work import pacing
from mythos.work.models import ProviderRate
from mythos.work.pacing import SharedPace, pace_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _keeper_ends(monkeypatch):
    """Its connection must be closed before the database of the tests is taken away."""
    monkeypatch.setattr(pacing, "IDLE_SECONDS", 0.05)
    yield
    thread = pacing.keeper._thread
    if thread is not None:
        thread.join(60)


class Limited(Scripted):
    name = "limited"

    def __init__(self, per_minute: int | None = None, tokens: int | None = None) -> None:
        self.limits = Limits(8, per_minute, tokens)


def ask(pace: SharedPace, count: int, tokens: int = 0) -> None:
    """Take places in the line without waiting for them."""
    pace.sleep = lambda seconds: None
    for _ in range(count):
        pace.wait(tokens)


def row() -> ProviderRate:
    return ProviderRate.objects.get(provider="limited")


def test_a_provider_without_limits_asks_nobody():
    assert isinstance(pace_of(Limited()), Pace)
    assert not ProviderRate.objects.exists()


def test_a_line_of_any_run_has_the_shared_pace():
    assert isinstance(Line(Limited(60)).pace, SharedPace)


def test_two_runs_share_one_limit():
    before = time.time()
    one, two = pace_of(Limited(60)), pace_of(Limited(60))
    for pace in (one, two, one, two):
        ask(pace, 1)
    assert row().next_call >= before + 4


def test_a_fast_limit_is_asked_for_in_blocks(monkeypatch):
    pace, asked = pace_of(Limited(6000)), []
    reserve = SharedPace._reserve
    monkeypatch.setattr(SharedPace, "_reserve", lambda self, tokens: asked.append(1) or reserve(self, tokens))
    ask(pace, 50)
    assert len(asked) == 2


def test_tokens_are_counted_before_and_corrected_after():
    pace, before = pace_of(Limited(tokens=600)), time.time()
    ask(pace, 2, tokens=100)
    assert row().next_token >= before + 20
    pace.correct(-100)
    ask(pace, 1, tokens=100)
    assert before + 20 <= row().next_token < before + 29


def test_a_call_gives_back_the_tokens_it_did_not_use(monkeypatch):
    line, given_back = Line(Limited(tokens=60_000_000)), []
    monkeypatch.setattr(SharedPace, "correct", lambda self, tokens: given_back.append(tokens))
    messages, options = [Message("user", "Where is my parcel?" * 20)], Options(max_tokens=400)
    reply, _ = line.chat(messages, options)
    assert likely_tokens(messages, options) == 495
    assert given_back == [reply.tokens_in + reply.tokens_out - 495]


def test_a_run_with_many_threads_holds_one_place_at_a_time(monkeypatch):
    """So a run of eight threads gets no more than one that calls alone."""
    pace, asked, asleep, wake = pace_of(Limited(60)), [], threading.Event(), threading.Event()
    reserve = SharedPace._reserve
    monkeypatch.setattr(SharedPace, "_reserve", lambda self, tokens: asked.append(1) or reserve(self, tokens))

    def sleep(seconds: float) -> None:
        asleep.set()
        assert wake.wait(60)

    pace.sleep = sleep
    threads = [threading.Thread(target=pace.wait, args=(0,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert asleep.wait(60)
    assert len(asked) <= 2  # the first may start at once
    wake.set()
    for thread in threads:
        thread.join(60)
    assert len(asked) == 8


CALLER = """
import os, time
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": eval(os.environ["CALLS_IN"])},
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "mythos.work"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from mythos.providers.base import Limits
from mythos.work.pacing import SharedPace
pace = SharedPace("limited", Limits(8, 600))
for _ in range(10):
    pace.wait(0)
print(time.time())
"""
DATABASE = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


def test_processes_share_one_limit():
    """Three processes, ten calls each, at ten a second: together they take three seconds, and somebody waits for it."""
    where = {name: connection.settings_dict[name] for name in DATABASE}
    where["NAME"] = str(where["NAME"])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MYTHOS_", "DJANGO_"))}
    environment = {**clean, "CALLS_IN": repr(where), "PYTHONPATH": os.pathsep.join(sys.path)}
    before = time.time()
    callers = [
        subprocess.Popen([sys.executable, "-c", CALLER], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ends = [float(caller.communicate(timeout=120)[0]) for caller in callers]
    assert row().next_call >= before + 3.0
    assert max(ends) >= row().next_call - 0.3
