"""`mythos worker`: does background jobs, woken by the database alone or by Celery, as MYTHOS_QUEUE says."""

from __future__ import annotations

import logging
import signal
import threading

import click

from mythos.cli.database import prepare
from mythos.cli.output import json_option, print_json
from mythos.cli.supervisor import POLL_SECONDS, Child, Family
from mythos.codex.services import sweep
from mythos.market.services.tending import schedule_tending
from mythos.prompts.services import schedule_purge
from mythos.training.services import sweep_chains
from mythos.webhooks.services import schedule_tidying
from mythos.work.services import run_due
from mythos.work.waking import celery_door, uses_celery
from mythos.work.worker import QUICK_HANDS, run_forever

SWEEP_SECONDS = 2.0
log = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@click.option(
    "--long",
    "long",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many long jobs (chains, runs, imports) at a time; the others have hands of their own.",
)
@click.option("--only", type=click.Choice(["long", "quick"]), hidden=True)
@json_option  # fmt: skip
def worker(once: bool, long: int, only: str | None, as_json: bool) -> None:
    """Do background jobs until stopped; a job under way is finished or given back."""
    if only is not None:  # one of the two that the supervisor below started
        celery_door().hands(only, long if only == "long" else QUICK_HANDS)
        return
    prepare()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if uses_celery():
        celery_door()  # says at once what is missing
    sweep()
    sweep_chains()
    schedule_purge()
    schedule_tidying()
    schedule_tending()
    if once:
        tried = run_due()
        if as_json:
            print_json({"jobs": tried})
        else:
            click.echo(f"{tried} jobs done")
        return
    if uses_celery():
        supervise(stop, long)
    else:
        run_forever(stop, long=long)


def supervise(stop: threading.Event, long: int) -> None:
    """Celery workers for both queues, kept alive; beside them the sweep, which sends again what was lost."""
    both = [Child(f"{kind} worker", ["worker", "--only", kind, "--long", str(long)]) for kind in ("long", "quick")]
    family = Family(both, stop)
    threading.Thread(target=_sweep, args=(stop,), daemon=True).start()
    try:
        for child in both:
            child.start()
        while not stop.wait(POLL_SECONDS):
            for child in both:
                child.tend()
    finally:
        stop.set()
        family.end()


def _sweep(stop: threading.Event) -> None:
    door = celery_door()
    while not stop.wait(SWEEP_SECONDS):
        try:
            door.sweep()
        except Exception as error:
            # Neither a broker nor a database that is away for a while may end the sweep: nothing else would resume.
            log.warning("the sweep could not look: %s", error)
