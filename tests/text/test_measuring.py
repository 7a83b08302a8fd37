"""Many texts measured by two processes are measured as by one."""

from __future__ import annotations

import pytest

from mythos.text import measuring
from mythos.text.measuring import Measurer, measures

TEXTS = [f"You must answer {n} times, politely. Never promise {n} euros!" for n in range(70)]


@pytest.fixture
def two(monkeypatch):
    monkeypatch.setattr(measuring, "WORTHWHILE", 1)
    monkeypatch.setattr(measuring.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)


def test_two_processes_measure_what_one_does(two):
    with Measurer() as measurer:
        early = measurer.hand(TEXTS)
        assert early.take(TEXTS[0]) == measures(TEXTS[0])
        measurer._started.result()
        handed = measurer.hand(TEXTS)
        assert handed._pieces
        there = measurer._pool.submit(measuring._measured, TEXTS[:2]).result()  # after all that was handed over
        assert [handed.take(text) for text in TEXTS] == [measures(text) for text in TEXTS]
        assert there == {text: measures(text) for text in TEXTS[:2]}
        assert handed.take("Another one.") == measures("Another one.")
        handed.drop()
        assert handed.take(TEXTS[0]) == measures(TEXTS[0])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_second_process_that_dies_is_done_without(two, monkeypatch):
    monkeypatch.setattr(measuring, "PATIENCE", 0.5)
    with Measurer() as measurer:
        measurer.hand(TEXTS)
        measurer._started.result()
        handed = measurer.hand(TEXTS)
        measurer._pool.submit(measuring.os._exit, 1)
        assert [handed.take(text) for text in TEXTS] == [measures(text) for text in TEXTS]
        assert [measurer.hand(TEXTS).take(text) for text in TEXTS] == [measures(text) for text in TEXTS]


def test_few_texts_stay_here():
    with Measurer() as measurer:
        handed = measurer.hand(TEXTS)
        assert measurer._pool is None
        assert handed.take(TEXTS[0]) == measures(TEXTS[0])
