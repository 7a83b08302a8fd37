"""`mythos user create` and `mythos token create`."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta

import click
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Role
from mythos.accounts.services import create_token, create_user
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json

role_option = click.option(
    "--role", type=click.Choice(Role.values), default=Role.EDITOR.value, show_default=True, help="What they may do."
)


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("create")
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--name", default="", help="How they are shown to others.")
@click.option("--ask-password", is_flag=True, help="Ask for the password instead of making one up.")
@role_option
@swarm_option
@json_option
def create_user_command(email: str, name: str, ask_password: bool, role: str, swarm_slug: str, as_json: bool) -> None:
    """Make an account. The password comes from MYTHOS_PASSWORD, or is made up and shown once."""
    prepare()
    given = os.environ.get("MYTHOS_PASSWORD", "")
    if ask_password:
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    password = given or secrets.token_urlsafe(12)
    swarm = chosen_swarm(swarm_slug)
    made = create_user(actor=SYSTEM, email=email, name=name, password=password, swarm=swarm, role=role)
    if as_json:
        print_json({"email": made.email, "swarm": swarm.slug, "role": role, "password": None if given else password})
        return
    click.echo(f"{made.email} is {role} of {swarm.slug}.")
    if not given:
        click.echo(f"Password, shown this once: {password}")


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
    swarm = chosen_swarm(swarm_slug)
    issued = create_token(actor=SYSTEM, swarm=swarm, name=name, role=role, expires_at=until)
    if as_json:
        print_json({"token": issued.secret, "name": name, "swarm": swarm.slug, "role": role, "expires_at": until})
        return
    click.echo(issued.secret)
    click.echo(f"{role} of {swarm.slug}. It is not shown again.", err=True)
