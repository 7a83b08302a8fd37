"""Where a server listens: the options that `mythos up` and `mythos web` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

host_option: Callable[[Any], Any] = click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
)
port_option: Callable[[Any], Any] = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="Port to listen on.",
)
