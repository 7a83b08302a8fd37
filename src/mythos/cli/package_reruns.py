"""`mythos package claims` and `rerun`: what a sender measured beside what the same rituals give here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.cli.rituals import finish_run
from mythos.packages.queries import get_installed
from mythos.packages.reruns import Beside, Share, claims_beside
from mythos.packages.services import rerun_rituals


@click.command("claims")
@click.argument("slug")
@swarm_option
@json_option
def show_claims(slug: str, swarm_slug: str, as_json: bool) -> int:
    """Show what the installed package SLUG claims beside the newest runs here."""
    prepare()
    return _report(chosen_swarm(swarm_slug), slug, as_json)


@click.command("rerun")
@click.argument("slug")
@click.option("--provider", required=True, help="openai, local, replay, scripted, or one of a package.")
@click.option("--model", default="", help="Model; default the provider's own.")
@click.option("--repeats", default=1, show_default=True, help="How often each case is called.")
@click.option("--judge", default="", help="Provider, or provider:model, that grades llm-rubric.")
@click.option("--budget", type=float, default=None, help="US dollars for each ritual.")
@click.option("--no-cache", is_flag=True, help="Call again for requests that were answered before.")
@swarm_option
@json_option
def rerun(slug: str, provider: str, model: str, swarm_slug: str, as_json: bool, **options: Any) -> int:
    """Run the rituals of the installed package SLUG on your model and compare with what was claimed.

    Exit code 1 when one is worse than claimed, or could not be measured here.
    """
    prepare()
    swarm = chosen_swarm(swarm_slug)
    judge, _, judge_model = options["judge"].partition(":")
    runs = rerun_rituals(
        actor=SYSTEM,
        swarm=swarm,
        slug=slug,
        provider=provider,
        model=model,
        repeats=options["repeats"],
        judge={"provider": judge, "model": judge_model} if judge else None,
        budget=options["budget"],
        use_cache=not options["no_cache"],
        parameters={"temperature": 0.0, "max_tokens": 512},
        source="cli",
    )
    for run in runs:
        finish_run(run.pk)
    return _report(swarm, slug, as_json)


def _report(swarm: Swarm, slug: str, as_json: bool) -> int:
    rows = claims_beside(SYSTEM, get_installed(SYSTEM, swarm, slug))
    if as_json:
        print_json([_data(row) for row in rows])
    for row in () if as_json else rows:
        _show(row)
    if not rows and not as_json:
        click.echo(f"{slug} came without rituals.")
    return int(any(row.verdict == "worse" or row.mine is None or not row.mine.measured for row in rows))


def _data(row: Beside) -> dict[str, Any]:
    return {
        "ritual": row.slug,
        "claimed": row.claimed,
        "theirs": asdict(row.theirs) if row.theirs else None,
        "run": row.run.pk if row.run else None,
        "model": f"{row.run.provider} {row.run.model}" if row.run else None,
        "mine": asdict(row.mine) if row.mine else None,
        "verdict": row.verdict,
        "why": row.why,
        "result": asdict(row.result) if row.result else None,
        "differs": row.differs,
        "left_out": row.left_out,
        "simulated": row.is_simulated,
    }


def _show(row: Beside) -> None:
    claimed = f"{row.claimed['provider']} {row.claimed['model']}" if row.claimed else ""
    here = f"{row.run.provider} {row.run.model}" if row.run else ""
    click.echo(f"{row.slug}: {row.verdict}{' (simulated)' if row.is_simulated else ''}")
    click.echo(f"  claimed  {_share(row.theirs):44} {claimed}")
    click.echo(f"  here     {_share(row.mine):44} {here}")
    if row.result:
        low, high = row.result.interval
        click.echo(
            f"  difference {row.result.difference:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}, "
            f"p {row.result.p_value:.3f} ({row.result.test})"
        )
    if row.result and row.result.needed:
        click.echo(f"  about {row.result.needed:,} more cases would tell")
    if row.differs:
        click.echo(f"  differs: {', '.join(row.differs)}")
    if row.why:
        click.echo(f"  {row.why}")


def _share(share: Share | None) -> str:
    if share is None or share.rate is None:
        return "nothing measured"
    missing = f", {share.total - share.measured} not measured" if share.total > share.measured else ""
    return f"{share.passed} of {share.measured} passed ({share.low:.2f} to {share.high:.2f}){missing}"
