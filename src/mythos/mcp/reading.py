"""What the door shows: the prompts of a label, and clauses, contracts and compiled assistants as resources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote, unquote

from django.db.models import Count, Max, Sum

from mythos.accounts.models import ApiToken
from mythos.assistants.queries import get_assistant, visible_assistants
from mythos.codex.exporting import contract_document
from mythos.codex.models import CodexClause
from mythos.codex.queries import get_clause, get_codex, visible_clauses, visible_contracts
from mythos.codex.serving import Served, serve_assistant, serve_prompt, serve_rendered
from mythos.errors import Invalid, MythosError, NotFound
from mythos.prompts.queries import get_prompt, visible_prompts
from mythos.prompts.splitting import Reader
from mythos.storable import refuse_unstorable

Row = TypeVar("Row")
PAGE = 100
SCHEME = "mythos://"
TEMPLATES = {
    "mythos://clauses/{codex}/{ref}": "One rule with its examples and the version in force.",
    "mythos://contracts/{prompt}": "What a prompt promises and how each promise stands.",
    "mythos://assistants/{assistant}/compiled": "The exact text an assistant speaks from.",
}


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    """A prompt of the label, with the arguments it takes."""

    slug: str
    title: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownResource:
    """Something that can be read."""

    uri: str
    title: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Differs whenever a list does."""

    prompts: tuple[object, ...]
    resources: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows and where the next ones begin."""

    rows: list[Row]
    following: str | None


def prompts_of_label(actor: ApiToken, label: str, cursor: str | None) -> Page[ShownPrompt]:
    """Prompts that carry the label, by slug; one that cannot be put together is not offered."""
    refuse_unstorable({"label": label, "cursor": cursor})
    rows = visible_prompts(actor, actor.swarm).filter(labels__name=label).order_by("slug")
    found = list(rows.filter(slug__gt=cursor)[: PAGE + 1] if cursor else rows[: PAGE + 1])
    shown = []
    for prompt in found[:PAGE]:
        try:
            served = serve_prompt(actor, prompt, label=label, reader=_reader(actor))
        except MythosError:
            continue
        shown.append(ShownPrompt(prompt.slug, prompt.title, served.variables))
    return Page(shown, found[PAGE - 1].slug if len(found) > PAGE else None)


def stamp_of(actor: ApiToken, label: str) -> Stamp:
    """What a caller's lists are made of, as a few numbers of the database."""
    offered = visible_prompts(actor, actor.swarm).filter(labels__name=label).order_by()
    clauses = visible_clauses(actor, actor.swarm).filter(status=CodexClause.Status.ACTIVE).order_by()
    contracts = visible_contracts(actor, actor.swarm).order_by()
    speaking = visible_assistants(actor, actor.swarm).exclude(prompt_cluster=[]).order_by()
    prompts = offered.aggregate(n=Count("pk"), stamps=Sum("stamp"), moved=Max("labels__moved_at"))
    resources = [rows.aggregate(n=Count("pk"), last=Max("pk")) for rows in (clauses, contracts, speaking)]
    return Stamp(tuple(prompts.values()), tuple(value for row in resources for value in row.values()))


def prompt_of_label(actor: ApiToken, label: str, slug: str, values: Mapping[str, str]) -> Served:
    """A prompt with its arguments filled in; Invalid names every one that is missing."""
    refuse_unstorable({"prompt": slug, "label": label} | dict(values))
    return serve_rendered(actor, get_prompt(actor, slug, actor.swarm), values, label=label, reader=_reader(actor))


def _reader(actor: ApiToken) -> Reader:
    """Of a split label a token always gets the same arm, so that a listed prompt is the one that is got."""
    return Reader(f"token {actor.pk}")


def resources(actor: ApiToken, cursor: str | None) -> Page[ShownResource]:
    """Assistants, contracts and clauses in force, a page at a time."""
    if cursor and not cursor.isdigit():
        raise Invalid("The cursor cannot be read.", fields={"cursor": "Send back what the last page gave."})
    start = int(cursor or 0)
    parts = [
        (visible_assistants(actor, actor.swarm).exclude(prompt_cluster=[]), _assistant),
        (visible_contracts(actor, actor.swarm), _contract),
        (visible_clauses(actor, actor.swarm).filter(status=CodexClause.Status.ACTIVE), _clause),
    ]
    found: list[ShownResource] = []
    skip = start
    for rows, shown in parts:
        count = rows.count()
        found += [shown(row) for row in rows[skip : skip + PAGE + 1 - len(found)]] if skip < count else []
        skip = max(0, skip - count)
    return Page(found[:PAGE], str(start + PAGE) if len(found) > PAGE else None)


def read_resource(actor: ApiToken, uri: str) -> tuple[str, str]:
    """(mime type, text) of a resource, or NotFound."""
    kind, _, rest = uri.removeprefix(SCHEME).partition("/")
    path = unquote(rest)
    refuse_unstorable({"uri": kind + path})
    if uri.startswith(SCHEME) and kind == "contracts":
        return "application/json", _json(contract_document(actor, get_prompt(actor, path, actor.swarm)))
    if uri.startswith(SCHEME) and kind == "clauses":
        codex, _, ref = path.partition("/")
        clause = get_clause(actor, ref, actor.swarm, get_codex(actor, codex, actor.swarm))
        shown = {
            "codex": codex,
            "ref": clause.ref,
            "title": clause.title,
            "text": clause.text,
            "version": clause.version,
            "in_force": clause.accepted_version,
        }
        return "application/json", _json(shown)
    if uri.startswith(SCHEME) and kind == "assistants" and path.endswith("/compiled"):
        assistant = get_assistant(actor, path.removesuffix("/compiled"), actor.swarm)
        return "text/plain", serve_assistant(actor, assistant).compiled.text
    raise NotFound(f"There is no resource {uri!r}.", hint=f"It is one of {', '.join(TEMPLATES)}.")


def _assistant(row: object) -> ShownResource:
    slug = getattr(row, "slug", "")
    return ShownResource(f"{SCHEME}assistants/{slug}/compiled", f"{row}, compiled", "text/plain")


def _contract(row: object) -> ShownResource:
    slug = row.prompt.slug  # type: ignore[attr-defined]
    return ShownResource(f"{SCHEME}contracts/{quote(slug)}", f"Contract of {slug}", "application/json")


def _clause(row: object) -> ShownResource:
    assert isinstance(row, CodexClause)
    uri = f"{SCHEME}clauses/{quote(row.codex.slug)}/{quote(row.ref)}"
    return ShownResource(uri, row.title or row.ref, "application/json")


def _json(value: object) -> str:
    return json.dumps(value, indent=1, default=str, ensure_ascii=False)
