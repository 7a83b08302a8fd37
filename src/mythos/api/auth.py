"""Who calls: a program with a bearer token, or a person with a session (then CSRF holds)."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from mythos.accounts.models import ApiToken, Swarm, User
from mythos.accounts.queries import default_swarm, get_swarm
from mythos.accounts.services import authenticate_token
from mythos.errors import NotFound


class TokenAuth(HttpBearer):
    """`Authorization: Bearer mth_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return authenticate_token(token)


AUTH = [TokenAuth(), SessionAuth()]


def actor_of(request: HttpRequest) -> User | ApiToken:
    """The authenticated caller."""
    actor: User | ApiToken = request.auth  # type: ignore[attr-defined]
    return actor


def swarm_of(request: HttpRequest, slug: str | None) -> Swarm:
    """The swarm asked for, else the caller's own."""
    actor = actor_of(request)
    if slug:
        return get_swarm(actor, slug)
    if isinstance(actor, ApiToken):
        return actor.swarm
    swarm = default_swarm(actor)
    if swarm is None:
        raise NotFound("You belong to no swarm yet.", hint="Ask an owner to add you.")
    return swarm
