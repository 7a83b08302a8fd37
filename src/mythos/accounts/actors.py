"""Who acts: a person, a program with a token, or the machine itself."""

from __future__ import annotations

from dataclasses import dataclass

from mythos.accounts.models import ApiToken, User


@dataclass(frozen=True)
class System:
    """The operator of the machine: the command line, the worker, migrations."""

    name: str = "system"

    def __str__(self) -> str:
        return self.name


SYSTEM = System()

Actor = User | ApiToken | System


def person(actor: Actor) -> User | None:
    """The person behind an actor, or None for the machine."""
    if isinstance(actor, User):
        return actor
    if isinstance(actor, ApiToken):
        return actor.created_by
    return None


def actor_name(actor: Actor) -> str:
    """How history names the actor, also after the account is gone."""
    if isinstance(actor, ApiToken):
        return f"{actor.created_by or 'system'} · {actor.name}"
    return str(actor)
