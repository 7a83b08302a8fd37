"""Questions about contracts, roles and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.codex.models import (
    STATES,
    ClauseWaiver,
    Codex,
    CodexClause,
    CodexClauseAudit,
    CodexContract,
    CodexRole,
    ContractClause,
    State,
)
from mythos.codex.queries.rules import waiting_versions
from mythos.codex.terms import Expectation
from mythos.errors import NotFound
from mythos.prompts.models import Prompt
from mythos.prompts.queries import visible_prompts
from mythos.text.diff import DiffSpan, word_diff

SOON = timedelta(days=7)
PAGE = 40


@dataclass(frozen=True)
class Binding:
    """One obligation of a contract as a page shows it; the diff is from the pinned version to the one in force."""

    row: ContractClause
    clause: CodexClause
    evidence: list[dict[str, Any]]
    diff: list[DiffSpan]
    proposed_version: int | None
    waiver: ClauseWaiver | None

    @property
    def deciding(self) -> list[dict[str, Any]]:
        """The evidence that made the state, or the best there is."""
        decisive = [item for item in self.evidence if item["state"] == self.row.state]
        return decisive or self.evidence


@dataclass(frozen=True)
class RoleNode:
    """One inherited role in the tree, with how deep it stands and how many clauses it brings."""

    name: str
    version: int
    depth: int
    clauses: int
    newer: int | None


@dataclass(frozen=True)
class ContractCard:
    """A contract with everything a person needs to judge it; `bindings` is one page, worst first."""

    prompt: Prompt
    contract: CodexContract
    bindings: list[Binding]
    total: int
    start: int
    roles: list[RoleNode]
    expectations: list[tuple[Expectation, dict[str, Any] | None]]
    waivers: list[ClauseWaiver]
    own_clauses: int

    @property
    def counts(self) -> list[tuple[str, int]]:
        """State -> how many clauses, worst first."""
        return [(state, self.contract.counts.get(state, 0)) for state in STATES]

    @property
    def next_start(self) -> int | None:
        """Where the next page of obligations begins."""
        following = self.start + len(self.bindings)
        return following if following < self.total else None


def _rank(field: str) -> Case:
    whens = [When(**{field: state}, then=Value(rank)) for rank, state in enumerate(STATES)]
    return Case(*whens, default=Value(len(STATES)), output_field=IntegerField())


def visible_contracts(actor: Actor, swarm: Swarm | None = None, *, state: str = "") -> QuerySet[CodexContract]:
    """Contracts in force, worst first."""
    found = CodexContract.objects.filter(
        prompt__swarm__in=swarms_of(actor), status=CodexContract.Status.IN_FORCE
    ).annotate(rank=_rank("state"))
    if swarm is not None:
        found = found.filter(prompt__swarm=swarm)
    if state:
        found = found.filter(state=state)
    return found.select_related("prompt", "prompt__assistant", "prompt__current", "signer").order_by(
        "rank", "prompt__slug", "id"
    )


def state_counts(actor: Actor, swarm: Swarm) -> dict[str, int]:
    """State -> how many contracts in force; every state is present."""
    rows = (
        CodexContract.objects.filter(
            prompt__swarm=swarm, prompt__swarm__in=swarms_of(actor), status=CodexContract.Status.IN_FORCE
        )
        .values_list("state")
        .annotate(number=Count("id"))
    )
    found = dict(rows)
    return {state: found.get(state, 0) for state in STATES}


def contract_history(actor: Actor, prompt: Prompt) -> QuerySet[CodexContract]:
    """Every version of a prompt's contract, newest first, drafts included."""
    found = CodexContract.objects.filter(prompt=prompt, prompt__swarm__in=swarms_of(actor))
    return found.select_related("signer", "checkpoint", "checked_checkpoint").order_by("-version")


def contract_in_force(prompt_id: int) -> CodexContract | None:
    """The contract of a prompt that binds it now."""
    found = CodexContract.objects.filter(prompt_id=prompt_id, status=CodexContract.Status.IN_FORCE)
    return found.select_related("prompt__swarm", "prompt__current", "checkpoint").first()


def contract_of(actor: Actor, prompt: Prompt) -> CodexContract | None:
    """The contract in force, else the draft a fork inherited, else None."""
    rows = contract_history(actor, prompt).exclude(status=CodexContract.Status.SUPERSEDED)
    return sorted(rows, key=lambda row: row.status != CodexContract.Status.IN_FORCE)[0] if rows else None


def get_contract(actor: Actor, prompt: Prompt, version: int | None = None) -> CodexContract:
    """One version of a prompt's contract (the one in force unless named), or NotFound."""
    found = (
        contract_of(actor, prompt)
        if version is None
        else contract_history(actor, prompt).filter(version=version).first()
    )
    if found is None:
        what = "contract" if version is None else f"contract version {version}"
        raise NotFound(f"{prompt.slug} has no {what}.", hint="Sign one: `mythos contract suggest` shows what fits.")
    return found


