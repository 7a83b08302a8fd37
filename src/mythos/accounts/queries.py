"""Questions about people and swarms."""

from __future__ import annotations

from django.db.models import QuerySet

from mythos.accounts.actors import Actor, System, person
from mythos.accounts.models import ApiToken, Membership, Role, Swarm, User
from mythos.accounts.permissions import require, role_in
from mythos.errors import Denied, NotFound


def swarms_of(actor: Actor) -> QuerySet[Swarm]:
    """The swarms an actor may look into, oldest first."""
    if isinstance(actor, System):
        return Swarm.objects.all()
    if isinstance(actor, ApiToken):
        seen = actor.is_live and role_in(actor, actor.swarm) is not None
        return Swarm.objects.filter(pk=actor.swarm_id) if seen else Swarm.objects.none()
    return Swarm.objects.filter(memberships__user=actor) if actor.is_active else Swarm.objects.none()


def get_swarm(actor: Actor, slug: str) -> Swarm:
    """The swarm with this slug, or NotFound when it is not the actor's to see."""
    swarm = swarms_of(actor).filter(slug=slug).first()
    if swarm is None:
        raise NotFound(f"There is no swarm {slug!r}.", fields={"swarm": "Unknown swarm."})
    return swarm


def get_user(actor: Actor, email: str) -> User:
    """The account with this email; the operator of the server may look for any."""
    if not isinstance(actor, System):
        raise Denied("Only the operator of this server may look for an account by its email.")
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise NotFound(f"There is no account {email!r}.", fields={"email": "Unknown account."})
    return user


def default_swarm(actor: Actor) -> Swarm | None:
    """The actor's oldest swarm; None when there is none."""
    return swarms_of(actor).order_by("id").first()


def tokens_of(actor: Actor, swarm: Swarm) -> QuerySet[ApiToken]:
    """Tokens of a swarm, newest first; owners only."""
    require(actor, "tokens.manage", swarm)
    return ApiToken.objects.filter(swarm=swarm).select_related("created_by")


def members_of(actor: Actor, swarm: Swarm) -> QuerySet[Membership]:
    """People of a swarm the actor may see."""
    require(actor, "swarm.view", swarm)
    return Membership.objects.filter(swarm=swarm).select_related("user").order_by("user__name", "id")


def needs_second_person(actor: Actor, swarm: Swarm, author_id: int | None) -> bool:
    """Whether somebody else has to approve what this author wrote; a swarm with one reviewer cannot ask for that."""
    acting = person(actor)
    if not swarm.requires_approval or acting is None or acting.pk != author_id:
        return False
    reviewers = Membership.objects.filter(swarm=swarm, role__in=[Role.REVIEWER, Role.OWNER], user__is_active=True)
    return reviewers.exclude(user=acting).exists()
