"""`mythos web`: one process that serves pages and API."""

from __future__ import annotations

import gc
import sys

import click
import uvicorn

from mythos.cli.database import prepare
from mythos.cli.listening import host_option, port_option
from mythos.cli.static_files import collect_static
from mythos.sqlite.idle import keep

IDLE_CONNECTIONS = 4  # more requests at once open their own


@click.command()
@host_option
@port_option
@click.option("--hold", is_flag=True, hidden=True, help="Load everything, then wait for a line on stdin.")
def web(host: str, port: int, hold: bool) -> None:
    """Serve the pages and the API; `mythos worker` does the background jobs."""
    if not hold:  # whoever holds it back makes the tables meanwhile
        prepare()
    collect_static()
    config = uvicorn.Config(
        "mythos.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    config.load()
    keep(IDLE_CONNECTIONS)
    # What is loaded stays: the collector would look through all of it again and again, tens of milliseconds a time.
    gc.collect()
    gc.freeze()
    if hold and not sys.stdin.readline():
        return
    uvicorn.Server(config).run()
