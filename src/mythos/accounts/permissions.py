"""May this actor do this? One table, asked by every service."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Model

from mythos.accounts.actors import Actor, System
from mythos.accounts.models import ApiToken, Membership, Role, Swarm, User
from mythos.errors import Denied

# The least role each verb asks for. Roles are ordered: each may do what those before it may.
LEAST_ROLE: dict[str, Role] = {
    "swarm.view": Role.VIEWER,
    "swarm.manage": Role.OWNER,
    "tokens.manage": Role.OWNER,
    "webhooks.manage": Role.OWNER,
    "jobs.retry": Role.EDITOR,
    "assistants.edit": Role.EDITOR,
    # Programs that only read prompts say how they did.
    "prompts.feedback": Role.VIEWER,
    "assistants.deploy": Role.REVIEWER,
    "drafts.edit": Role.EDITOR,
    "prompts.create": Role.EDITOR,
    "prompts.revise": Role.EDITOR,
    "prompts.move_label": Role.EDITOR,
    "prompts.move_protected_label": Role.REVIEWER,
    "codex.edit": Role.EDITOR,
    "codex.import": Role.EDITOR,
    "codex.review": Role.REVIEWER,
    "codex.propose": Role.EDITOR,
    "contracts.sign": Role.EDITOR,
    "contracts.waive": Role.REVIEWER,
    "rituals.edit": Role.EDITOR,
    "rituals.run": Role.EDITOR,
    "rituals.annotate": Role.EDITOR,
    "packages.edit": Role.EDITOR,
    "packages.export": Role.EDITOR,
    "packages.install": Role.EDITOR,
    "packages.trust": Role.REVIEWER,
    "packages.keys": Role.REVIEWER,
    "mentorship.offer": Role.EDITOR,
    "mentorship.adopt": Role.EDITOR,
    "market.publish": Role.EDITOR,
    "market.trade": Role.REVIEWER,
    "market.grant": Role.OWNER,
    "market.teach": Role.EDITOR,
    "training.edit": Role.EDITOR,
    "training.run": Role.EDITOR,
    "training.seal": Role.REVIEWER,
}
_ORDER = [Role.VIEWER, Role.EDITOR, Role.REVIEWER, Role.OWNER]


def swarm_of(thing: Model) -> Swarm:
    """The swarm a row belongs to, found by walking its foreign keys."""
    for step in ("swarm", "codex", "clause", "ritual", "run", "prompt", "curriculum", "enrollment"):
        if isinstance(thing, Swarm):
            return thing
        owner = getattr(thing, step, None)
        if owner is not None:
            return swarm_of(owner)
    if isinstance(thing, Swarm):
        return thing
    raise TypeError(f"{type(thing).__name__} belongs to no swarm.")


def role_in(actor: User | ApiToken, swarm: Swarm) -> Role | None:
    """The actor's role in a swarm; a token never exceeds the person who made it."""
    if isinstance(actor, ApiToken):
        if not actor.is_live or actor.swarm_id != swarm.pk:
            return None
        own = Role(actor.role)
        maker = role_in(actor.created_by, swarm) if actor.created_by else own
        return min(own, maker, key=_ORDER.index) if maker else None
    if not actor.is_active:
        return None
    role = Membership.objects.filter(user=actor, swarm=swarm).values_list("role", flat=True).first()
    return Role(role) if role else None


def may(actor: Actor, verb: str, thing: Model) -> bool:
    """Whether the actor's role in the thing's swarm reaches the verb."""
    return verb in may_of(actor, (verb,), thing)


def may_of(actor: Actor, verbs: Collection[str], thing: Model) -> set[str]:
    """Those of the verbs that the actor's role in the thing's swarm reaches; the role is looked up once."""
    least = {verb: _ORDER.index(LEAST_ROLE[verb]) for verb in verbs}
    if isinstance(actor, System):
        return set(least)
    role = role_in(actor, swarm_of(thing))
    return {verb for verb, rank in least.items() if role is not None and _ORDER.index(role) >= rank}


def require(actor: Actor, verb: str, thing: Model) -> None:
    """Raise Denied, naming the role that is needed, unless the actor may."""
    if not may(actor, verb, thing):
        least = LEAST_ROLE[verb]
        raise Denied(
            f"This needs the role {least.value} in {swarm_of(thing)}.",
            hint="Ask an owner of the swarm for that role.",
            data={"verb": verb, "role": least.value},
        )
