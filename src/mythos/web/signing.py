"""Signing what a prompt promises: suggestions, the clauses already signed, roles, expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mythos.accounts.permissions import require
from mythos.codex import queries
from mythos.codex.models import CodexClause, CodexContract
from mythos.codex.services import Suggestion, sign_contract, suggest_clauses
from mythos.codex.services.suggesting import rules_in_force
from mythos.errors import Invalid, NotConfigured, Stale
from mythos.plugins import names
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.text.diff import DiffSpan, word_diff
from mythos.web.context import user_of
from mythos.web.contracts import lead_of, texts_of
from mythos.web.forms.contracts import (
    Key,
    TypedClause,
    TypedContract,
    TypedExpectation,
    from_contract,
    from_post,
    merged,
)
from mythos.web.htmx import is_fragment
from mythos.web.htmx import render as render_part

MOST_OPTIONS = 1000
SURE = 0.7  # cosine of the sentence and the clause
COMMON = (
    "contains", "not-contains", "contains-all", "contains-any", "regex", "not-regex", "max-tokens", "word-count",
    "language-is", "tone-is", "reading-ease", "has-variable", "keeps-clause", "is-json",
)  # fmt: skip


def _is_sure(row: Suggestion) -> bool:
    """Whether a sentence carries the clause so closely that it may be ticked unseen."""
    return row.state == "carried" and row.similarity >= SURE


@dataclass(frozen=True)
class ClauseRow:
    """A clause on the page: what was typed, what is in force, what is signed, and the sentence that carries it."""

    typed: TypedClause
    clause: CodexClause | None
    lead: str
    pinned: int
    diff: list[DiffSpan]
    suggestion: Suggestion | None
    wrong: str
    state: str = ""

    @property
    def name(self) -> str:
        """How the form names it."""
        return "/".join(part for part in self.typed.key if part)

    @property
    def group(self) -> str:
        """Which list of the page it stands in."""
        if self.pinned:
            return "signed"
        if self.suggestion is None:
            return "added"
        return "carried" if _is_sure(self.suggestion) else "near"


def sign(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """The form; a POST signs, or, for its smaller buttons, comes back with rows added or taken away."""
    user = user_of(request)
    prompt = get_prompt(user, prompt_id)
    require(user, "contracts.sign", prompt)
    contract = queries.contract_of(user, prompt)
    if request.method != "POST":
        typed = from_contract(contract)
        taken = [TypedClause(*name.rpartition("/")[::2]) for name in request.GET.getlist("take")]
        typed.clauses = merged(typed.clauses, taken)
        return _show(request, prompt, contract, typed, is_first=contract is None)
    typed = from_post(request.POST)
    if request.POST.get("step") == "add" or "remove" in request.POST:
        return _show(request, prompt, contract, typed)
    try:
        signed = sign_contract(
            actor=user,
            prompt_id=prompt.pk,
            base=typed.base,
            type=typed.type,
            clauses=typed.clause_rows(),
            expectations=typed.expectation_rows(),
            roles=typed.roles,
            reason=typed.reason,
        )
    except Invalid as error:
        return _show(request, prompt, contract, typed, {"error": error, "fields": _in_words(error, typed)}, 422)
    except Stale as error:
        typed.base = error.data["current_version"]
        newer = queries.contract_of(user, prompt)
        return _show(request, prompt, newer, typed, {"stale": error, "differs": _differs(typed, newer)}, 409)
    if signed.version == typed.base:
        messages.info(request, "These terms are already in force, so nothing was signed.")
    else:
        messages.success(request, f"Contract version {signed.version} is in force.")
    return redirect("contracts.card", prompt.pk)


def _show(
    request: HttpRequest,
    prompt: Prompt,
    contract: CodexContract | None,
    typed: TypedContract,
    extra: Mapping[str, Any] | None = None,
    status: int = 200,
    *,
    is_first: bool = False,
) -> HttpResponse:
    user, more = user_of(request), dict(extra or {})
    active = queries.visible_clauses(user, prompt.swarm).filter(status=CodexClause.Status.ACTIVE)
    # Reading a whole rule book for the first time takes a while: the page does not wait for it, a fragment does.
    waits = not is_fragment(request) and "wait" not in request.GET and active.filter(vectors=None).exists()
    suggestions: list[Suggestion] = []
    if not waits:
        try:
            suggestions = suggest_clauses(actor=user, prompt_id=prompt.pk)
        except NotConfigured as error:
            more["unsuggested"] = error
    inherited = {(term["codex"], term["ref"]) for term in _terms(contract, "role")}
    suggested = [
        TypedClause(row.clause.codex.slug, row.clause.ref, is_ticked=is_first and _is_sure(row))
        for row in suggestions
        if (row.clause.codex.slug, row.clause.ref) not in inherited
    ]
    typed.clauses = merged(typed.clauses, suggested)
    fields = more.get("fields", {})
    rows = _rows(request, prompt, contract, typed, suggestions, fields)
    context = {
        "prompt": prompt,
        "contract": contract,
        "typed": typed,
        "groups": {name: [row for row in rows if row.group == name] for name in ("signed", "carried", "near", "added")},
        "ticked": sum(row.typed.is_ticked for row in rows),
        "expectations": [
            (row, fields.get(f"expectations.{row.id}", "") if row.id else "")
            for row in [*typed.expectations, TypedExpectation()]
        ],
        "types": CodexContract.Type.values,
        "kinds": {"Often used": COMMON, "All": sorted(set(names("grader")) - set(COMMON))},
        "roles": queries.visible_roles(user, prompt.swarm),
        "options": active.values_list("codex__slug", "ref", "title")[:MOST_OPTIONS],
        "is_first": contract is None,
        "waits": waits,
        **more,
    }
    return render_part(request, "contracts/sign.html", "contracts/_suggestions.html", context, status=status)


def _rows(
    request: HttpRequest,
    prompt: Prompt,
    contract: CodexContract | None,
    typed: TypedContract,
    suggestions: Sequence[Suggestion],
    fields: Mapping[str, str],
) -> list[ClauseRow]:
    pinned: dict[Key, int] = {(term["codex"], term["ref"]): term["version"] for term in _terms(contract, "own")}
    by_key = {(row.clause.codex.slug, row.clause.ref): row for row in suggestions}
    found = queries.visible_clauses(user_of(request), prompt.swarm).filter(ref__in=[row.ref for row in typed.clauses])
    clauses: dict[Key, CodexClause] = {}
    for clause in found:
        clauses[clause.codex.slug, clause.ref] = clauses["", clause.ref] = clause
    texts = rules_in_force(list(clauses.values()))
    states = _states(contract)
    signed = texts_of(request, [clauses[key].pk for key in pinned if key in clauses])
    rows = []
    for row in typed.clauses:
        here = clauses.get(row.key)
        version = pinned.get(row.key, 0)
        text = texts.get(here.pk, "") if here else ""
        old = signed.get((here.pk, version), text) if here and version else text
        rows.append(
            ClauseRow(
                typed=row,
                clause=here,
                lead=lead_of(row.obligation or text),
                pinned=version,
                diff=word_diff(old, text) if old != text else [],
                suggestion=by_key.get(row.key),
                wrong=fields.get(f"clauses.{row.ref}", ""),
                state=states.get(here.pk, "") if here and version else "",
            )
        )
    return rows


def _states(contract: CodexContract | None) -> dict[int, str]:
    """How each promise in force stands today, by clause: the same as on the card."""
    if contract is None or contract.status != CodexContract.Status.IN_FORCE:
        return {}
    return dict(contract.clauses.filter(origin="own").values_list("clause_id", "state"))


def _terms(contract: CodexContract | None, origin: str) -> list[dict[str, Any]]:
    """What a contract binds, of its own or through roles."""
    return [term for term in contract.codex_clauses if term["origin"] == origin] if contract else []


def _in_words(error: Invalid, typed: TypedContract) -> dict[str, str]:
    """What is wrong by field; a row of the editor without a type is asked for one."""
    empty = {f"expectations.{row.id}": "Choose what to measure." for row in typed.expectations if not row.type}
    return {**error.fields, **empty}


def _differs(typed: TypedContract, newer: CodexContract | None) -> dict[str, list[str]]:
    """What the contract somebody signed meanwhile binds and the form does not, and the other way round."""
    theirs = {term["ref"] for term in newer.codex_clauses} if newer else set()
    mine = {row.ref for row in typed.clauses if row.is_ticked}
    return {"theirs": sorted(theirs - mine), "mine": sorted(mine - theirs)}
