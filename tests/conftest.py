"""The small cast every test shares: an owner, teammates, and a stranger with a swarm of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.cache import cache

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm, User
from mythos.accounts.services import create_swarm, create_user

PASSWORD = "a long pass phrase 7"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


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
