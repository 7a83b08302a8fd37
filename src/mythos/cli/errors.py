"""Errors on the terminal: the only place of this door that translates them."""

from __future__ import annotations

import os
import secrets
import tempfile
import traceback
from collections.abc import Sequence
from typing import Any

import click

from mythos.errors import Invalid, MythosError, NotConfigured

BUG = 70
MOST_PROBLEMS = 50


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command; the exit code says how it went."""
    debug = "--debug" in arguments[:1]
    try:
        result: Any = command.main(list(arguments), standalone_mode=False, prog_name="mythos")
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.FileError as error:
        show(Invalid(f"{error.ui_filename} cannot be opened: {error.message}."))
        return Invalid.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:
        known = _known(error)
        if debug:
            traceback.print_exc()
        if known is None:
            return _bug(error, debug)
        show(known)
        # A setting that cannot be read is wrong input; one that is missing is not configured.
        return 2 if type(error).__name__ == "ImproperlyConfigured" else known.exit_code
    return result if isinstance(result, int) else 0


def show(error: MythosError) -> None:
    """`error:` and `hint:` on stderr, with every problem as file:line."""
    click.echo(f"error: {error.message}", err=True)
    if error.data.get("file") and error.data.get("line"):
        click.echo(f"  at {error.data['file']}:{error.data['line']}", err=True)
    problems = error.data.get("problems", [])
    for problem in problems[:MOST_PROBLEMS]:
        click.echo(f"  {problem['file']}:{problem['line']}: {problem['message']}", err=True)
    if len(problems) > MOST_PROBLEMS:
        click.echo(f"  … and {len(problems) - MOST_PROBLEMS} more", err=True)
    for field, text in error.fields.items():
        click.echo(f"  {field}: {text}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)


def _known(error: Exception) -> MythosError | None:
    """What the error means for a person; Django is named, not imported, to keep the start quick."""
    if isinstance(error, MythosError):
        return error
    name = type(error).__name__
    if name == "ImproperlyConfigured":
        return NotConfigured(str(error))
    if name == "OperationalError":
        return NotConfigured(
            f"The database cannot be used: {' '.join(str(error).split())}.",
            hint="Look at MYTHOS_HOME and MYTHOS_DATABASE_URL.",
        )
    if isinstance(error, PermissionError) and error.filename:
        return NotConfigured(f"{error.filename}: {error.strerror}.", hint="Look at MYTHOS_HOME and the folder's owner.")
    return None


def _bug(error: Exception, debug: bool) -> int:
    reference = secrets.token_hex(4)
    click.echo(f"error: this is our fault ({type(error).__name__}); reference {reference}", err=True)
    if not debug:
        handle, path = tempfile.mkstemp(prefix=f"mythos-{reference}-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.writelines(traceback.format_exception(error))
        click.echo(f"hint: the whole trace is in {path}, or run `mythos --debug …`", err=True)
    return BUG
