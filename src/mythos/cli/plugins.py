"""`mythos plugins`: extensions by kind, and those that do not load."""

from __future__ import annotations

from dataclasses import asdict

import click

from mythos import plugins as registry
from mythos.cli.output import json_option, print_json


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """Extensions by kind, and those that do not load."""
    found = {kind: list(registry.names(kind)) for kind in registry.TABLES}
    failed = registry.failures()
    if as_json:
        print_json({"extensions": found, "failures": [asdict(failure) for failure in failed]})
        return
    for kind, names in found.items():
        click.echo(f"{kind}: {', '.join(names) or 'none'}")
    for failure in failed:
        click.echo(f"does not load: {failure.kind} {failure.name} of {failure.package}: {failure.reason}", err=True)
