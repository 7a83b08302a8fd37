"""Errors on the terminal: the only place of this door that translates them."""

from __future__ import annotations

import errno
import json
import os
import secrets
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mythos.errors import Invalid, MythosError, NotConfigured, problem_document

BUG = 70
MOST_PROBLEMS = 50


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command; the exit code says how it went. With `--json` a program reads the problem on stderr."""
    debug = "--debug" in arguments[:1]
    as_json = "--json" in arguments
    try:
        result: Any = command.main(list(arguments), standalone_mode=False, prog_name="mythos")
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.FileError as error:
        return _refuse(Invalid(f"{error.ui_filename} cannot be opened: {error.message}."), as_json)
    except click.ClickException as error:
        if as_json:
            return _refuse(_misused(error), as_json)
        error.show()
        return error.exit_code
    except Exception as error:
        known = _known(error, arguments)
        if debug:
            traceback.print_exc()
        if known is None:
            return _bug(error, debug, as_json)
        return _refuse(known, as_json)
    return result if isinstance(result, int) else 0


def _refuse(error: MythosError, as_json: bool) -> int:
    if as_json:
        _tell_program(error.as_problem())
    else:
        show(error)
    return error.exit_code


def _tell_program(document: dict[str, Any]) -> None:
    """One line, after whatever notes and progress stand there already."""
    click.echo(json.dumps(document, default=str), err=True)


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


def _misused(error: click.ClickException) -> Invalid:
    """A command that was called wrongly, with the argument or option it is about."""
    name = getattr(error, "param_hint", None) or getattr(getattr(error, "param", None), "opts", [""])[-1]
    name = name if isinstance(name, str) else "/".join(name)
    message = error.format_message()
    context = getattr(error, "ctx", None)
    return Invalid(
        message,
        hint=f"See `{context.command_path} --help`." if context else "",
        fields={name.strip("'").lstrip("-"): error.message or message} if name else {},
    )


def _known(error: Exception, arguments: Sequence[str]) -> MythosError | None:
    """What the error means for a person; Django is named, not imported, to keep the start quick."""
    if isinstance(error, MythosError):
        return error
    name = type(error).__name__
    if name == "ImproperlyConfigured":
        return Invalid(str(error))  # a setting that cannot be read; one that is missing is NotConfigured
    if name == "OperationalError":
        return NotConfigured(
            f"The database cannot be used: {' '.join(str(error).split())}.",
            hint="Look at MYTHOS_HOME and MYTHOS_DATABASE_URL.",
        )
    if isinstance(error, UnicodeEncodeError):
        return _not_text(arguments)
    if isinstance(error, OSError) and error.filename:
        return _unusable(error, arguments)
    return None


def _not_text(arguments: Sequence[str]) -> Invalid | None:
    """The argument whose bytes are no text: Python keeps them as lone surrogates, and no database does."""
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if any("\ud800" <= sign <= "\udfff" for sign in argument):
            name, is_given, _ = argument.partition("=")
            option = name if is_given and name.startswith("--") else before if before.startswith("--") else "argument"
            return Invalid(
                "An argument is not UTF-8 text.", fields={option.lstrip("-"): f"{argument!a} is not UTF-8 text."}
            )
    return None


def _unusable(error: OSError, arguments: Sequence[str]) -> MythosError | None:
    """A file that the caller named, or one that the machine refuses; any other that is missing is our fault."""
    file = Path(os.fsdecode(error.filename)).absolute()
    named = [argument.partition("=")[2] if argument.startswith("--") else argument for argument in arguments]
    if any(Path(name).absolute() in (file, *file.parents) for name in named if name):
        return Invalid(f"{error.filename} cannot be used: {error.strerror}.", data={"file": str(error.filename)})
    if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.ENOSPC):
        return NotConfigured(f"{error.filename}: {error.strerror}.", hint="Look at MYTHOS_HOME and the folder's owner.")
    return None


def _bug(error: Exception, debug: bool, as_json: bool) -> int:
    reference = secrets.token_hex(4)
    title, hint = f"this is our fault ({type(error).__name__})", ""
    if not debug:
        handle, path = tempfile.mkstemp(prefix=f"mythos-{reference}-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.writelines(traceback.format_exception(error))
        hint = f"the whole trace is in {path}, or run `mythos --debug …`"
    if as_json:
        _tell_program(problem_document(500, "internal", f"{title}.", hint=hint, reference=reference))
        return BUG
    click.echo(f"error: {title}; reference {reference}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    return BUG
