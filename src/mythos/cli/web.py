"""`mythos web`: one process that serves pages and API."""

from __future__ import annotations

import click
import uvicorn

from mythos.cli.family import die_with_parent


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_default=True)
@click.option("--parent", type=int, default=0, hidden=True)
def web(host: str, port: int, parent: int) -> None:
    """Serve the pages and the API."""
    if parent:
        die_with_parent(parent)
    uvicorn.run(
        "mythos.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
