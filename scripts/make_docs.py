"""Write the reference pages that come from the code."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import api_page
import click
import formats_page
from click.testing import CliRunner

from mythos import errors
from mythos.cli.main import COMMANDS, cli

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"


def cli_page() -> str:
    """Every command with its help text."""
    runner = CliRunner()
    parts = ["# Command line\n", "Written by `make docs` from the commands themselves.\n"]

    def add(path: list[str], command: click.Command) -> None:
        text = runner.invoke(cli, [*path, "--help"], prog_name="mythos", terminal_width=100).output
        parts.append(
            f"## mythos {' '.join(path)}\n\n```\n{text.rstrip()}\n```\n".replace("## mythos \n", "## mythos\n")
        )
        if isinstance(command, click.Group) and path:
            for name, child in sorted(command.commands.items()):
                add([*path, name], child)

    add([], cli)
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        add([name], command)
    return "\n".join(parts)


def errors_page() -> str:
    """Every error a user can meet."""
    rows = ["# Errors\n", "Written by `make docs` from `mythos/errors.py`.\n", "| class | code | http | exit | means |"]
    rows.append("|---|---|---|---|---|")
    for kind in errors.ALL:
        meaning = (kind.__doc__ or "").splitlines()[0]
        rows.append(f"| `{kind.__name__}` | `{kind.code}` | {kind.status} | {kind.exit_code} | {meaning} |")
    return "\n".join(rows) + "\n" + BESIDE


BESIDE = """
## Codes without a class

The API has four more codes in its answers.

| code | http | means |
|---|---|---|
| `unauthenticated` | 401 | There is no token, or not a live one; nobody is signed in. |
| `method_not_allowed` | 405 | The address is there, but not for this method; `Allow` says which it takes. |
| `http` | 4xx | Refused before the request was looked at, for instance a session without its CSRF token. |
| `internal` | 500 | Our fault; `reference` stands in the log too. |

A command that fails by our fault ends with exit code 70; all exit codes stand in [cli.md](cli.md). With `--json` a
command says what went wrong as the API does: a problem document, on one line of stderr, with stdout empty. A command
that is called wrongly is `invalid`.
"""
PAGES = {"api.md": api_page.page, "cli.md": cli_page, "errors.md": errors_page, "formats.md": formats_page.page}


def main() -> None:
    """Write all pages."""
    with redirect_stdout(io.StringIO()):
        pages = {name: build() for name, build in PAGES.items()}
    for name, text in pages.items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
