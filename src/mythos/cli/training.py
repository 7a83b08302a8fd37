"""`mythos train`: chains from the terminal."""

from __future__ import annotations

import time
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import Progress, json_option, print_json
from mythos.training.models import SwarmTrainingChain
from mythos.training.queries import LIVE, get_chain, visible_chains
from mythos.training.readiness import as_rows, estimate, readiness
from mythos.training.replaying import replay_chain
from mythos.training.reporting import chain_document, chain_report
from mythos.training.services import (
    Wish,
    cancel_chain,
    involved_assistants,
    pause_chain,
    plan_chain,
    reopen_chain,
    resume_chain,
    seal_chain,
    start_chain,
)
from mythos.work.services import run_due

LOOK_SECONDS = 0.3
State = SwarmTrainingChain.State


@click.group("train")
def group() -> None:
    """Training chains: start, watch, pause, resume, cancel, seal, report."""


@group.command("list")
@swarm_option
@json_option
def list_chains(swarm_slug: str, as_json: bool) -> None:
    """Chains of the swarm, newest first."""
    prepare()
    rows = [chain_document(chain) for chain in visible_chains(SYSTEM, chosen_swarm(swarm_slug))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        score = "" if row["score"] is None else f", score {row['score']:.2f}"
        click.echo(f"{row['id']} {row['state']:9} {row['chain_title']}: step {row['current_step']}{score}")
    if not rows:
        click.echo("There are no chains.")


@group.command("start")
@click.argument("title")
@click.option("--assistant", "assistants", multiple=True, required=True, help="Slug; may be given again.")
@click.option("--prompt", "prompts", multiple=True, help="Only these prompts may change; default all of them.")
@click.option("--provider", required=True, help="openai, local, replay, scripted, or one of a package.")
@click.option(
    "--engine", default="mythos", show_default=True, help="Who searches: mythos, or gepa where it is installed."
)
@click.option("--model", default="", help="Model; default the provider's own.")
@click.option("--reflector", default="", help="Provider that rewrites prompts; default the same.")
@click.option("--reflector-model", default="", help="Its model.")
@click.option("--judge", default="", help="Provider, or provider:model, that grades llm-rubric.")
@click.option("--calls", default=300, show_default=True, help="Model calls, reflections and held-out cases included.")
@click.option("--tokens", type=int, default=None, help="Most tokens.")
@click.option("--money", type=float, default=None, help="Most US dollars.")
@click.option("--seconds", type=float, default=None, help="Longest working time.")
@click.option("--steps", type=int, default=None, help="Most steps.")
@click.option(
    "--window",
    type=int,
    default=None,
    help="Steps at a time, 1 to 4: fewer find better texts, more are faster. Default by the budget.",
)
@click.option("--goal", type=float, default=None, help="Stop when the score on validation cases is reached.")
@click.option("--seed", default=0, show_default=True, help="Another seed searches elsewhere.")
@click.option("--allow-copies", is_flag=True, help="Do not refuse texts that copy a case word for word.")
@click.option("--plan", "only_plan", is_flag=True, help="Only say what it would train and cost.")
@click.option("--watch/--no-watch", default=True, show_default=True, help="Stay until it ends; works without a worker.")
@swarm_option
@json_option
def start(title: str, swarm_slug: str, as_json: bool, **options: Any) -> int:
    """Start a chain; exit 1 when it did not end well."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    names = ("provider", "engine", "model", "reflector", "reflector_model", "judge", "calls", "tokens", "money",
             "seconds", "steps", "window", "goal", "seed")  # fmt: skip
    wish = Wish(**{name: options[name] for name in names}, refuse_copies=not options["allow_copies"])
    prompts = options["prompts"] or None
    if options["only_plan"]:
        involved = involved_assistants(SYSTEM, swarm, options["assistants"])
        return _show_plan(plan_chain(SYSTEM, swarm, involved, wish, prompts), swarm, wish, as_json)
    chain = start_chain(
        actor=SYSTEM, swarm=swarm, title=title, assistants=options["assistants"], prompts=prompts, wish=wish
    )
    if options["watch"]:
        return _end(_watched(chain.pk), as_json)
    return _end(get_chain(SYSTEM, chain.pk), as_json)


@group.command("watch")
@click.argument("chain_id", type=int)
@json_option
def watch(chain_id: int, as_json: bool) -> int:
    """Follow a chain until it ends or waits for somebody."""
    prepare()
    return _end(_watched(chain_id), as_json)


@group.command("pause")
@click.argument("chain_id", type=int)
def pause(chain_id: int) -> None:
    """Stop after the step under way."""
    prepare()
    _say(pause_chain(actor=SYSTEM, chain_id=chain_id))


@group.command("resume")
@click.argument("chain_id", type=int)
@click.option("--calls", type=int, default=None, help="Another limit of calls.")
@click.option("--watch/--no-watch", "follow", default=False, help="Stay until it ends.")
def resume(chain_id: int, calls: int | None, follow: bool) -> int:
    """Go on where it stopped; nothing is paid for twice."""
    prepare()
    chain = resume_chain(actor=SYSTEM, chain_id=chain_id, calls=calls)
    return _end(_watched(chain_id) if follow else chain, as_json=False)


@group.command("cancel")
@click.argument("chain_id", type=int)
def cancel(chain_id: int) -> None:
    """End it for good; everything stays."""
    prepare()
    _say(cancel_chain(actor=SYSTEM, chain_id=chain_id))


@group.command("seal")
@click.argument("chain_id", type=int)
@click.option("--reason", default="", help="Why, for whoever reads it later.")
def seal(chain_id: int, reason: str) -> None:
    """Approve the result; the assistants speak from it."""
    prepare()
    _say(seal_chain(actor=SYSTEM, chain_id=chain_id, reason=reason))


@group.command("reopen")
@click.argument("chain_id", type=int)
@click.argument("step", type=int)
@click.option("--seed", type=int, default=None, help="Another seed searches elsewhere.")
@click.option("--calls", type=int, default=None, help="Another limit of calls.")
def reopen(chain_id: int, step: int, seed: int | None, calls: int | None) -> None:
    """A new chain that goes on from a step of this one."""
    prepare()
    _say(reopen_chain(actor=SYSTEM, chain_id=chain_id, step=step, seed=seed, calls=calls))


@group.command("replay")
@click.argument("chain_id", type=int)
@json_option
def replay(chain_id: int, as_json: bool) -> int:
    """Go through a chain again from its stored results, without a call; exit 1 when it comes out otherwise."""
    prepare()
    found = replay_chain(get_chain(SYSTEM, chain_id))
    if as_json:
        print_json({"is_same": found.is_same, "steps": found.steps, "different": found.different})
    else:
        click.echo(f"{found.steps} steps gone through, {len(found.different)} came out otherwise.")
    return 0 if found.is_same else 1


@group.command("report")
@click.argument("chain_id", type=int)
@json_option
def report(chain_id: int, as_json: bool) -> int:
    """What a chain found."""
    prepare()
    chain = get_chain(SYSTEM, chain_id)
    if as_json:
        print_json(chain_report(chain))
        return 0
    return _end(chain, as_json=False)


def _watched(chain_id: int) -> SwarmTrainingChain:
    """Do the chain here, or watch the worker that has it."""
    chain = get_chain(SYSTEM, chain_id)
    with Progress(chain.most_calls) as progress:
        while chain.state in LIVE:
            if not run_due(limit=1, worker="foreground"):
                time.sleep(LOOK_SECONDS)
            chain = get_chain(SYSTEM, chain_id)
            score = "" if chain.score is None else f", score {chain.score:.2f}"
            progress.at(min(chain.calls, chain.most_calls), f"calls, step {chain.current_step}{score} {chain.note}")
    return chain


def _end(chain: SwarmTrainingChain, as_json: bool) -> int:
    if as_json:
        print_json(chain_document(chain) | {"result": chain.result})
    else:
        _say(chain)
        _say_result(chain)
    return 1 if chain.state in (State.FAILED, State.CANCELLED) else 0


def _say(chain: SwarmTrainingChain) -> None:
    score = "" if chain.score is None else f", score {chain.score:.2f} (start {chain.score_before or 0:.2f})"
    simulated = " [simulated]" if chain.is_simulated else ""
    click.echo(f"Chain {chain.pk} {chain.chain_title}: {chain.get_state_display().lower()}{score}{simulated}")
    for line in (chain.note, chain.stopped_by):
        if line:
            click.echo(f"  {line}")


def _say_result(chain: SwarmTrainingChain) -> None:
    click.echo(f"  {chain.calls} calls, {chain.tokens} tokens, ${chain.spent:.4f}")
    found = chain.result.get("held_out") or {}
    if found.get("n"):
        low, high = found["interval"]
        click.echo(
            f"  Held-out, {found['n']} cases: {found['before']:.2f} → {found['after']:.2f} "
            f"({found['difference']:+.2f}, 95 % {low:+.2f} to {high:+.2f}): {found['verdict']}"
        )
    elif found:
        click.echo(f"  Held-out: {found['why']}")
    for key, row in (chain.result.get("adopted") or {}).items():
        click.echo(f"  {key}: {row.get('problem') or 'saved as v' + str(row['version'])}")


def _show_plan(plan: Any, swarm: Any, wish: Wish, as_json: bool) -> int:
    cost, rows = estimate(swarm, plan, wish), readiness(plan)
    if as_json:
        shown = {name: getattr(cost, name) for name in type(cost).__dataclass_fields__}
        print_json({"prompts": [c.slug for c in plan.components], "rituals": as_rows(rows), **shown})
        return 0
    for component in plan.components:
        click.echo(f"{component.assistant}: {component.slug} v{component.version}")
    for row in rows:
        told = row.problem or row.caution
        click.echo(f"{row.ritual}: {row.train} train, {row.validation} validation, {row.held_out} held out. {told}")
    money = "unknown" if cost.money is None else f"${cost.money:.4f}"
    click.echo(f"At most {cost.calls} calls, about {cost.tokens} tokens, cost {money}")
    return 1 if any(row.problem for row in rows) else 0
