"""Who am I, and which swarms do I see?"""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from mythos.accounts.models import ApiToken
from mythos.accounts.queries import swarms_of
from mythos.api.auth import actor_of
from mythos.api.schemas import common as shapes

router = Router(tags=["accounts"])


@router.get("/me", response=shapes.MeOut)
def me(request: HttpRequest) -> Any:
    """The caller and its swarms."""
    actor = actor_of(request)
    kind = "token" if isinstance(actor, ApiToken) else "user"
    return {"name": str(actor), "kind": kind, "swarms": list(swarms_of(actor))}


@router.get("/swarms", response=list[shapes.SwarmOut])
def list_swarms(request: HttpRequest) -> Any:
    """Swarms the caller may look into."""
    return swarms_of(actor_of(request))
