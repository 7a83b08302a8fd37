"""What surrounds the prompts of a package (rules, roles, contracts, rituals), put in place by the verbs people use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.codex.coverage import coverages
from mythos.codex.models import Codex, CodexProposal
from mythos.codex.services import Rule, adopt_clauses, adopt_role, propose_change, sign_contract
from mythos.formats.bundle import Bundle
from mythos.formats.bundle.document import ContractEntry, RitualEntry
from mythos.formats.rituals import CaseRecord
from mythos.packages.plan import Work
from mythos.prompts.models import Prompt
from mythos.rituals.models import Ritual
from mythos.rituals.services import create_ritual, set_cases

WRITES = ("new", "changed")


def _rows(work: Work, kind: str) -> set[str]:
    """The names of a kind that are to be written."""
    return {
        row.name
        for row in work.plan.rows
        if row.kind == kind and (row.action in WRITES or (row.action == "conflict" and row.chosen == "theirs"))
    }


def install_clauses(actor: Actor, swarm: Swarm, bundle: Bundle, work: Work, reason: str) -> list[str]:
    """Add the clauses the swarm lacks; their names."""
    names = _rows(work, "clause")
    for codex in bundle.codices():
        rules = [
            Rule(
                clause.ref,
                clause.title,
                clause.severity,
                clause.tags,
                [(row["text"], row["authority"]) for row in clause.versions],
            )
            for clause in codex.clauses
            if f"{codex.slug}/{clause.ref}" in names
        ]
        if rules:
            adopt_clauses(
                actor=actor, swarm=swarm, codex_slug=codex.slug, title=codex.title, rules=rules, reason=reason
            )
    return sorted(names)


def propose_clauses(actor: Actor, swarm: Swarm, bundle: Bundle, work: Work) -> dict[str, int]:
    """Ask the swarm's reviewers for their wording where that was chosen; name of the clause -> the proposal.

    Nothing is in force by this: contracts are held against the swarm's own wording until somebody accepts.
    """
    asked = {row.name for row in work.plan.rows if row.kind == "clause" and row.chosen == "propose"}
    found: dict[str, int] = {}
    for entry in bundle.codices():
        wanted = [clause for clause in entry.clauses if f"{entry.slug}/{clause.ref}" in asked]
        if not wanted:
            continue
        edits = [
            {"ref": clause.ref, "text": newest["text"], "authority": newest["authority"] or None}
            for clause in wanted
            for newest in clause.versions[-1:]
        ]
        codex = Codex.objects.get(swarm=swarm, slug=entry.slug)
        proposal = _open_proposal(codex, edits) or propose_change(
            actor=actor, codex=codex, edits=edits, title=f"As in {bundle.about.name} {bundle.about.version}"
        )
        found |= {f"{entry.slug}/{clause.ref}": proposal.pk for clause in wanted}
    return found


def _open_proposal(codex: Codex, edits: list[dict[str, Any]]) -> CodexProposal | None:
    """One that asks for the same and is not decided."""
    wanted = {edit["ref"]: edit["text"] for edit in edits}
    undecided = [CodexProposal.Status.PENDING, CodexProposal.Status.READY]
    rows = CodexProposal.objects.filter(codex=codex, status__in=undecided, document="")
    return next((row for row in rows if {edit["ref"]: edit["text"] for edit in row.edits} == wanted), None)


def install_roles(actor: Actor, swarm: Swarm, bundle: Bundle, work: Work) -> list[str]:
    """Add the roles the swarm lacks; their names."""
    names = _rows(work, "role")
    for role in bundle.roles():
        if role.name in names:
            adopt_role(
                actor=actor,
                swarm=swarm,
                name=role.name,
                version=role.version,
                title=role.title,
                description=role.description,
                clauses=role.clauses,
                includes=role.includes,
            )
    return sorted(names)


def _to_sign(bundle: Bundle, work: Work) -> Iterator[ContractEntry]:
    names = _rows(work, "contract")
    return (entry for entry in bundle.contracts() if entry.prompt in names)


def warm_up(bundle: Bundle, work: Work) -> None:
    """Answer how each text stands to its clauses before the transaction; signing finds the answers kept."""
    wanted = {entry.prompt: entry for entry in _to_sign(bundle, work)}
    if not wanted:
        return
    texts = {
        (codex.slug, clause.ref, row["version"]): row["text"]
        for codex in bundle.codices()
        for clause in codex.clauses
        for row in clause.versions
    }
    coverages(
        (term["obligation"] or texts[term["codex"], term["ref"], term["version"]], prompt.head.text)
        for prompt in bundle.prompts()
        if prompt.slug in wanted
        for term in wanted[prompt.slug].clauses
    )


def install_contracts(actor: Actor, swarm: Swarm, bundle: Bundle, work: Work, reason: str) -> dict[str, dict[str, Any]]:
    """Sign each contract here, against the clauses of this swarm; what was claimed beside how it stands here."""
    claims = dict(work.installed.claims.get("contracts", {})) if work.installed else {}
    entries = list(_to_sign(bundle, work))
    rows = Prompt.objects.filter(swarm=swarm, slug__in=[entry.prompt for entry in entries])
    prompts = {row.slug: row for row in rows.select_related("swarm", "current")}
    for entry in entries:
        prompt = prompts[entry.prompt]
        last = prompt.contracts.order_by("-version").first()
        contract = sign_contract(
            actor=actor,
            prompt_id=prompt.pk,
            base=last.version if last else 0,
            type=entry.type,
            clauses=[
                {
                    **term,
                    "version": work.pinned[term["codex"], term["ref"]] if _differs(work, term) else term["version"],
                }
                for term in entry.clauses
                if term["origin"] == "own"
            ],
            expectations=entry.expectations,
            roles=[role["role"] for role in entry.roles if "/" not in role["path"]],
            reason=f"{reason}; signed there by {entry.signer or 'nobody'}",
        )
        claims[entry.prompt] = {
            "fingerprint": entry.fingerprint,
            "state": entry.state,
            "here": contract.fingerprint,
            "state_here": contract.state,
        }
    return claims


def _differs(work: Work, term: Any) -> bool:
    """Whether this swarm had the clause before, under a version of its own."""
    return work.clauses[term["codex"], term["ref"]] != "new"


def install_rituals(actor: Actor, swarm: Swarm, bundle: Bundle, work: Work) -> tuple[list[str], dict[str, Any]]:
    """Make the rituals or bring their cases up to date; (the names of those that were made, what was claimed)."""
    names = _rows(work, "ritual")
    made: list[str] = []
    claims: dict[str, Any] = {}
    for entry in bundle.rituals():
        if entry.slug in names:
            made += _ritual(actor, swarm, entry)
        ritual = Ritual.objects.get(swarm=swarm, slug=entry.slug)
        claims[entry.slug] = {"version": ritual.version, "results": list(entry.results)}
    return made, claims


def _ritual(actor: Actor, swarm: Swarm, entry: RitualEntry) -> list[str]:
    cases = [CaseRecord(**case) for case in entry.cases]
    held = Ritual.objects.filter(swarm=swarm, slug=entry.slug).first()
    if held is not None:
        set_cases(actor=actor, ritual_id=held.pk, cases=cases, strict=False)
        return []
    create_ritual(
        actor=actor,
        swarm=swarm,
        slug=entry.slug,
        title=entry.title,
        type=entry.type,
        description=entry.description,
        tags=entry.tags,
        prompt=Prompt.objects.filter(swarm=swarm, slug=entry.prompt).first() if entry.prompt else None,
        template=[dict(turn) for turn in entry.template],
        origin=dict(entry.origin),
        cases=cases,
        strict=False,
    )
    return [entry.slug]
