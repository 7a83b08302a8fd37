"""The database in MYTHOS_HOME, made ready on first use, and the swarm a command works in."""

from __future__ import annotations

import gzip
import io
import os
from importlib.resources import files
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.accounts.queries import default_swarm, get_swarm
from mythos.accounts.services import create_swarm
from mythos.environment import make_home
from mythos.errors import NotFound

# All tables and no rows of ours, written by `make tables`. Later migrations run on top of it.
EMPTY = files("mythos.cli") / "data" / "empty-database.gz"
swarm_option = click.option("--swarm", "swarm_slug", default="", help="Slug of the swarm; default the oldest one.")


def prepare() -> None:
    """Bring the tables up to date."""
    make_home(settings.HOME)
    if connection.vendor == "sqlite":
        _begin_with_tables(Path(connection.settings_dict["NAME"]))
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO(), skip_checks=True)


def _begin_with_tables(path: Path) -> None:
    """A new database begins as a copy: making its tables one by one takes seconds."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(gzip.decompress(EMPTY.read_bytes()))
    try:
        os.link(draft, path)  # refused, not overwritten, when another process was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def chosen_swarm(slug: str) -> Swarm:
    """The swarm named by the option or MYTHOS_SWARM, else the oldest."""
    slug = slug or settings.DEFAULT_SWARM
    found = get_swarm(SYSTEM, slug) if slug else default_swarm(SYSTEM)
    if found is None:
        hint = "Begin with `mythos up`, which makes one with a demo in it, or bring something in with `mythos import`."
        raise NotFound("There is no swarm yet.", hint=hint)
    return found


def swarm_to_fill(slug: str) -> Swarm:
    """The chosen swarm of a command that brings something in; made when there is none yet."""
    if not slug and not settings.DEFAULT_SWARM and default_swarm(SYSTEM) is None:
        return create_swarm(actor=SYSTEM, slug="main", name="Main")
    return chosen_swarm(slug)
