"""The two queues, so that every test of the worker runs on both: Celery where it is installed, on a broker in memory
or, under `scripts/with_rabbitmq.py`, on RabbitMQ."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from django.conf import settings as product
from django.db import connections

from mythos.work import waking
from mythos.work.worker import run_forever

PATIENCE = 60
Working = Callable[[], AbstractContextManager[None]]


@contextmanager
def by_database() -> Iterator[None]:
    stop = threading.Event()
    worker = threading.Thread(target=run_forever, args=(stop,), kwargs={"poll": 0.01})
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(PATIENCE)
    assert not worker.is_alive()


@contextmanager
def by_celery() -> Iterator[None]:
    from celery.contrib.testing.worker import start_worker

    from mythos.work import celery_app

    options = {"perform_ping_check": False, "shutdown_timeout": PATIENCE, "pool": "threads"}
    with ExitStack() as both:
        for name, hands in ((celery_app.LONG, 1), (celery_app.QUICK, 2)):
            both.enter_context(start_worker(celery_app.app, concurrency=hands, queues=[name], **options))
        both.enter_context(sweeping(celery_app.sweep))
        yield


@contextmanager
def sweeping(sweep: Callable[[], int]) -> Iterator[None]:
    """What the supervisor of Celery's workers does every two seconds."""
    stop = threading.Event()

    def again() -> None:
        while not stop.wait(0.2):
            sweep()
        connections.close_all()

    sweeper = threading.Thread(target=again)
    sweeper.start()
    try:
        yield
    finally:
        stop.set()
        sweeper.join(PATIENCE)


@pytest.fixture
def celery(settings, monkeypatch):
    """The door to Celery, with empty queues."""
    pytest.importorskip("celery", reason="Celery is an extra: make scale")
    is_real = product.QUEUE == waking.CELERY
    settings.QUEUE = waking.CELERY
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    from kombu import pools

    from mythos.work import celery_app

    if not is_real:
        celery_app.app.conf.broker_url = "memory://"
    with celery_app.app.connection_for_write() as connection:
        for queue in celery_app.app.conf.task_queues:
            bound = queue(connection.default_channel)
            bound.declare()
            bound.purge()
    yield celery_app
    pools.reset()  # a worker that stopped in this process leaves dead connections in its pools
    celery_app.app._after_fork()


@pytest.fixture(params=["database", "celery"])
def working(request, settings) -> Working:
    """A worker that runs for the length of a block."""
    if request.param == "celery":
        request.getfixturevalue("celery")
        return by_celery
    settings.QUEUE = "database"
    return by_database
