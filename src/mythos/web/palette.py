"""Find a prompt, a rule, an assistant, a rule book, a page or an action by a few letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mythos.assistants.queries import visible_assistants
from mythos.codex.queries import visible_clauses, visible_codices
from mythos.prompts.queries import visible_prompts
from mythos.rituals.queries import visible_rituals
from mythos.web.context import current_swarm, user_of
from mythos.web.htmx import render

MOST_EACH = 7
MOST_CHARACTERS = 100


@dataclass(frozen=True)
class Hit:
    """One thing to go to."""

    name: str
    link: str
    note: str = ""
    image: str = "arrow-right"


PAGES = (
    ("Home", "home", "what needs you", "house"),
    ("Rule books", "codex.list", "codex", "book-open"),
    ("Review inbox", "inbox", "what waits for a decision", "inbox"),
    ("Contracts", "contracts.overview", "what prompts promise", "shield"),
    ("Roles", "roles.list", "clauses that travel together", "users"),
    ("What-if", "whatif.list", "changes of rules, tried before they are made", "flask-conical"),
    ("Regression", "regression.queue", "edits of rules that wait", "git-compare"),
    ("Rituals", "rituals.list", "test scenarios and their runs", "play"),
    ("What a change touches", "rituals.affected", "rituals that have to run again", "play"),
    ("Annotate replies", "rituals.annotate", "people beside the judge", "square-pen"),
    ("Mutations", "mutations.list", "every change of a prompt", "activity"),
    ("Prompt library", "prompts.library", "all prompts", "file-text"),
    ("Checkpoints", "checkpoints.grid", "every saved state", "layers"),
    ("Roster", "assistants.roster", "assistants", "users"),
    ("Draft tool", "drafts.tool", "put an assistant together", "blocks"),
    ("Drafts", "drafts.list", "assistants being put together", "blocks"),
    ("Training chains", "chains.list", "prompts that improve themselves", "route"),
    ("Mentorship", "mentorship.first", "assistants that teach each other", "graduation-cap"),
    ("Curriculum market", "market.page", "buy, trade or clone curricula", "store"),
    ("Your curricula", "curricula.mine", "made or taken, ritual tags, teaching", "graduation-cap"),
    ("Jobs", "jobs.list", "background work", "list-checks"),
    ("API tokens", "accounts.tokens", "keys for programs", "key"),
    ("Webhooks", "webhooks.list", "tell programs what happens", "bell"),
    ("Preferences", "accounts.preferences", "theme, rows, keys", "settings"),
)
ACTIONS = (
    ("New prompt", "prompts.new", "write a first text", "plus"),
    ("Try a change of a rule", "whatif.new", "see what it would break", "flask-conical"),
    ("Import prompts", "prompts.import", "from a file", "upload"),
    ("New ritual", "rituals.new", "a test scenario", "plus"),
    ("New chain", "chains.new", "train assistants", "route"),
    ("New curriculum", "curricula.new", "rituals in order with pass marks", "plus"),
    ("Import a ritual", "rituals.import", "promptfoo, CSV, JSON Lines", "upload"),
    ("Import a codex", "codex.import", "a rule book in Markdown", "upload"),
)


def palette(request: HttpRequest) -> HttpResponse:
    """What holds every word, in groups; a page of its own, or the results of the dialog."""
    q = request.GET.get("q", "").strip()[:MOST_CHARACTERS]
    groups = [(name, hits) for name, hits in _groups(request, q.lower().split()) if hits]
    context = {"q": q, "groups": groups, "found": sum(len(hits) for _, hits in groups)}
    return render(request, "palette.html", "components/palette_results.html", context)


def _groups(request: HttpRequest, words: list[str]) -> list[tuple[str, list[Hit]]]:
    fixed = [("Pages", _fixed(PAGES, words)), ("Actions", _fixed(ACTIONS, words))]
    return [*_things(request, words), *fixed] if words else fixed


def _things(request: HttpRequest, words: list[str]) -> list[tuple[str, list[Hit]]]:
    user, swarm = user_of(request), current_swarm(request)
    prompts = _named(visible_prompts(user, swarm), words, "slug", "title")
    clauses = _named(visible_clauses(user, swarm), words, "ref", "title")
    assistants = _named(visible_assistants(user, swarm), words, "slug", "name")
    rituals = _named(visible_rituals(user, swarm), words, "slug", "title")
    codices = _named(visible_codices(user, swarm), words, "slug", "title")
    return [
        ("Prompts", _hits(prompts, lambda row: Hit(row.slug, f"/prompts/{row.pk}", row.title, "file-text"))),
        ("Clauses", _hits(clauses, lambda row: Hit(row.title, f"/codex/clauses/{row.pk}", row.ref, "scroll-text"))),
        ("Rituals", _hits(rituals, lambda row: Hit(row.slug, f"/rituals/{row.pk}", row.title, "play"))),
        ("Assistants", _hits(assistants, lambda row: Hit(row.name, f"/prompts?assistant={row.slug}", "", "users"))),
        ("Codices", _hits(codices, lambda row: Hit(row.title, f"/codex/{row.slug}", row.slug, "book-open"))),
    ]


def _named(rows: QuerySet[Any], words: list[str], *fields: str) -> QuerySet[Any]:
    """Rows whose names hold every word."""
    for word in words:
        either = Q()
        for field in fields:
            either |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(either)
    return rows


def _hits(rows: QuerySet[Any], hit: Callable[[Any], Hit]) -> list[Hit]:
    return [hit(row) for row in rows[:MOST_EACH]]


def _fixed(entries: tuple[tuple[str, str, str, str], ...], words: list[str]) -> list[Hit]:
    return [
        Hit(name, reverse(view), note, image)
        for name, view, note, image in entries
        if all(word in f"{name} {note}".lower() for word in words)
    ]
