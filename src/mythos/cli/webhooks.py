"""`mythos webhook`: who is told what happens, and what was sent."""

from __future__ import annotations

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.webhooks import queries, services
from mythos.webhooks.events import TYPES
from mythos.webhooks.models import WebhookDelivery
from mythos.work.services import run_due

SHOWN = ("id", "url", "events", "description", "is_enabled", "disabled_reason", "failing_since")
LOGGED = ("id", "message_id", "event", "state", "attempts", "response", "created_at", "finished_at")
STATES = click.Choice(WebhookDelivery.State.values)


@click.group("webhook")
def group() -> None:
    """Tell other programs what happens here, signed as Standard Webhooks."""


@group.command("list")
@swarm_option
@json_option
def list_webhooks(swarm_slug: str, as_json: bool) -> None:
    """Webhooks of the swarm and how they stand."""
    prepare()
    rows = queries.endpoints_of(SYSTEM, chosen_swarm(swarm_slug))
    if as_json:
        print_json([{name: getattr(row, name) for name in SHOWN} for row in rows])
        return
    for row in rows:
        state = "on" if row.is_enabled else f"off: {row.disabled_reason or 'switched off'}"
        click.echo(f"{row.pk}  {row.url}  {', '.join(row.events) or 'all events'}  {state}")


@group.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, type=click.Choice(list(TYPES)), help="Again for more; default all.")
@click.option("--description", default="", help="What it is for.")
@swarm_option
@json_option
def add(url: str, events: tuple[str, ...], description: str, swarm_slug: str, as_json: bool) -> None:
    """Tell URL what happens from now on; prints the secret, this once."""
    prepare()
    issued = services.add_endpoint(
        actor=SYSTEM, swarm=chosen_swarm(swarm_slug), url=url, events=events, description=description
    )
    _show_secret(issued, as_json)


@group.command("rotate")
@click.argument("webhook_id", type=int)
@json_option
def rotate(webhook_id: int, as_json: bool) -> None:
    """Make a new secret; messages carry both signatures for a day."""
    prepare()
    _show_secret(services.rotate_secret(actor=SYSTEM, endpoint_id=webhook_id), as_json)


@group.command("ping")
@click.argument("webhook_id", type=int)
@json_option
def ping(webhook_id: int, as_json: bool) -> None:
    """Queue a message that says nothing, to see whether it arrives."""
    prepare()
    _show(services.send_ping(actor=SYSTEM, endpoint_id=webhook_id), as_json)


@group.command("enable")
@click.argument("webhook_id", type=int)
@click.option("--off", is_flag=True, help="Switch it off instead.")
def enable(webhook_id: int, off: bool) -> None:
    """Switch a webhook on; what waits is then sent in order."""
    prepare()
    row = services.set_enabled(actor=SYSTEM, endpoint_id=webhook_id, is_enabled=not off)
    click.echo(f"{row.url} is {'off' if off else 'on'}.")


@group.command("remove")
@click.argument("webhook_id", type=int)
def remove(webhook_id: int) -> None:
    """Forget a webhook with its log."""
    prepare()
    services.remove_endpoint(actor=SYSTEM, endpoint_id=webhook_id)
    click.echo(f"Webhook {webhook_id} is gone.")


@group.command("deliveries")
@click.argument("webhook_id", type=int)
@click.option("--state", type=STATES, default=None, help="Only those that wait, were delivered or given up.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many to list.")
@json_option
def deliveries(webhook_id: int, state: str | None, limit: int, as_json: bool) -> None:
    """Messages of a webhook, newest first, with every attempt."""
    prepare()
    rows = queries.deliveries_of(SYSTEM, queries.get_endpoint(SYSTEM, webhook_id), state or "")[:limit]
    if as_json:
        print_json([{name: getattr(row, name) for name in LOGGED} for row in rows])
        return
    for row in rows:
        click.echo(_line(row))


@group.command("replay")
@click.argument("delivery_id", type=int)
@click.option("--now", is_flag=True, help="Do what is due here, instead of waiting for a worker.")
@json_option
def replay(delivery_id: int, now: bool, as_json: bool) -> None:
    """Send a finished message again, under its own id."""
    prepare()
    row = services.replay_delivery(actor=SYSTEM, delivery_id=delivery_id)
    if now:
        run_due()
        row.refresh_from_db()
    _show(row, as_json)


def _show_secret(issued: services.Issued, as_json: bool) -> None:
    row = issued.endpoint
    if as_json:
        print_json({"id": row.pk, "url": row.url, "events": row.events, "secret": issued.secret})
        return
    click.echo(issued.secret)
    click.echo(f"Webhook {row.pk} to {row.url}. The secret is not shown again.", err=True)


def _show(row: WebhookDelivery, as_json: bool) -> None:
    if as_json:
        print_json({name: getattr(row, name) for name in LOGGED})
    else:
        click.echo(_line(row))


def _line(row: WebhookDelivery) -> str:
    last = row.last
    how = f"{last.get('status') or 'no answer'} {last.get('error', '')}".strip() if last else "not tried yet"
    times = f"{len(row.attempts)} attempt{'' if len(row.attempts) == 1 else 's'}"
    return f"{row.pk}  {row.event}  {row.get_state_display()}  {times}  {how}"
