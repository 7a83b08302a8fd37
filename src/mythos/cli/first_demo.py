"""Fills the demo swarm: `python -m mythos.cli.first_demo`.

A process of its own, for what it loads (models, vocabularies) would stay in the supervisor that called it.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from mythos.cli.errors import run
from mythos.cli.main import start_django


@click.command()
@click.option("--err", is_flag=True, help="Say on stderr what is made.")
def fill(err: bool) -> None:
    """Make the demo swarm, all of it or nothing."""
    start_django()
    import_module("mythos.cli.bootstrap").make_demo(lambda line: click.echo(line, err=err))


if __name__ == "__main__":
    sys.exit(run(fill, sys.argv[1:]))
