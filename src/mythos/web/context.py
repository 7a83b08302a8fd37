"""What every page knows: the swarm one works in, what waits, where one is."""

from __future__ import annotations

import re
from typing import Any, cast

from django.http import HttpRequest

from mythos.accounts.models import Swarm, User
from mythos.accounts.queries import swarms_of
from mythos.errors import NotFound
from mythos.web.waiting import Waiting, waiting

NAV = (
    ("/inbox", "inbox"),
    ("/codex/contracts", "contracts"),
    ("/codex/roles", "roles"),
    ("/codex/whatif", "whatif"),
    ("/codex/regression", "regression"),
    ("/codex", "codex"),
    ("/rituals", "rituals"),
    ("/belief/mutations", "mutations"),
    ("/prompts/checkpoints", "checkpoints"),
    ("/prompts/package", "packages"),
    ("/prompts", "library"),
    ("/assistants/draft", "draft"),
    ("/assistants/clusters", "draft"),
    ("/assistants", "roster"),
    ("/train/chains", "chains"),
    ("/market", "market"),
    ("/jobs", "jobs"),
    ("/settings", "settings"),
)
_MENTORSHIP = re.compile(r"/assistants/(\d+/)?mentorship\b")


def _here(path: str) -> str:
    """The entry of the menu a page belongs to."""
    if _MENTORSHIP.match(path):  # below an assistant, but with an entry of its own
        return "mentorship"
    return next((name for start, name in NAV if path.startswith(start)), "home" if path == "/" else "")


def user_of(request: HttpRequest) -> User:
    """The signed-in person."""
    return cast(User, request.user)


def swarms(request: HttpRequest) -> list[Swarm]:
    """The person's swarms, looked up once a request."""
    if not hasattr(request, "_swarms"):
        request._swarms = list(swarms_of(user_of(request)))  # type: ignore[attr-defined]
    found: list[Swarm] = request._swarms  # type: ignore[attr-defined]
    return found


def current_swarm(request: HttpRequest) -> Swarm:
    """The swarm chosen in this session, else the oldest; NotFound for a person without any."""
    chosen = request.session.get("swarm")
    found = swarms(request)
    if not found:
        raise NotFound("You belong to no swarm yet.", hint="Ask an owner to add you to one.")
    return next((swarm for swarm in found if swarm.slug == chosen), found[0])


def what_waits(request: HttpRequest) -> Waiting:
    """What waits in the swarm of this session, counted once a request: for the menu, the inbox and home."""
    if not hasattr(request, "_waits"):
        request._waits = waiting(user_of(request), current_swarm(request))  # type: ignore[attr-defined]
    found: Waiting = request._waits  # type: ignore[attr-defined]
    return found


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    if not getattr(request, "user", None) or not request.user.is_authenticated or not swarms(request):
        return {"nav": {"current": "", "waiting": 0, "inbox": 0, "live": 0}, "swarm": None}
    swarm = current_swarm(request)
    found = what_waits(request)
    nav = {"current": _here(request.path), "inbox": found.total}
    return {
        "nav": nav | {"waiting": found.counts["edits"], "live": found.counts["under_way"]},
        "swarm": swarm,
        "swarms": swarms(request),
    }
