"""`mythos elsewhere`: markets of other instances, by a signed index that any web server can host."""

from __future__ import annotations

from pathlib import Path

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.market.queries.curricula import get_curriculum
from mythos.market.queries.federation import remote_curricula, visible_sources
from mythos.market.services.federating import follow_market, leave_market, refresh_market, take_remote, write_market
from mythos.market.services.opening import open_seals


@click.group("elsewhere")
def group() -> None:
    """Markets of other instances: publish yours, follow theirs, take what may be cloned."""


@group.command("publish")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="", help="Default: the name of the swarm.")
@swarm_option
@json_option
def publish(folder: Path, title: str, swarm_slug: str, as_json: bool) -> int:
    """Write what the swarm lists and lets others clone, signed, as a folder for any web server."""
    prepare()
    written = write_market(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), folder=folder, title=title)
    if as_json:
        print_json({"written": written})
    else:
        click.echo("\n".join(written) or "Nothing changed.")
    return 0


@group.command("follow")
@click.argument("address")
@click.option("--key", "fingerprint", default="", help="Its fingerprint, heard by another way; else the first one.")
@swarm_option
def follow(address: str, fingerprint: str, swarm_slug: str) -> int:
    """Look at a market; its key must stay the same from now on."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    made = follow_market(actor=SYSTEM, swarm=swarm, address=address, fingerprint=fingerprint)
    click.echo(f"{made.pk}  {made.title}, signed by {made.signer_name} with {made.fingerprint}")
    return 0


@group.command("list")
@click.option("--refresh", is_flag=True, help="Look at every market again first.")
@swarm_option
@json_option
def list_remote(refresh: bool, swarm_slug: str, as_json: bool) -> int:
    """What followed markets offer."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    for source in visible_sources(SYSTEM, swarm) if refresh else ():
        refresh_market(actor=SYSTEM, source_id=source.pk)
    rows = list(remote_curricula(SYSTEM, swarm))
    if as_json:
        print_json({"curricula": [{"id": row.pk, "market": row.source.address, **row.entry} for row in rows]})
        return 0
    for row in rows:
        click.echo(f"{row.pk}  {row.title} {row.version}, {row.license}, from {row.source}")
    return 0


@group.command("take")
@click.argument("remote", type=int)
@swarm_option
def take(remote: int, swarm_slug: str) -> int:
    """Fetch a curriculum, verify it against the signed index, and put a copy here."""
    prepare()
    chosen_swarm(swarm_slug)
    made = take_remote(actor=SYSTEM, remote_id=remote)
    click.echo(f"{made.slug} {made.version}")
    return 0


@group.command("leave")
@click.argument("market", type=int)
def leave(market: int) -> int:
    """Stop following a market; what was taken stays."""
    prepare()
    leave_market(actor=SYSTEM, source_id=market)
    return 0


@group.command("open")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@swarm_option
def open_file(slug: str, file: Path, swarm_slug: str) -> int:
    """Add cases their seller has revealed, once they match the hashes that were published."""
    prepare()
    row = get_curriculum(SYSTEM, slug, chosen_swarm(swarm_slug))
    count = open_seals(actor=SYSTEM, curriculum_id=row.pk, data=file.read_bytes())
    click.echo(f"{count} cases are open")
    return 0
