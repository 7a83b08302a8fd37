"""`mythos draft` and `mythos assistant`: put assistants together, and what they speak from."""

from __future__ import annotations

from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.cli.times import moment
from mythos.codex.serving import serve_assistant
from mythos.drafts import queries, services
from mythos.drafts.models import AssistantVersion
from mythos.drafts.reporting import compilation_document, draft_document


@click.group("draft")
def group() -> None:
    """Drafts of assistants: list, show, compile, deploy."""


@group.command("list")
@swarm_option
@json_option
def list_drafts(swarm_slug: str, as_json: bool) -> None:
    """Drafts of the swarm, the last one changed first."""
    prepare()
    drafts = list(queries.visible_drafts(SYSTEM, chosen_swarm(swarm_slug)))
    if as_json:
        print_json([draft_document(draft) for draft in drafts])
        return
    for draft in drafts:
        blocks = len(draft.prompt_cluster)
        click.echo(f"{draft.pk:5}  {draft.name}  v{draft.version}  {blocks} blocks, {draft.codex_contract_type}")


@group.command("show")
@click.argument("draft_id", type=int)
@json_option
def show_draft(draft_id: int, as_json: bool) -> None:
    """One draft, block by block."""
    prepare()
    document = draft_document(queries.get_draft(SYSTEM, draft_id))
    if as_json:
        print_json(document)
        return
    click.echo(f"{document['name']} v{document['version']}: {document['tone']}, {document['codex_contract_type']}")
    for block in document["prompt_cluster"]:
        click.echo(f"  {block['section']:10}  {block['prompt']}@v{block['version']}  {block['tokens']} tokens")


@group.command("compile")
@click.argument("draft_id", type=int)
@json_option
def compile_draft(draft_id: int, as_json: bool) -> int:
    """The exact text on stdout, what speaks against it on stderr. Exit code 1 when it may not be deployed."""
    prepare()
    found = queries.compiled(queries.get_draft(SYSTEM, draft_id))
    if as_json:
        print_json(compilation_document(found))
    else:
        click.echo(found.compiled.text)
        click.echo(f"{found.tokens.total} of {found.tokens.limit} tokens.", err=True)
        for reason in found.refusals:
            click.echo(f"refused: {reason}", err=True)
        for gap in found.gaps:
            click.echo(f"gap: no block carries {gap.clause.ref}, which {gap.because} asks for.", err=True)
    return 1 if found.refusals else 0


@group.command("deploy")
@click.argument("draft_id", type=int)
@click.option("--reason", default="", help="Why, for the history.")
@json_option
def deploy_draft(draft_id: int, reason: str, as_json: bool) -> None:
    """Make the assistant's next version with pinned checkpoints, unless the gate refuses."""
    prepare()
    draft = queries.get_draft(SYSTEM, draft_id)
    _told(services.deploy_draft(actor=SYSTEM, draft_id=draft.pk, base=draft.version, reason=reason), as_json)


@click.group("assistant")
def assistants() -> None:
    """What assistants speak from: list, show, versions, roll back, clone."""


@assistants.command("list")
@swarm_option
@json_option
def list_assistants(swarm_slug: str, as_json: bool) -> None:
    """Assistants of the swarm with their newest version."""
    prepare()
    rows = list(visible_assistants(SYSTEM, chosen_swarm(swarm_slug)))
    newest = queries.last_deployed([row.pk for row in rows])
    if as_json:
        print_json([{"slug": row.slug, "name": row.name, "version": newest.get(row.pk)} for row in rows])
        return
    for row in rows:
        click.echo(f"{row.slug:20} {'v' + str(newest[row.pk]) if row.pk in newest else 'nothing deployed'}")


@assistants.command("show")
@click.argument("slug")
@click.option("--version", type=int, help="A version; default what it speaks from now.")
@swarm_option
@json_option
def show_assistant(slug: str, version: int | None, swarm_slug: str, as_json: bool) -> None:
    """The exact text of an assistant."""
    assistant = _assistant(slug, swarm_slug)
    if version is None:
        compiled = serve_assistant(SYSTEM, assistant).compiled
        text, sha256 = compiled.text, compiled.sha256
    else:
        row = queries.get_version(SYSTEM, assistant, version)
        text, sha256 = row.text, row.sha256
    if as_json:
        print_json({"assistant": slug, "version": version, "text": text, "sha256": sha256})
    else:
        click.echo(text)


@assistants.command("versions")
@click.argument("slug")
@swarm_option
@json_option
def versions(slug: str, swarm_slug: str, as_json: bool) -> None:
    """Every deployed version, newest first."""
    rows = list(queries.versions_of(SYSTEM, _assistant(slug, swarm_slug)))
    if as_json:
        print_json([_version(row) for row in rows])
        return
    for row in rows:
        said = f"v{row.restored} again. {row.reason}" if row.restored else row.reason
        click.echo(f"v{row.number}  {moment(row.created_at)}  {row.token_count} tokens  {said}".rstrip())


@assistants.command("roll-back")
@click.argument("slug")
@click.argument("version", type=int)
@click.option("--reason", default="", help="Why, for the history.")
@swarm_option
@json_option
def roll_back(slug: str, version: int, reason: str, swarm_slug: str, as_json: bool) -> None:
    """Copy an old VERSION forward, through the same gate."""
    assistant = _assistant(slug, swarm_slug)
    base = queries.get_version(SYSTEM, assistant).number
    made = services.roll_back_assistant(actor=SYSTEM, assistant=assistant, number=version, base=base, reason=reason)
    _told(made, as_json)


@assistants.command("clone")
@click.argument("slug")
@click.option("--name", default="", help="Name of a new assistant; without one the draft changes this one.")
@swarm_option
@json_option
def clone(slug: str, name: str, swarm_slug: str, as_json: bool) -> None:
    """A draft of what an assistant speaks from."""
    made = services.clone_assistant(actor=SYSTEM, assistant=_assistant(slug, swarm_slug), name=name)
    if as_json:
        print_json(draft_document(made))
    else:
        click.echo(f"Draft {made.pk}: {made.name}, {len(made.prompt_cluster)} blocks.")


def _assistant(slug: str, swarm_slug: str) -> Assistant:
    prepare()
    return get_assistant(SYSTEM, slug, chosen_swarm(swarm_slug))


def _told(made: AssistantVersion, as_json: bool) -> None:
    if as_json:
        print_json(_version(made))
    else:
        click.echo(f"{made.assistant.name} speaks from version {made.number}: {made.token_count} tokens.")


def _version(row: AssistantVersion) -> dict[str, Any]:
    fields = ("number", "tone", "codex_contract_type", "token_count", "sha256", "origin", "restored", "reason")
    return {name: getattr(row, name) for name in fields} | {"assistant": row.assistant.slug, "at": row.created_at}
