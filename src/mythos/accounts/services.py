"""Verbs on people, swarms and tokens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, System, person
from mythos.accounts.models import ApiToken, Membership, Role, Swarm, User
from mythos.accounts.permissions import require
from mythos.accounts.queries import swarms_of
from mythos.errors import Denied, Invalid, NotFound

SECRET_START = "mth_"  # noqa: S105 - the public beginning of every token
LAST_USED_STEP = timedelta(minutes=5)
PROTECTED_LABELS = ("production", "staging")


@dataclass(frozen=True)
class IssuedToken:
    """A new token and its secret, which is shown this once."""

    token_row: ApiToken
    secret: str


def create_user(
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str,
    swarm: Swarm | None = None,
    role: str | None = None,
) -> User:
    """Make an account, and a member of a swarm when one is given."""
    if swarm is not None:
        require(actor, "swarm.manage", swarm)
    elif not isinstance(actor, System):
        raise Denied("Only the operator of this server may make an account without a swarm.")
    fields = _problems_of_account(email, name, password)
    if fields:
        raise Invalid("The account cannot be made.", fields=fields)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email.strip(), password, name=name.strip())
            if swarm is not None:
                add_member(actor=actor, swarm=swarm, user=user, role=role or Role.EDITOR)
    except IntegrityError as error:
        raise Invalid("The account cannot be made.", fields={"email": "This email already has an account."}) from error
    return user


def _problems_of_account(email: str, name: str, password: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    try:
        validate_email(email.strip())
    except ValidationError:
        fields["email"] = "This is not an email address."
    return fields | _problems_of_password(password, User(email=email, name=name))


def _problems_of_password(password: str, user: User) -> dict[str, str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {"password": " ".join(error.messages)}
    return {}


def reset_password(*, actor: Actor, user: User, password: str) -> User:
    """Give an account another password, which ends its sessions; for whoever runs the server and nobody else."""
    if not isinstance(actor, System):
        raise Denied("Only the operator of this server may set a password.")
    fields = _problems_of_password(password, user)
    if fields:
        raise Invalid("The password cannot be set.", fields=fields)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def rename_user(*, actor: User, name: str) -> User:
    """Change one's own name, as others read it from now on; records keep the name they were written with."""
    longest = User._meta.get_field("name").max_length or 0
    if not 1 <= len(name.strip()) <= longest:
        raise Invalid("The name cannot be kept.", fields={"name": f"Between 1 and {longest} characters."})
    actor.name = name.strip()
    actor.save(update_fields=["name"])
    return actor


def change_password(*, actor: User, current: str, password: str) -> User:
    """Give oneself another password, knowing the one before; ends every session that was opened with that."""
    if not actor.check_password(current):
        raise Invalid("The password was not changed.", fields={"current": "This is not your password."})
    fields = _problems_of_password(password, actor)
    if password == current:
        fields = {"password": "This is the password you have."}
    if fields:
        raise Invalid("The password was not changed.", fields=fields)
    actor.set_password(password)
    actor.save(update_fields=["password"])
    return actor


def create_swarm(*, actor: Actor, slug: str, name: str) -> Swarm:
    """Make a workspace; the person who makes it owns it."""
    try:
        swarm = Swarm(slug=slug, name=name.strip() or slug, protected_labels=list(PROTECTED_LABELS))
        swarm.full_clean()
        with transaction.atomic():
            swarm.save()
            owner = person(actor)
            if owner is not None:
                Membership.objects.create(swarm=swarm, user=owner, role=Role.OWNER)
    except ValidationError as error:
        fields = {field: " ".join(messages) for field, messages in error.message_dict.items()}
        raise Invalid("The swarm cannot be made.", fields=fields) from error
    return swarm


def update_swarm(
    *, actor: Actor, swarm: Swarm, requires_approval: bool | None = None, protected_labels: list[str] | None = None
) -> Swarm:
    """Change which labels are protected and whether they need a second person; None leaves a value as it is."""
    require(actor, "swarm.manage", swarm)
    if requires_approval is not None:
        swarm.requires_approval = requires_approval
    if protected_labels is not None:
        swarm.protected_labels = list(dict.fromkeys(name.strip() for name in protected_labels if name.strip()))
    swarm.save(update_fields=["requires_approval", "protected_labels"])
    return swarm


def add_member(*, actor: Actor, swarm: Swarm, user: User, role: str) -> Membership:
    """Give a person a role in a swarm, replacing the one they had."""
    require(actor, "swarm.manage", swarm)
    membership, _ = Membership.objects.update_or_create(swarm=swarm, user=user, defaults={"role": _role(role)})
    return membership


def _role(role: str) -> Role:
    if role not in Role.values:
        raise Invalid(f"There is no role {role!r}.", fields={"role": f"One of {', '.join(Role.values)}."})
    return Role(role)


def create_token(
    *, actor: Actor, swarm: Swarm, name: str, role: str, expires_at: datetime | None = None
) -> IssuedToken:
    """Issue an API token; only its hash is kept."""
    require(actor, "tokens.manage", swarm)
    if not name.strip():
        raise Invalid("A token needs a name.", fields={"name": "Say what will use it."})
    if len(name.strip()) > 100:
        raise Invalid("The token's name is too long.", fields={"name": "At most 100 characters."})
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("The token would already be expired.", fields={"expires_at": "Choose a later time."})
    secret = SECRET_START + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        swarm=swarm,
        created_by=person(actor),
        name=name.strip(),
        role=_role(role),
        prefix=secret[:12],
        token_hash=_hash(secret),
        expires_at=expires_at,
    )
    return IssuedToken(token_row=row, secret=secret)


def revoke_token(*, actor: Actor, token_id: int) -> ApiToken:
    """Close a token for good."""
    token = ApiToken.objects.select_related("swarm").filter(pk=token_id, swarm__in=swarms_of(actor)).first()
    if token is None:
        raise NotFound("There is no such token.")
    require(actor, "tokens.manage", token)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def authenticate_token(secret: str) -> ApiToken | None:
    """The live token behind a secret; notes its use at most every five minutes, to spare the write lock."""
    if not secret.startswith(SECRET_START):
        return None
    token = ApiToken.objects.select_related("swarm", "created_by").filter(token_hash=_hash(secret)).first()
    if token is None or not token.is_live:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _hash(secret: str) -> str:
    # Secrets are 256 random bits, so one plain hash is enough; a slow one would only slow every request.
    return hashlib.sha256(secret.encode()).hexdigest()


def set_preference(
    *, actor: User, theme: str | None = None, density: str | None = None, shortcuts: bool | None = None
) -> User:
    """Store how a person likes the pages."""
    if theme is not None and theme not in User.Theme.values:
        raise Invalid("There is no such theme.", fields={"theme": f"One of {', '.join(User.Theme.values)}."})
    if density is not None and density not in User.Density.values:
        raise Invalid("There is no such density.", fields={"density": f"One of {', '.join(User.Density.values)}."})
    actor.theme = theme or actor.theme
    actor.density = density or actor.density
    actor.shortcuts = actor.shortcuts if shortcuts is None else shortcuts
    actor.save(update_fields=["theme", "density", "shortcuts"])
    return actor
