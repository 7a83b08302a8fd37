"""`mythos worker`: one process that does background jobs."""

from __future__ import annotations

import signal
import threading

import click

from mythos.cli.family import die_with_parent
from mythos.codex.services import sweep
from mythos.work.services import run_due
from mythos.work.worker import run_forever


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@click.option("--parent", type=int, default=0, hidden=True)
def worker(once: bool, parent: int) -> None:
    """Do background jobs until stopped; a job under way is finished or given back."""
    stop = threading.Event()
    if parent:
        die_with_parent(parent)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sweep()
    if once:
        click.echo(f"{run_due()} jobs done")
        return
    run_forever(stop)
