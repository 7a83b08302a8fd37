"""Tags people put on checkpoints; the measured ones belong to the measures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from mythos.accounts.actors import Actor, actor_name
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.prompts.models import CheckpointTag
from mythos.prompts.queries import visible_checkpoints
from mythos.text.tags import SYMBOLIC_TAGS

MOST = 10_000
_NAME = re.compile(r"@[a-z0-9][a-z0-9_.-]{0,58}")


def tag_checkpoints(*, actor: Actor, swarm: Swarm, ids: Sequence[int], name: str) -> int:
    """Put a tag on checkpoints of a swarm; how many of them had it not yet."""
    name, seen = _checked(actor, swarm, ids, name)
    rows = [
        CheckpointTag(
            swarm=swarm,
            checkpoint_id=key,
            name=name,
            origin=CheckpointTag.Origin.PERSON,
            by_name=actor_name(actor),
        )
        for key in seen
    ]
    with transaction.atomic():
        tagged = CheckpointTag.objects.filter(swarm=swarm, name=name)
        before = tagged.count()
        CheckpointTag.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        return tagged.count() - before


def untag_checkpoints(*, actor: Actor, swarm: Swarm, ids: Sequence[int], name: str) -> int:
    """Take a person's tag off again; how many had it."""
    name, seen = _checked(actor, swarm, ids, name)
    put_on = CheckpointTag.objects.filter(swarm=swarm, name=name, origin=CheckpointTag.Origin.PERSON)
    return put_on.filter(checkpoint__in=seen).delete()[0]


def _checked(actor: Actor, swarm: Swarm, ids: Sequence[int], name: str) -> tuple[str, list[int]]:
    require(actor, "prompts.revise", swarm)
    name = "@" + name.strip().removeprefix("@")
    if name in SYMBOLIC_TAGS:
        raise Invalid(f"{name} is measured; nobody can put it on.", fields={"name": "Choose a name of your own."})
    if not _NAME.fullmatch(name):
        raise Invalid(
            "The tag needs another name.", fields={"name": "Lower-case letters, digits, . _ and -; at most 59."}
        )
    if len(ids) > MOST:
        raise Invalid(f"{MOST:,} checkpoints at once are the most.", fields={"name": "Narrow the filter first."})
    return name, list(visible_checkpoints(actor, swarm).filter(pk__in=ids).values_list("pk", flat=True))
