"""`mythos jobs`: what runs, what waits, what was given up."""

from __future__ import annotations

import click

from mythos.cli.database import prepare
from mythos.cli.output import json_option, print_json
from mythos.work.models import Job
from mythos.work.queries import dead_jobs, job_counts
from mythos.work.services import retry_dead

SHOWN = ("id", "kind", "key", "state", "attempts", "error_code", "error")


@click.command()
@click.option("--dead", is_flag=True, help="Only jobs that were given up.")
@click.option("--retry", "retry_id", type=int, metavar="ID", help="Give a dead job new attempts.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many to list.")
@json_option
def jobs(dead: bool, retry_id: int | None, limit: int, as_json: bool) -> None:
    """Background jobs, newest first; dead ones with their reason."""
    prepare()
    if retry_id is not None:
        retry_dead(job_id=retry_id)
    rows = dead_jobs() if dead else Job.objects.order_by("-id")
    shown = list(rows[:limit])
    counts = job_counts()
    if as_json:
        print_json({"counts": counts, "jobs": [{key: getattr(row, key) for key in SHOWN} for row in shown]})
        return
    click.echo(", ".join(f"{number} {state}" for state, number in counts.items()))
    for row in shown:
        reason = f"{row.error_code}: {row.error}" if row.error_code else ""
        click.echo(f"  {row.pk} {row.state:8} {row.kind} {row.key} {reason}".rstrip())
