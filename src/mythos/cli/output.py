"""Printing results: words for people, `--json` for programs, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, Self

import click

json_option: Callable[[Any], Any] = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


class Progress:
    """How far a long command is: one moving line on a terminal, else a line every tenth."""

    def __init__(self, total: int, *, shortest: int = 20) -> None:
        self.total = total
        self.shortest = shortest
        self.is_terminal = sys.stderr.isatty()
        self.tenths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_terminal:
            click.echo("\r\033[K", nl=False, err=True)

    def at(self, number: int, what: str) -> None:
        """Say that `number` of all are done; short runs stay silent where nobody watches."""
        if self.is_terminal:
            click.echo(f"\r\033[K{number}/{self.total} {what[:60]}", nl=False, err=True)
        elif self.total >= self.shortest and number * 10 // self.total > self.tenths:
            self.tenths = number * 10 // self.total
            click.echo(f"{number}/{self.total} {what}", err=True)
