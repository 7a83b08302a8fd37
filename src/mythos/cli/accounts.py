"""`mythos swarm`, `mythos user` and `mythos token`: who works here, and which programs do."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from typing import Any

import click
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import ApiToken, Role
from mythos.accounts.queries import get_user, members_of, swarms_of, tokens_of
from mythos.accounts.services import create_swarm, create_token, create_user, reset_password, revoke_token
from mythos.cli.database import chosen_swarm, prepare, swarm_option, swarm_to_fill
from mythos.cli.output import json_option, print_json

role_option = click.option(
    "--role", type=click.Choice(Role.values), default=Role.EDITOR.value, show_default=True, help="What they may do."
)


ask_option = click.option("--ask-password", is_flag=True, help="Ask for the password instead of making one up.")


@click.group()
def swarm() -> None:
    """Workspaces of teams: prompts, rules, people and a wallet of their own."""


@swarm.command("create")
@click.argument("slug")
@click.option("--name", default="", help="How it is shown; default its slug.")
@click.option("--owner", default="", help="Email of the account that owns it; without one only the terminal gets in.")
@json_option
def create_swarm_command(slug: str, name: str, owner: str, as_json: bool) -> None:
    """Make a swarm without anything in it."""
    prepare()
    made = create_swarm(actor=get_user(SYSTEM, owner) if owner else SYSTEM, slug=slug, name=name)
    if as_json:
        print_json({"slug": made.slug, "name": made.name, "owner": owner or None})
    else:
        click.echo(f"{made.slug} is made" + (f"; {owner} owns it." if owner else "."))


@swarm.command("list")
@json_option
def list_swarms(as_json: bool) -> None:
    """Swarms of this server, oldest first."""
    prepare()
    rows = [{"slug": row.slug, "name": row.name, "people": row.members.count()} for row in swarms_of(SYSTEM)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['slug']}  {row['name']}, {row['people']} people")


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("create")
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--name", default="", help="How they are shown to others.")
@ask_option
@role_option
@swarm_option
@json_option
def create_user_command(email: str, name: str, ask_password: bool, role: str, swarm_slug: str, as_json: bool) -> None:
    """Make an account. The password comes from MYTHOS_PASSWORD, or is made up and shown once."""
    prepare()
    given, password = _password(ask_password)
    swarm = swarm_to_fill(swarm_slug)
    made = create_user(actor=SYSTEM, email=email, name=name, password=password, swarm=swarm, role=role)
    if as_json:
        print_json({"email": made.email, "swarm": swarm.slug, "role": role, "password": None if given else password})
        return
    click.echo(f"{made.email} is {role} of {swarm.slug}.")
    if not given:
        click.echo(f"Password, shown this once: {password}")


@user.command("list")
@swarm_option
@json_option
def list_users(swarm_slug: str, as_json: bool) -> None:
    """People of the swarm and what they may do."""
    prepare()
    rows = [
        {"email": row.user.email, "name": row.user.name, "role": row.role, "is_active": row.user.is_active}
        for row in members_of(SYSTEM, chosen_swarm(swarm_slug))
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['email']}  {row['role']}" + ("" if row["is_active"] else ", switched off"))


@user.command("password")
@click.argument("email")
@ask_option
@json_option
def password_command(email: str, ask_password: bool, as_json: bool) -> None:
    """Give the account EMAIL another password: MYTHOS_PASSWORD, or one made up and shown once. Ends its sessions."""
    prepare()
    found = get_user(SYSTEM, email)
    given, password = _password(ask_password)
    reset_password(actor=SYSTEM, user=found, password=password)
    if as_json:
        print_json({"email": found.email, "password": None if given else password})
        return
    click.echo(f"{found.email} has another password and has to sign in again.")
    if not given:
        click.echo(f"Password, shown this once: {password}")


def _password(ask: bool) -> tuple[bool, str]:
    """Whether the person gave the password, and the password."""
    given = os.environ.get("MYTHOS_PASSWORD", "")
    if ask:
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return bool(given), given or secrets.token_urlsafe(12)


@click.group()
def token() -> None:
    """Keys for programs."""


@token.command("create")
@click.option("--name", required=True, help="What will use it.")
@click.option("--expires", type=click.IntRange(1, 3650), help="Days until it expires; default never.")
@role_option
@swarm_option
@json_option
def create_token_command(name: str, expires: int | None, role: str, swarm_slug: str, as_json: bool) -> None:
    """Make an API token; its secret is shown this once."""
    prepare()
    until = timezone.now() + timedelta(days=expires) if expires else None
    swarm = swarm_to_fill(swarm_slug)
    issued = create_token(actor=SYSTEM, swarm=swarm, name=name, role=role, expires_at=until)
    if as_json:
        print_json({"token": issued.secret, "name": name, "swarm": swarm.slug, "role": role, "expires_at": until})
        return
    click.echo(issued.secret)
    click.echo(f"{role} of {swarm.slug}. It is not shown again.", err=True)


@token.command("list")
@swarm_option
@json_option
def list_tokens(swarm_slug: str, as_json: bool) -> None:
    """Tokens of the swarm, newest first, without their secrets."""
    prepare()
    rows = [_token(row) for row in tokens_of(SYSTEM, chosen_swarm(swarm_slug))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']:>5}  {row['name']}  {row['prefix']}…  {row['role']}, {row['state']}")


@token.command("revoke")
@click.argument("token_id", type=int, metavar="TOKEN")
@json_option
def revoke_token_command(token_id: int, as_json: bool) -> None:
    """Close TOKEN, a number of `mythos token list`, for good."""
    prepare()
    row = _token(revoke_token(actor=SYSTEM, token_id=token_id))
    if as_json:
        print_json(row)
    else:
        click.echo(f"{row['name']} is revoked.")


def _token(row: ApiToken) -> dict[str, Any]:
    state = "live" if row.is_live else "revoked" if row.revoked_at else "expired"
    return {
        "id": row.pk, "name": row.name, "prefix": row.prefix, "role": row.role, "state": state,
        "created_at": row.created_at, "expires_at": row.expires_at, "last_used_at": row.last_used_at,
    }  # fmt: skip
