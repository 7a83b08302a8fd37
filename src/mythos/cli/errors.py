"""Errors on the terminal: the only place of this door that translates them."""

from __future__ import annotations

import secrets
import traceback
from typing import Any

import click

from mythos.errors import MythosError

BUG = 70


def run(command: click.Command, *, debug: bool = False) -> int:
    """Run a command; the exit code says how it went."""
    try:
        result: Any = command.main(standalone_mode=False, prog_name="mythos")
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except MythosError as error:
        show(error)
        return error.exit_code
    except Exception as error:
        if _is_settings_error(error):
            click.echo(f"error: {error}", err=True)
            return 2
        reference = secrets.token_hex(4)
        click.echo(f"error: this is our fault ({type(error).__name__}); reference {reference}", err=True)
        if debug:
            traceback.print_exc()
        else:
            click.echo("hint: run `mythos --debug …` for the whole trace", err=True)
        return BUG
    return result if isinstance(result, int) else 0


def show(error: MythosError) -> None:
    """`error:` and `hint:` on stderr, with every problem as file:line."""
    click.echo(f"error: {error.message}", err=True)
    for problem in error.data.get("problems", [])[:50]:
        click.echo(f"  {problem['file']}:{problem['line']}: {problem['message']}", err=True)
    for field, text in error.fields.items():
        click.echo(f"  {field}: {text}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)


def _is_settings_error(error: Exception) -> bool:
    return type(error).__name__ == "ImproperlyConfigured"
