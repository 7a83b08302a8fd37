"""Signing contracts: each signature is a new version, the newest is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import transaction

from mythos.accounts.actors import SYSTEM, Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.codex.coverage import coverages
from mythos.codex.inheritance import newest_roles, resolve
from mythos.codex.models import CodexClause, CodexClauseAudit, CodexContract, ContractClause
from mythos.codex.services.checks import check_prompt
from mythos.codex.signals import contract_signed
from mythos.codex.terms import ClauseTerm, Terms, read_expectations
from mythos.errors import Invalid, Stale
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.text.compare import compare

Status = CodexContract.Status
MOST_CLAUSES = 5000
Key = tuple[str, str]


def sign_contract(
    *,
    actor: Actor,
    prompt_id: int,
    base: int,
    type: str = CodexContract.Type.GUARDED,
    clauses: Sequence[Mapping[str, Any]] = (),
    expectations: Sequence[Mapping[str, Any]] = (),
    roles: Sequence[str] = (),
    reason: str = "",
) -> CodexContract:
    """Sign what a prompt promises, on top of contract version `base` (0 when it has none).

    A clause is {"ref", "codex"?, "version"?, "obligation"?}; the version is the one in force unless it is named.
    Signing the same terms on the same text again writes nothing.
    """
    prompt = get_prompt(actor, prompt_id)
    require(actor, "contracts.sign", prompt)
    if type not in CodexContract.Type.values:
        known = ", ".join(CodexContract.Type.values)
        raise Invalid("The contract cannot be signed.", fields={"type": f"One of {known}."})
    role_terms, inherited = resolve(list(roles), newest_roles(prompt.swarm))
    own = [_own_term(row, number) for number, row in enumerate(clauses, start=1)]
    rows = _clause_rows(prompt, [*own, *inherited])
    own = [_pinned(term, rows) for term in own]
    terms_of = {(term.codex, term.ref): term for term in inherited}
    for term in own:
        key = (term.codex, term.ref)
        if key in terms_of:
            _refuse_loosening(term, terms_of[key], rows[key])
        terms_of[key] = term
    terms = Terms(
        type=type,
        clauses=list(terms_of.values()),
        expectations=read_expectations(expectations, [term.ref for term in terms_of.values()]),
        roles=role_terms,
    )
    if not terms.clauses and not terms.expectations:
        raise Invalid(
            "A contract promises something.", fields={"clauses": "Choose a clause, a role or an expectation."}
        )
    if len(terms.clauses) > MOST_CLAUSES:
        raise Invalid("The contract is too large.", fields={"clauses": f"At most {MOST_CLAUSES}."})
    contract = _write(actor, prompt, base, terms, rows, reason)
    check_prompt(prompt_id=prompt.pk)
    contract.refresh_from_db()
    return contract


def inherit_contract(*, prompt_id: int) -> CodexContract | None:
    """Give a fork the terms of its parent's contract as a draft; once, and only while it has none of its own."""
    prompt = get_prompt(SYSTEM, prompt_id)
    if prompt.parent_id is None or prompt.contracts.exists():
        return None
    parent = CodexContract.objects.filter(prompt=prompt.parent_id, status=Status.IN_FORCE).first()
    if parent is None:
        return None
    with transaction.atomic():
        Prompt.objects.select_for_update(of=("self",)).get(pk=prompt.pk)
        if prompt.contracts.exists():
            return None
        return CodexContract.objects.create(
            prompt=prompt,
            version=1,
            status=Status.DRAFT,
            type=parent.type,
            codex_clauses=parent.codex_clauses,
            symbolic_expectations=parent.symbolic_expectations,
            inherited_roles=parent.inherited_roles,
            fingerprint=parent.fingerprint,
            reason=f"Inherited from {parent.prompt.slug} contract v{parent.version}",
        )


def _own_term(row: Mapping[str, Any], number: int) -> ClauseTerm:
    ref = str(row.get("ref") or "").strip()
    version = row.get("version") or 0
    if not ref or isinstance(version, bool) or not isinstance(version, int):
        raise Invalid(
            "The contract cannot be signed.", fields={f"clauses.{number}": "A clause has a ref and a whole version."}
        )
    return ClauseTerm(str(row.get("codex") or ""), ref, version, str(row.get("obligation") or "").strip())


