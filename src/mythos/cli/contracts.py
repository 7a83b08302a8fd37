"""`mythos contract` and `mythos whatif`: promises of prompts, and what a change of rules would do to them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.codex.exporting import contract_document
from mythos.codex.models import CodexContract, CodexProposal
from mythos.codex.queries import contract_history, get_codex
from mythos.codex.services import (
    accept_proposal,
    measure_proposal,
    propose_change,
    sign_contract,
    suggest_clauses,
    waive_clause,
)
from mythos.errors import Invalid
from mythos.formats.codex_markdown import read_codex
from mythos.formats.contract import as_markdown
from mythos.formats.prompts.folder import read_file
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.text.normalize import decode
from mythos.work.services import run_due

MOST_ROWS = 40


@click.group("contract")
def group() -> None:
    """What prompts promise, and how each promise stands."""


@group.command("show")
@click.argument("prompt")
@click.option("--version", type=int, help="A version of the contract; default the one in force.")
@click.option("--markdown", is_flag=True, help="Print a Markdown document.")
@swarm_option
@json_option
def show(prompt: str, version: int | None, markdown: bool, swarm_slug: str, as_json: bool) -> int:
    """Show the contract of PROMPT. Exit code 1 when a promise is breached."""
    document = contract_document(SYSTEM, _prompt(prompt, swarm_slug), version=version)
    if as_json:
        print_json(document)
    elif markdown:
        click.echo(as_markdown(document), nl=False)
    else:
        _show(document)
    return 1 if document["state"] == "breached" else 0


@group.command("suggest")
@click.argument("prompt")
@click.option("--codex", "codex_slug", default="", help="Only clauses of this codex.")
@swarm_option
@json_option
def suggest(prompt: str, codex_slug: str, swarm_slug: str, as_json: bool) -> None:
    """List the clauses PROMPT seems to carry, with the sentence that carries each."""
    found = _prompt(prompt, swarm_slug)
    codex = get_codex(SYSTEM, codex_slug, found.swarm) if codex_slug else None
    rows = suggest_clauses(actor=SYSTEM, prompt_id=found.pk, codex=codex)
    if as_json:
        print_json(
            [
                {"ref": row.clause.ref, "codex": row.clause.codex.slug}
                | {key: value for key, value in asdict(row).items() if key != "clause"}
                for row in rows
            ]
        )
        return
    for row in rows:
        click.echo(f"{row.state:12} {row.clause.ref}  ({row.similarity:.2f})  “{_short(row.sentence)}”")
    if not rows:
        click.echo("No clause in force is said by this prompt.")


@group.command("sign")
@click.argument("prompt")
@click.option("--clause", "clauses", multiple=True, help="A clause: REF, or CODEX/REF. May be repeated.")
@click.option("--suggested", is_flag=True, help="Sign every clause the prompt carries.")
@click.option("--role", "roles", multiple=True, help="A role whose clauses are inherited. May be repeated.")
@click.option("--expect", type=click.Path(path_type=Path), help="A JSON file with a list of expectations.")
@click.option(
    "--type", "type_", type=click.Choice(CodexContract.Type.values), default="guarded", show_default=True,
    help="What a breach means.",
)  # fmt: skip
@click.option("--reason", default="", help="Why, for whoever reads this later.")
@swarm_option
@json_option
def sign(
    prompt: str,
    clauses: tuple[str, ...],
    suggested: bool,
    roles: tuple[str, ...],
    expect: Path | None,
    type_: str,
    reason: str,
    swarm_slug: str,
    as_json: bool,
) -> None:
    """Sign what PROMPT promises; the terms given here replace those in force."""
    found = _prompt(prompt, swarm_slug)
    terms = [_clause(name) for name in clauses]
    if suggested:
        carried = [row for row in suggest_clauses(actor=SYSTEM, prompt_id=found.pk) if row.state == "carried"]
        terms += [{"ref": row.clause.ref, "codex": row.clause.codex.slug} for row in carried]
    newest = contract_history(SYSTEM, found).first()
    contract = sign_contract(
        actor=SYSTEM,
        prompt_id=found.pk,
        base=newest.version if newest else 0,
        type=type_,
        clauses=terms,
        expectations=_json_list(expect) if expect else [],
        roles=roles,
        reason=reason,
    )
    document = contract_document(SYSTEM, found, version=contract.version)
    if as_json:
        print_json(document)
    else:
        _show(document)


@group.command("waive")
@click.argument("prompt")
@click.argument("ref")
@click.option("--until", required=True, help="The last day, as in 2027-01-31.")
@click.option("--reason", required=True, help="Why, for whoever reads this later.")
@swarm_option
def waive(prompt: str, ref: str, until: str, reason: str, swarm_slug: str) -> None:
    """Answer until a day for the clause REF that PROMPT does not keep."""
    found = _prompt(prompt, swarm_slug)
    waiver = waive_clause(actor=SYSTEM, prompt_id=found.pk, ref=ref, reason=reason, expires_at=_end_of(until))
    click.echo(f"{ref} of {found.slug} is waived until {waiver.expires_at:%Y-%m-%d %H:%M} UTC.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--codex", "codex_slug", required=True, help="Slug of the rule book.")
@click.option("--accept", "reason", default="", help="Publish what the report shows, for this reason.")
@swarm_option
@json_option
def whatif(file: Path, codex_slug: str, reason: str, swarm_slug: str, as_json: bool) -> int:
    """Say what a change of rules would do. FILE is a newer Markdown rule book, or JSON [{"ref", "text"}].

    Exit code 1 when a prompt would break a promise.
    """
    prepare()
    codex = get_codex(SYSTEM, codex_slug, chosen_swarm(swarm_slug))
    if file.suffix == ".json":
        proposal = propose_change(actor=SYSTEM, codex=codex, edits=_json_list(file))
    else:
        document = read_codex(decode(read_file(file), name=file.name), name=file.name)
        proposal = propose_change(actor=SYSTEM, codex=codex, document=document)
    proposal = measure_proposal(proposal_id=proposal.pk)
    if reason:
        proposal = accept_proposal(actor=SYSTEM, proposal_id=proposal.pk, reason=reason)
        run_due()
    if as_json:
        print_json({"id": proposal.pk, "status": proposal.status, **proposal.report})
    else:
        _show_report(proposal)
    return 1 if proposal.report["totals"]["breached"] else 0


def _prompt(slug: str, swarm_slug: str) -> Prompt:
    prepare()
    return get_prompt(SYSTEM, slug, chosen_swarm(swarm_slug))


def _clause(name: str) -> dict[str, str]:
    codex, _, ref = name.rpartition("/")
    return {"ref": ref, "codex": codex}


def _json_list(file: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(decode(read_file(file), name=file.name))
    except json.JSONDecodeError as error:
        raise Invalid(f"{file.name}:{error.lineno}: this is not JSON: {error.msg}.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(f"{file.name}: expected a list of objects.")
    return rows


def _end_of(day: str) -> datetime:
    try:
        date = datetime.strptime(day, "%Y-%m-%d").date()
    except ValueError as error:
        raise Invalid(f"{day!r} is not a day.", fields={"until": "As in 2027-01-31."}) from error
    return datetime.combine(date, time.max, tzinfo=UTC)


def _show(document: dict[str, Any]) -> None:
    counts = ", ".join(f"{number} {state}" for state, number in document["counts"].items() if number)
    click.echo(f"{document['prompt']} contract v{document['version']} ({document['type']}): {document['state']}")
    click.echo(f"  {counts or 'no clauses'}")
    for row in document["obligations"][:MOST_ROWS]:
        click.echo(f"  {row['state']:9} {row['ref']} v{row['version']}")
        for item in row["evidence"]:
            if item["state"] != "kept":
                click.echo(
                    f"            {item['text']}" + (f" “{_short(item['sentence'])}”" if item["sentence"] else "")
                )
    for row in document["expectations"]:
        click.echo(f"  {row['state']:9} {row['id']}: {row['type']} {row['value']}")


def _show_report(proposal: CodexProposal) -> None:
    total = proposal.report["totals"]
    click.echo(
        f"{proposal.title}: {total['clauses']} clauses change; {total['prompts']} prompts are bound to them, "
        f"{total['breached']} would break a promise, {total['clean']} would not, {total['hidden']} failures hidden."
    )
    for row in proposal.report["rows"][:MOST_ROWS]:
        click.echo(f"  {row['before']} → {row['after']}, if signed {row['if_signed']}: {row['slug']} / {row['ref']}")
        click.echo(f"      {row['reason']}" + (f" “{_short(row['sentence'])}”" if row["sentence"] else ""))
    for ritual in proposal.report.get("rituals", [])[:MOST_ROWS]:
        click.echo(f"  run again: {ritual['slug']} on {ritual['prompt']}, {ritual['cases']} cases")
    if proposal.status == CodexProposal.Status.ACCEPTED:
        click.echo("Published.")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 90 else words[:89] + "…"
