"""The small cast every test shares: an owner, teammates, and a stranger with a swarm of their own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm, User
from mythos.accounts.services import create_swarm, create_user

PASSWORD = "a long pass phrase 7"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
JOURNEYS = "tests/journeys/"

# The same examples every time, however slow the machine; `--hypothesis-profile=default` searches anew.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


class JourneysFirst(LoadFileScheduling):
    """A file at a time; all journeys in one process, before the rest: they share a running program and wait a lot."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: object) -> None:
        if JOURNEYS in self.workqueue:
            self.workqueue.move_to_end(JOURNEYS, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> JourneysFirst:
    return JourneysFirst(config, log)


@dataclass(frozen=True)
class Cast:
    swarm: Swarm
    owner: User
    reviewer: User
    editor: User
    viewer: User
    stranger: User
    other_swarm: Swarm


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests() -> None:
    """Failed sign-ins and other counters live in the process's cache, which outlasts a test."""
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    swarm = create_swarm(actor=SYSTEM, slug="olympus", name="Olympus")
    other = create_swarm(actor=SYSTEM, slug="hades", name="Hades")

    def member(name: str, role: str, where: Swarm) -> User:
        return create_user(
            actor=SYSTEM,
            email=f"{name}@example.org",
            name=name.title(),
            password=PASSWORD,
            swarm=where,
            role=role,
        )

    return Cast(
        swarm=swarm,
        owner=member("ines", "owner", swarm),
        reviewer=member("rhea", "reviewer", swarm),
        editor=member("marco", "editor", swarm),
        viewer=member("vera", "viewer", swarm),
        stranger=member("sten", "owner", other),
        other_swarm=other,
    )


@pytest.fixture
def shared_data() -> Path:
    """The large real inputs beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"the real inputs are not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def _empty_database(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "mythos.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return path


@pytest.fixture
def data_folder(tmp_path, _empty_database) -> Path:
    """Where a program started by a test keeps its data: all tables and no rows, for making tables takes seconds."""
    if connection.vendor != "sqlite":
        pytest.skip("programs started by tests keep their data in SQLite")
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(_empty_database, folder)
    return folder
