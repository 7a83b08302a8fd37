"""`mythos version`: what runs here."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

import click

from mythos import __version__
from mythos.cli.output import json_option, print_json

PARTS = ("django", "onnxruntime", "tiktoken")


@click.command()
@json_option
def version(as_json: bool) -> None:
    """The versions of MythOS and of what it stands on."""
    parts = {"mythos": __version__, "python": platform.python_version()} | {part: version_of(part) for part in PARTS}
    if as_json:
        print_json(parts)
        return
    for name, number in parts.items():
        click.echo(f"{name} {number}")
