"""What a model may do here. Each tool is one call to a service or query; none moves a label, deletes or overrides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from mythos.accounts.models import ApiToken
from mythos.accounts.permissions import require
from mythos.assistants.queries import get_assistant
from mythos.codex.exporting import contract_document
from mythos.errors import Invalid, NotFound
from mythos.market.queries.listings import SORTS, TABS, ListingQuery, listing_page
from mythos.market.reporting import listing_document
from mythos.mentorship.ranking import MOST_RANKED, rank_mentors
from mythos.mentorship.reporting import ranking_document
from mythos.prompts.limits import limited
from mythos.prompts.queries import checkpoint_of, get_prompt, visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.search import search
from mythos.prompts.services import revise_prompt
from mythos.rituals.affected import standing_of_rituals
from mythos.rituals.services import start_run
from mythos.storable import refuse_unstorable
from mythos.text.compare import compare
from mythos.training.queries import get_chain, visible_chains
from mythos.training.reporting import chain_document, chain_report

Arguments = Mapping[str, Any]
MOST_FOUND = 50
_TEXT = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by name; `properties` are JSON schemas, and no other argument is taken."""

    name: str
    description: str
    properties: Mapping[str, Any]
    required: tuple[str, ...]
    reads_only: bool
    run: Callable[[ApiToken, Arguments], dict[str, Any]]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments."""
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.required),
            "additionalProperties": False,
        }


def call(actor: ApiToken, name: str, arguments: Arguments) -> dict[str, Any]:
    """Run a tool; Invalid when the arguments do not fit its schema, or are no text."""
    tool = TOOLS.get(name)
    if tool is None:
        raise NotFound(f"There is no tool {name!r}.", hint=f"One of {', '.join(TOOLS)}.")
    refuse_unstorable(dict(arguments))
    problems = list(Draft202012Validator(tool.schema).iter_errors(dict(arguments)))
    if problems:
        fields = {".".join(map(str, problem.absolute_path)) or "arguments": problem.message for problem in problems}
        raise Invalid(f"The arguments of {name} are wrong.", fields=fields)
    return tool.run(actor, arguments)


def _search(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    limit = given.get("limit", 10)
    with limited():
        parts = read_query(given["query"], actor.swarm)
        rows = list(search(visible_checkpoints(actor, actor.swarm), parts).rows[:limit])
    return {
        "checkpoints": [
            {
                "prompt": row.slug,
                "version": row.version,
                "labels": [label.name for label in row.labels.all()],
                "tokens": row.token_count,
                "tone": row.tone_type,
                "begins": row.text[:200],
            }
            for row in rows
        ]
    }


def _compare(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    if ("prompt" in given) == ("old" in given and "new" in given):
        raise Invalid("Give two texts, or a prompt and two versions.", fields={"arguments": "One of the two."})
    if "prompt" not in given:
        return compare(given["old"], given["new"]).as_dict()
    if "old_version" not in given:
        raise Invalid("Which versions?", fields={"old_version": "Needed with a prompt."})
    prompt = get_prompt(actor, given["prompt"], actor.swarm)
    old = checkpoint_of(actor, prompt, version=given["old_version"])
    new = checkpoint_of(actor, prompt, version=given.get("new_version"))
    return compare(old.text, new.text).as_dict() | {"old_version": old.version, "new_version": new.version}


def _explain_contract(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    document = contract_document(actor, get_prompt(actor, given["prompt"], actor.swarm))
    if given.get("all"):
        return document
    # The worst stand first; what is kept needs no explanation.
    open_ones = [row for row in document["obligations"] if row["state"] != "kept"]
    return document | {"obligations": open_ones, "kept": len(document["obligations"]) - len(open_ones)}


def _propose_revision(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    prompt = get_prompt(actor, given["prompt"], actor.swarm)
    before = checkpoint_of(actor, prompt, version=given["base"])
    made = revise_prompt(
        actor=actor,
        prompt_id=prompt.pk,
        text=given["text"],
        base=given["base"],
        reason=given["reason"],
        source="mcp",
    )
    found = compare(before.text, made.text).as_dict()
    return {"prompt": prompt.slug, "version": made.version, "labels_moved": [], "comparison": found}


def _run_affected_rituals(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    provider, model, may_start = given["provider"], given.get("model", ""), given.get("run", True)
    if may_start:
        require(actor, "rituals.run", actor.swarm)
    rows = standing_of_rituals(
        actor, actor.swarm, provider=provider, model=model, clauses=given.get("clauses", ()), run_all=False
    )
    shown = []
    for row in rows:
        told = {"ritual": row.ritual.slug, "must_run": row.must_run, "reason": row.reason}
        if row.must_run and may_start:
            run = start_run(actor=actor, ritual_id=row.ritual.pk, provider=provider, model=model, source="mcp")
            told["run"] = run.pk
        shown.append(told)
    return {"rituals": shown}


def _rank_mentors(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    mentee = get_assistant(actor, given["assistant"], actor.swarm)
    return ranking_document(rank_mentors(actor, mentee, most=given.get("limit", 5)))


def _find_curricula(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    query = ListingQuery(q=given.get("query", ""), tab=given.get("tab", "all"), sort=given.get("sort", "month"))
    rows = listing_page(actor, query, given.get("limit", 10)).rows
    return {"listings": [listing_document(row) for row in rows]}


def _list_chains(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    rows = visible_chains(actor, actor.swarm)[: given.get("limit", 10)]
    return {"chains": [chain_document(row) for row in rows]}


def _explain_chain(actor: ApiToken, given: Arguments) -> dict[str, Any]:
    found = get_chain(actor, given["chain"])
    if found.swarm_id != actor.swarm_id:
        raise NotFound(f"There is no chain {given['chain']}.")
    report = chain_report(found)
    # Snapshots and belief by case are for programs; a model asks what was tried, what was kept and why.
    reflections = [
        {name: row[name] for name in ("step", "assistant", "reflection_notes")} for row in report["reflections"]
    ]
    steps = [
        {name: row[name] for name in ("number", "score", "belief_delta", "codex_tension")} for row in report["steps"]
    ]
    del report["belief_delta_tracker"]
    return report | {"reflections": reflections, "steps": steps}


_NUMBER = {"type": "integer", "minimum": 1}
_ALL = (
    Tool(
        "search",
        "Find saved versions of prompts. The query is that of the grid: words, tokens:>500, tone:formal, "
        "tag:@clarity+, prompt:hermes/, label:production, like:hermes/desk.",
        {"query": _TEXT, "limit": {"type": "integer", "minimum": 1, "maximum": MOST_FOUND}},
        ("query",),
        True,
        _search,
    ),
    Tool(
        "compare",
        "Say what changed in meaning between two texts, or between two versions of a prompt.",
        {"old": _TEXT, "new": _TEXT, "prompt": _TEXT, "old_version": _NUMBER, "new_version": _NUMBER},
        (),
        True,
        _compare,
    ),
    Tool(
        "explain_contract",
        "What a prompt promises, and why each promise that is not kept stands as it does.",
        {"prompt": _TEXT, "all": {"type": "boolean", "description": "Those that are kept as well."}},
        ("prompt",),
        True,
        _explain_contract,
    ),
    Tool(
        "propose_revision",
        "Save a new version of a prompt on top of `base`. No label moves: a person decides whether it is used.",
        {"prompt": _TEXT, "base": _NUMBER, "text": _TEXT, "reason": {"type": "string", "minLength": 1}},
        ("prompt", "base", "text", "reason"),
        False,
        _propose_revision,
    ),
    Tool(
        "run_affected_rituals",
        "Say which rituals a change touches, and queue those that have to run: for editors. With run=false it only "
        "says it, to viewers too.",
        {
            "provider": _TEXT,
            "model": _TEXT,
            "clauses": {"type": "array", "items": _TEXT, "description": "Refs of clauses that changed."},
            "run": {"type": "boolean"},
        },
        ("provider",),
        False,
        _run_affected_rituals,
    ),
    Tool(
        "rank_mentors",
        "Who could teach an assistant, best first, with the intervals it rests on; and whether the evidence suffices.",
        {"assistant": _TEXT, "limit": {"type": "integer", "minimum": 1, "maximum": MOST_RANKED}},
        ("assistant",),
        True,
        _rank_mentors,
    ),
    Tool(
        "find_curricula",
        "Find curricula on the market with what adopters measured: median gain, rating, counts. Buys nothing.",
        {
            "query": _TEXT,
            "tab": {"type": "string", "enum": list(TABS)},
            "sort": {"type": "string", "enum": list(SORTS)},
            "limit": {"type": "integer", "minimum": 1, "maximum": MOST_FOUND},
        },
        (),
        True,
        _find_curricula,
    ),
    Tool(
        "list_chains",
        "Training chains of the swarm, newest first: state, score before and now, calls, cost.",
        {"limit": {"type": "integer", "minimum": 1, "maximum": MOST_FOUND}},
        (),
        True,
        _list_chains,
    ),
    Tool(
        "explain_chain",
        "One training chain: each step's score, every text that was tried with why it was kept or not, what was "
        "concluded for each assistant, and what the result is worth on held-out cases. Starts nothing.",
        {"chain": _NUMBER},
        ("chain",),
        True,
        _explain_chain,
    ),
)
TOOLS = {tool.name: tool for tool in _ALL}
