"""`mythos plugins`: extensions by kind, and those that do not load."""

from __future__ import annotations

import click

from mythos import plugins as registry
from mythos.cli.output import json_option, print_json

KINDS = ("detector",)


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """Extensions, and those that fail to load."""
    found = {kind: list(registry.names(kind)) for kind in KINDS}
    failed = {f"{failure.kind} {failure.name}": failure.reason for failure in registry.failures()}
    if as_json:
        print_json({"extensions": found, "failures": failed})
        return
    for kind, names in found.items():
        click.echo(f"{kind}: {', '.join(names)}")
    for name, reason in failed.items():
        click.echo(f"does not load: {name}: {reason}", err=True)
