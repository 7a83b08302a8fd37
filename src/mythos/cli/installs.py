"""`mythos install`: verify, plan, decide, apply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import prepare, swarm_option, swarm_to_fill
from mythos.cli.output import Progress, json_option, print_json
from mythos.cli.package_reports import plan_data, show_plan
from mythos.errors import Invalid
from mythos.formats.bundle import read_bundle
from mythos.formats.prompts.folder import read_file
from mythos.packages.fetching import fetch, is_url
from mythos.packages.lock import NAME, refuse_other, write_lock
from mythos.packages.plan import REST, REST_ANSWERS
from mythos.packages.planning import plan_install
from mythos.packages.services import install_package
from mythos.text.normalize import decode

lock_option = click.option("--lock", type=click.Path(path_type=Path), help=f"Keep this {NAME} up to date, and obey it.")


@click.command("install")
@click.argument("source")
@click.option("--plan", "only_plan", is_flag=True, help="Show the plan and write nothing.")
@click.option("--decide", "decisions", multiple=True, help="Answer a row of the plan: prompt:desk=theirs.")
@click.option("--all", "rest", type=click.Choice(REST_ANSWERS), help="Answer every row that has no answer of its own.")
@click.option("--merged", multiple=True, help="The text of a prompt decided to be `edited`: prompt:desk=FILE.")
@click.option("--accept-signer", default="", help="The whole fingerprint of a new signer.")
@click.option("--allow-unsigned", is_flag=True)
@lock_option
@swarm_option
@json_option
def install(
    source: str,
    only_plan: bool,
    decisions: tuple[str, ...],
    rest: str | None,
    merged: tuple[str, ...],
    accept_signer: str,
    allow_unsigned: bool,
    lock: Path | None,
    swarm_slug: str,
    as_json: bool,
) -> int:
    """Install the package at SOURCE, a path or an https address: verify, plan, apply in one transaction.

    To merge a prompt by hand: `--plan --json` gives `merged` with both sides between marks; save it, edit it, then
    `--decide prompt:desk=edited --merged prompt:desk=FILE`.
    """
    prepare()
    data = read_source(source)
    bundle = read_bundle(data)
    swarm = swarm_to_fill(swarm_slug)
    if lock and lock.is_file():
        refuse_other(lock.read_text(encoding="utf-8"), bundle)
    given: dict[str, Any] = {
        "decisions": dict(_answer(text) for text in decisions) | ({REST: rest} if rest else {}),
        "texts": {key: _text(file) for key, _, file in (text.partition("=") for text in merged)},
        "accept_signer": accept_signer,
        "allow_unsigned": allow_unsigned,
    }
    plan = plan_install(actor=SYSTEM, swarm=swarm, bundle=bundle, **given).plan
    if not as_json:
        show_plan(plan)
    if only_plan:
        if as_json:
            print_json(plan_data(plan))
        return 0 if plan.is_ready else 1
    with Progress(bundle.count("prompts")) as progress:
        done = install_package(
            actor=SYSTEM,
            swarm=swarm,
            data=data,
            source=source,
            on_progress=lambda number, total: progress.at(number, bundle.about.name),
            **given,
        )
    if lock:
        lock.write_text(write_lock(SYSTEM, swarm), encoding="utf-8")
    if as_json:
        print_json(plan_data(done.plan) | {"installed": done.is_changed})
    else:
        click.echo(f"{done.installed} is installed." if done.is_changed else f"{done.installed} was installed already.")
    return 0


def _answer(text: str) -> tuple[str, str]:
    key, sign, answer = text.rpartition("=")
    if not sign:
        raise Invalid("A decision is KEY=ANSWER.", fields={"decide": "As in prompt:desk=theirs."})
    return key, answer


def _text(file: str) -> str:
    try:
        return decode(read_file(Path(file)), name=file)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", data={"file": file}) from error


def read_source(source: str) -> bytes:
    """The bytes at a path or an address."""
    if is_url(source):
        return fetch(source)
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise Invalid(f"{source} cannot be read: {error.strerror}.", data={"file": source}) from error
