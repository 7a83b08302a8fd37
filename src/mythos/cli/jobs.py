"""`mythos jobs`: what runs, what waits, what was given up."""

from __future__ import annotations

import click

from mythos.cli.database import prepare
from mythos.cli.output import json_option, print_json
from mythos.work.models import Job
from mythos.work.queries import dead_jobs, job_counts
from mythos.work.services import retry_dead


@click.command()
@click.option("--dead", is_flag=True, help="Only jobs that were given up.")
@click.option("--retry", "retry_id", type=int, help="Give a dead job new attempts.")
@json_option
def jobs(dead: bool, retry_id: int | None, as_json: bool) -> None:
    """Background jobs; dead ones with their reason."""
    prepare()
    if retry_id is not None:
        retry_dead(job_id=retry_id)
    rows = dead_jobs() if dead else Job.objects.order_by("-id")
    shown = list(rows[:50])
    if as_json:
        keys = ("id", "kind", "key", "state", "attempts", "error_code", "error")
        print_json({"counts": job_counts(), "jobs": [{key: getattr(row, key) for key in keys} for row in shown]})
        return
    click.echo(", ".join(f"{number} {state}" for state, number in job_counts().items()))
    for row in shown:
        click.echo(f"  {row.pk} {row.state:8} {row.kind} {row.key} {row.error}".rstrip())
