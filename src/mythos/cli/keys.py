"""`mythos key`: keys of this swarm, and signers it trusts."""

from __future__ import annotations

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option, swarm_to_fill
from mythos.cli.output import json_option, print_json
from mythos.packages.keys import has_key
from mythos.packages.queries import visible_keys, visible_signers
from mythos.packages.services import create_key, revoke_key, trust_signer


@click.group("key")
def group() -> None:
    """Keys that sign packages, and signers whose packages are taken."""


@group.command("new")
@click.argument("name")
@swarm_option
@json_option
def new(name: str, swarm_slug: str, as_json: bool) -> int:
    """Make the key NAME; its private half is a file on this machine that only its owner can read."""
    prepare()
    key = create_key(actor=SYSTEM, swarm=swarm_to_fill(swarm_slug), name=name)
    if as_json:
        print_json({"name": key.name, "fingerprint": key.fingerprint, "public_key": key.public_key})
    else:
        click.echo(f"{key.name}\nfingerprint {key.fingerprint}\npublic key  {key.public_key}")
    return 0


@group.command("list")
@swarm_option
@json_option
def list_keys(swarm_slug: str, as_json: bool) -> int:
    """Own keys, and signers that are trusted or revoked."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    rows = [
        {
            "kind": "own",
            "name": key.name,
            "fingerprint": key.fingerprint,
            "state": "revoked" if key.revoked_at else "usable" if has_key(key.fingerprint) else "elsewhere",
        }
        for key in visible_keys(SYSTEM, swarm)
    ] + [
        {
            "kind": "signer",
            "name": row.name,
            "fingerprint": row.fingerprint,
            "state": "revoked" if row.revoked_at else f"trusted {row.get_how_display()}",
        }
        for row in visible_signers(SYSTEM, swarm)
    ]
    if as_json:
        print_json(rows)
        return 0
    for row in rows:
        click.echo(f"{row['kind']:7} {row['name']:20} {row['state']:22} {row['fingerprint']}")
    return 0


@group.command("trust")
@click.argument("fingerprint")
@click.option("--name", default="", help="Whose key it is.")
@swarm_option
def trust(fingerprint: str, name: str, swarm_slug: str) -> int:
    """Take packages signed with the key FINGERPRINT, all 64 digits of it."""
    prepare()
    signer = trust_signer(actor=SYSTEM, swarm=swarm_to_fill(swarm_slug), fingerprint=fingerprint, name=name)
    click.echo(f"{signer.name} is trusted.")
    return 0


@group.command("revoke")
@click.argument("key")
@swarm_option
def revoke(key: str, swarm_slug: str) -> int:
    """Sign nothing more with KEY (a name or fingerprint) and take nothing more that it signed."""
    prepare()
    for fingerprint in revoke_key(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), fingerprint=key):
        click.echo(f"{fingerprint} is revoked.")
    return 0