def contract_card(
    actor: Actor, prompt: Prompt, *, version: int | None = None, start: int = 0, by_role: bool = False
) -> ContractCard:
    """The contract card of a prompt; a constant number of queries whatever its size."""
    contract = get_contract(actor, prompt, version)
    rows = contract.clauses.select_related("clause", "clause__codex", "checked_checkpoint").annotate(
        rank=_rank("state")
    )
    order = ("role_path", "position", "id") if by_role else ("rank", "position", "id")
    page = list(rows.order_by(*order)[start : start + PAGE])
    waivers = list(live_waivers(prompt))
    results = {item["id"]: item for item in contract.checks if item.get("id")}
    expectations = [Expectation(**row) for row in contract.symbolic_expectations]
    return ContractCard(
        prompt=prompt,
        contract=contract,
        bindings=_bindings(page, {waiver.clause_id: waiver for waiver in waivers}),
        total=0 if contract.status == CodexContract.Status.DRAFT else len(contract.codex_clauses),
        start=start,
        roles=_role_tree(prompt.swarm, contract),
        expectations=[(expectation, results.get(expectation.id)) for expectation in expectations],
        waivers=waivers,
        own_clauses=sum(term["origin"] == "own" for term in contract.codex_clauses),
    )


def _bindings(rows: Sequence[ContractClause], waivers: dict[int, ClauseWaiver]) -> list[Binding]:
    stale = [row for row in rows if row.clause.accepted_version != row.pinned_version]
    texts = {
        (audit.clause_id, audit.version): audit.new_version
        for audit in CodexClauseAudit.objects.filter(clause__in=[row.clause_id for row in stale])
    }
    waiting = waiting_versions([row.clause_id for row in rows])
    return [
        Binding(
            row=row,
            clause=row.clause,
            evidence=row.evidence,
            diff=word_diff(
                texts.get((row.clause_id, row.pinned_version), ""),
                texts.get((row.clause_id, row.clause.accepted_version), ""),
            )
            if row in stale
            else [],
            proposed_version=waiting.get(row.clause_id),
            waiver=waivers.get(row.clause_id),
        )
        for row in rows
    ]


def _role_tree(swarm: Swarm, contract: CodexContract) -> list[RoleNode]:
    names = [row["role"] for row in contract.inherited_roles]
    newest = dict(CodexRole.objects.filter(swarm=swarm, name__in=names, is_newest=True).values_list("name", "version"))
    per_path: dict[str, int] = {}
    for term in contract.codex_clauses:
        per_path[term["path"]] = per_path.get(term["path"], 0) + 1
    return [
        RoleNode(
            name=row["role"],
            version=row["version"],
            depth=row["path"].count("/") + 1,
            clauses=per_path.get(row["path"], 0),
            newer=newest[row["role"]] if newest.get(row["role"], 0) > row["version"] else None,
        )
        for row in contract.inherited_roles
    ]


def live_waivers(prompt: Prompt) -> QuerySet[ClauseWaiver]:
    """Waivers of a prompt that hold today."""
    found = ClauseWaiver.objects.filter(prompt=prompt, revoked_at=None, expires_at__gt=timezone.now())
    return found.select_related("clause", "owner")


def expiring_waivers(actor: Actor, swarm: Swarm) -> QuerySet[ClauseWaiver]:
    """Waivers that end within a week, the nearest first."""
    now = timezone.now()
    found = ClauseWaiver.objects.filter(
        prompt__swarm=swarm,
        prompt__swarm__in=swarms_of(actor),
        revoked_at=None,
        expires_at__gt=now,
        expires_at__lt=now + SOON,
    )
    return found.select_related("prompt", "clause", "owner")


def visible_roles(actor: Actor, swarm: Swarm) -> QuerySet[CodexRole]:
    """Roles of a swarm in force."""
    return CodexRole.objects.filter(swarm=swarm, swarm__in=swarms_of(actor), is_newest=True)


def get_role(actor: Actor, swarm: Swarm, name: str, version: int | None = None) -> CodexRole:
    """One role, the version in force unless named, or NotFound."""
    rows = CodexRole.objects.filter(swarm=swarm, swarm__in=swarms_of(actor), name=name)
    role = (rows.filter(is_newest=True) if version is None else rows.filter(version=version)).first()
    if role is None:
        raise NotFound(f"There is no role {name!r}.", fields={"role": "Unknown role."})
    return role


def role_history(actor: Actor, swarm: Swarm, name: str) -> QuerySet[CodexRole]:
    """Every version of a role, newest first."""
    return CodexRole.objects.filter(swarm=swarm, swarm__in=swarms_of(actor), name=name).order_by("-version")


def codex_gaps(actor: Actor, codex: Codex) -> tuple[QuerySet[Prompt], QuerySet[CodexClause]]:
    """The prompts that no contract binds, and the clauses in force that no contract carries."""
    in_force = CodexContract.objects.filter(prompt=OuterRef("pk"), status=CodexContract.Status.IN_FORCE)
    unbound = visible_prompts(actor, codex.swarm).filter(~Exists(in_force))
    bound = ContractClause.objects.filter(clause=OuterRef("pk"), is_live=True)
    uncarried = CodexClause.objects.filter(
        ~Exists(bound), codex=codex, codex__swarm__in=swarms_of(actor), status=CodexClause.Status.ACTIVE
    )
    return unbound.order_by("slug"), uncarried.select_related("codex").order_by("position", "id")


def affected_by(clause_ids: Iterable[int]) -> QuerySet[ContractClause]:
    """Promises of contracts in force about these clauses."""
    found = ContractClause.objects.filter(Q(clause__in=list(clause_ids)), is_live=True)
    return found.select_related("contract", "contract__prompt", "contract__prompt__current", "contract__checkpoint")


BLOCKED_BY: dict[str, tuple[str, ...]] = {
    CodexContract.Type.STRICT: (State.BREACHED, State.STALE, State.UNTESTED),
    CodexContract.Type.GUARDED: (State.BREACHED,),
    CodexContract.Type.ADVISORY: (),
}