def _clause_rows(prompt: Prompt, terms: Sequence[ClauseTerm]) -> dict[Key, CodexClause]:
    """(codex, ref) -> clause, also under an empty codex where the ref is unique."""
    found = CodexClause.objects.filter(codex__swarm=prompt.swarm_id, ref__in={term.ref for term in terms})
    rows: dict[Key, CodexClause] = {}
    ambiguous = set()
    for clause in found.select_related("codex"):
        rows[clause.codex.slug, clause.ref] = clause
        if ("", clause.ref) in rows:
            ambiguous.add(clause.ref)
        rows["", clause.ref] = clause
    for ref in ambiguous:
        del rows["", ref]
    fields = {}
    for term in terms:
        found_clause = rows.get((term.codex, term.ref))
        if found_clause is None:
            several = term.ref in ambiguous and not term.codex
            fields[f"clauses.{term.ref}"] = "In two codices: say which." if several else "There is no such clause."
        elif found_clause.status == CodexClause.Status.RETIRED:
            fields[f"clauses.{term.ref}"] = "The clause is retired; nothing can be signed against it."
        elif term.version > found_clause.accepted_version:
            fields[f"clauses.{term.ref}"] = f"Version {term.version} is not in force."
    if fields:
        raise Invalid("; ".join(f"{key}: {text}" for key, text in fields.items()), fields=fields)
    return rows


def _pinned(term: ClauseTerm, rows: Mapping[Key, CodexClause]) -> ClauseTerm:
    clause = rows[term.codex, term.ref]
    return replace(term, codex=clause.codex.slug, version=term.version or clause.accepted_version)


def _refuse_loosening(own: ClauseTerm, inherited: ClauseTerm, clause: CodexClause) -> None:
    where = f"clauses.{own.ref}"
    if own.version < inherited.version:
        why = f"The role {inherited.path} pins version {inherited.version}; an older one would loosen it."
        raise Invalid(f"{own.ref}: {why}", fields={where: why})
    theirs, ours = (_text(term, clause) for term in (inherited, own))
    found = compare(theirs, ours)
    if found.is_regression:
        first = found.findings[0].reason if found.findings else "It says less."
        why = f"A contract may tighten what it inherits from {inherited.path}, never loosen it. {first}"
        raise Invalid(f"{own.ref}: {why}", fields={where: why})


def _text(term: ClauseTerm, clause: CodexClause) -> str:
    if term.obligation:
        return term.obligation
    version = term.version or clause.accepted_version
    text: str = CodexClauseAudit.objects.get(clause=clause, version=version).new_version
    return text


def _write(
    actor: Actor, prompt: Prompt, base: int, terms: Terms, rows: Mapping[Key, CodexClause], reason: str
) -> CodexContract:
    assert prompt.current is not None
    anchors = _anchors(prompt.current.text, terms, rows)
    with transaction.atomic():
        Prompt.objects.select_for_update(of=("self",)).get(pk=prompt.pk)
        newest = prompt.contracts.order_by("-version").first()
        current = newest.version if newest else 0
        if current != base:
            raise Stale(
                f"The contract of {prompt.slug} is at version {current}, not {base}.",
                hint="Look at the newer contract, then sign on top of it.",
                data={"base": base, "current_version": current},
            )
        same_terms = newest and newest.status == Status.IN_FORCE and newest.fingerprint == terms.fingerprint
        if newest and same_terms and newest.checkpoint_id == prompt.current_id:
            return newest
        prompt.contracts.exclude(status=Status.SUPERSEDED).update(status=Status.SUPERSEDED)
        ContractClause.objects.filter(contract__prompt=prompt, is_live=True).update(is_live=False)
        contract = CodexContract.objects.create(
            prompt=prompt,
            version=current + 1,
            status=Status.IN_FORCE,
            type=terms.type,
            fingerprint=terms.fingerprint,
            checkpoint=prompt.current,
            signer=person(actor),
            signer_name=actor_name(actor),
            reason=reason.strip(),
            **terms.as_json(),
        )
        ContractClause.objects.bulk_create(
            [
                ContractClause(
                    contract=contract,
                    clause=rows[term.codex, term.ref],
                    position=position,
                    pinned_version=term.version,
                    obligation=term.obligation,
                    origin=term.origin,
                    role_path=term.path,
                    anchor=anchors.get((term.codex, term.ref), ""),
                )
                for position, term in enumerate(terms.clauses)
            ],
            batch_size=500,
        )
        transaction.on_commit(partial(contract_signed.send_robust, CodexContract, contract_id=contract.pk))
    return contract


def _anchors(text: str, terms: Terms, rows: Mapping[Key, CodexClause]) -> dict[Key, str]:
    """The sentence of the prompt that surely carries each clause today."""
    ids = {rows[term.codex, term.ref].pk for term in terms.clauses}
    audits = CodexClauseAudit.objects.filter(clause__in=ids).values_list("clause_id", "version", "new_version")
    texts = {(clause, version): rule for clause, version, rule in audits}
    questions = {
        (term.codex, term.ref): (term.obligation or texts[rows[term.codex, term.ref].pk, term.version], text)
        for term in terms.clauses
    }
    answers = coverages(questions.values())
    return {
        key: answers[question].sentence for key, question in questions.items() if answers[question].state == "carried"
    }
