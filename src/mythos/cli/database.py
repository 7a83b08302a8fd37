"""The database in MYTHOS_HOME, made ready on first use, and the swarm a command works in."""

from __future__ import annotations

import io

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.accounts.queries import default_swarm, get_swarm
from mythos.accounts.services import create_swarm

swarm_option = click.option("--swarm", "swarm_slug", default="", help="Slug of the swarm; default the oldest one.")


def prepare() -> None:
    """Bring the tables up to date."""
    settings.HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO(), skip_checks=True)


def chosen_swarm(slug: str) -> Swarm:
    """The swarm named by the option or MYTHOS_SWARM, else the oldest; made when there is none yet."""
    slug = slug or settings.DEFAULT_SWARM
    if slug:
        return get_swarm(SYSTEM, slug)
    return default_swarm(SYSTEM) or create_swarm(actor=SYSTEM, slug="main", name="Main")
