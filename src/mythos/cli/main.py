"""The command line. Commands are loaded when asked for, so that `mythos --help` stays quick."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from mythos import __version__
from mythos.cli.errors import run

# name -> (module:attribute, needs Django, help line)
COMMANDS = {
    "up": ("mythos.cli.up:up", True, "Start MythOS here: database, web server and worker."),
    "worker": ("mythos.cli.worker:worker", True, "Do background jobs only, until stopped."),
    "web": ("mythos.cli.web:web", True, "Serve the pages and the API only."),
    "import": ("mythos.cli.imports:group", True, "Bring a rule book or prompts in."),
    "export": ("mythos.cli.exports:group", True, "Write prompts as files of another tool's format."),
    "pull": ("mythos.cli.sync:pull", True, "Bring a folder of prompt files up to date with the swarm."),
    "push": ("mythos.cli.sync:push", True, "Save what changed in a folder of prompt files as versions."),
    "ritual": ("mythos.cli.rituals:group", True, "Try prompts out: run scenarios and compare runs."),
    "check": ("mythos.cli.check:check_files", False, "Check files: which rules and prompts got weaker since a commit."),
    "compare": ("mythos.cli.compare:compare", False, "Say what changed in meaning between two texts."),
    "contract": ("mythos.cli.contracts:group", True, "What prompts promise: show, suggest, sign, waive."),
    "whatif": ("mythos.cli.contracts:whatif", True, "What a change of rules would do, before it is made."),
    "draft": ("mythos.cli.drafts:group", True, "Assistants being put together: list, compile, deploy."),
    "assistant": ("mythos.cli.drafts:assistants", True, "What assistants speak from: versions, roll back, clone."),
    "mentor": ("mythos.cli.mentorship:group", True, "Assistants that teach: offer, rank, adopt, measure, undo."),
    "checkpoint": ("mythos.cli.checkpoints:group", True, "Saved states of prompts: find, export, tag, roll back."),
    "vault": ("mythos.cli.vault:group", True, "The history of prompts: changes, proof, trash, export and import."),
    "package": ("mythos.cli.packages:group", True, "Packages: build, verify, compare, list, publish, uninstall."),
    "install": ("mythos.cli.installs:install", True, "Install a package from a file or an address."),
    "key": ("mythos.cli.keys:group", True, "Keys that sign packages, and signers that are trusted."),
    "train": ("mythos.cli.training:group", True, "Training chains: start, watch, pause, resume, cancel, seal, report."),
    "market": ("mythos.cli.market:group", True, "The market: wallet, listings, buying, cloning, licences."),
    "trade": ("mythos.cli.trades:group", True, "Trades with other swarms: offer, counter, accept, withdraw."),
    "curriculum": ("mythos.cli.curricula:group", True, "Curricula: compose, sign, teach assistants, certificates."),
    "elsewhere": ("mythos.cli.elsewhere:group", True, "Markets of other instances: publish, follow, take."),
    "mcp": ("mythos.mcp.command:mcp", True, "Offer prompts, resources and tools to a model over MCP."),
    "webhook": ("mythos.cli.webhooks:group", True, "Tell other programs what happens here, and see what was sent."),
    "swarm": ("mythos.cli.accounts:swarm", True, "Workspaces of teams: make one, list them."),
    "user": ("mythos.cli.accounts:user", True, "Accounts of people."),
    "token": ("mythos.cli.accounts:token", True, "Keys for programs."),
    "jobs": ("mythos.cli.jobs:jobs", True, "Background jobs, newest first; dead ones with their reason."),
    "plugins": ("mythos.cli.plugins:plugins", False, "Extensions by kind, and those that do not load."),
    "version": ("mythos.cli.version:version", False, "The versions of MythOS and of what it stands on."),
}

EXIT_CODES = """\b
Exit codes:
  0    it is done
  1    it is done, and what it found says no: a regression, a breach, a failed run
  2    the input, a name or a right is wrong
  3    a key, an extra or a setting is missing
  4    the other side failed; try again later
  70   this is our fault
  130  stopped by Ctrl-C
With --json, what went wrong is one line of JSON on stderr, as the API answers it.
"""


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        target, needs_django, _ = COMMANDS[cmd_name]
        if needs_django:
            start_django()
        module, attribute = target.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


def start_django() -> None:
    """Load settings and apps; the one place that does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mythos.settings")
    import django

    django.setup()


@click.command(cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mythos")
@click.option("--debug", is_flag=True, help="Show the whole trace of an unexpected error.")
def cli(debug: bool) -> None:
    """Prompts under contract to a rule book."""


def main() -> None:
    """Entry point of the program `mythos`."""
    sys.exit(run(cli, sys.argv[1:]))


if __name__ == "__main__":
    main()
