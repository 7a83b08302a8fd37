"""`mythos worker`: one process that does background jobs."""

from __future__ import annotations

import signal
import threading

import click

from mythos.cli.database import prepare
from mythos.cli.output import json_option, print_json
from mythos.codex.services import sweep
from mythos.market.services.figures import schedule_figures
from mythos.prompts.services import schedule_purge
from mythos.training.services import sweep_chains
from mythos.webhooks.services import schedule_tidying
from mythos.work.services import run_due
from mythos.work.worker import run_forever


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@json_option
def worker(once: bool, as_json: bool) -> None:
    """Do background jobs until stopped; a job under way is finished or given back."""
    prepare()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sweep()
    sweep_chains()
    schedule_purge()
    schedule_tidying()
    schedule_figures()
    if once:
        tried = run_due()
        if as_json:
            print_json({"jobs": tried})
        else:
            click.echo(f"{tried} jobs done")
        return
    run_forever(stop)
