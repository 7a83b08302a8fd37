"""What the blocks of a composition promise together: states the gate weighs, and rules that nobody carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from mythos.codex.models import CodexClause, CodexClauseAudit, CodexContract, ContractClause, State
from mythos.codex.queries import BLOCKED_BY
from mythos.codex.services.checks import standing_on
from mythos.drafts.composition import Composition, Part
from mythos.drafts.measures import carried
from mythos.prompts.models import Prompt, PromptCheckpoint

KEEPING = (State.KEPT.value, State.WAIVED.value)
MOST_RULES = 60
MOST_SUGGESTED = 2
MOST_TAGGED = 8


@dataclass(frozen=True)
class Promise:
    """How one clause of a block's contract stands on the block's checkpoint; `clause` is empty for a check."""

    part: Part
    contract: CodexContract
    clause: CodexClause | None
    name: str
    state: str
    text: str


@dataclass(frozen=True)
class Suggestion:
    """A prompt that would close a gap."""

    prompt: Prompt
    checkpoint: PromptCheckpoint


@dataclass(frozen=True)
class Gap:
    """A rule the assistant should carry and no block does; `because` says where it comes from."""

    clause: CodexClause
    because: str
    suggestions: tuple[Suggestion, ...] = ()


def promises_of(parts: Sequence[Part]) -> list[Promise]:
    """Every promise the blocks' contracts in force make, as it stands on the pinned text."""
    rows = CodexContract.objects.filter(
        prompt__in=[part.prompt.pk for part in parts], status=CodexContract.Status.IN_FORCE
    ).select_related("prompt", "checkpoint")
    contracts = {contract.prompt_id: contract for contract in rows}
    known = [row.pk for row in contracts.values() if row.checked_checkpoint_id]
    stored: dict[int, list[ContractClause]] = defaultdict(list)
    for row in ContractClause.objects.filter(contract__in=known).select_related("clause", "clause__codex"):
        stored[row.contract_id].append(row)
    found = []
    for part in parts:
        contract = contracts.get(part.prompt.pk)
        if contract is None:
            continue
        if contract.checked_checkpoint_id == part.checkpoint.pk:
            found += _stored(part, contract, stored[contract.pk])
        else:
            found += _measured(part, contract)
    return found


def _stored(part: Part, contract: CodexContract, rows: Iterable[ContractClause]) -> list[Promise]:
    promises = []
    for row in rows:
        told = next((item["text"] for item in row.evidence if item["state"] == row.state), "")
        promises.append(Promise(part, contract, row.clause, row.clause.ref, row.state, told))
    checks = [(check.get("id") or check["check"], check["state"], check["text"]) for check in contract.checks]
    return promises + [Promise(part, contract, None, name, state, text) for name, state, text in checks]


def _measured(part: Part, contract: CodexContract) -> list[Promise]:
    standing = standing_on(contract, part.checkpoint)
    promises = []
    for row, state in standing.states:
        told = next((item.text for item in standing.evidence[row.pk] if item.state == state), "")
        promises.append(Promise(part, contract, row.clause, row.clause.ref, state, told))
    checks = [(check.get("id") or check["check"], check["state"], check["text"]) for check in standing.checks]
    return promises + [Promise(part, contract, None, name, state, text) for name, state, text in checks]


def forbidden_by(contract_type: str, promises: Iterable[Promise]) -> list[Promise]:
    """Promises whose state a composition of this type may not be deployed with."""
    blocked = BLOCKED_BY[contract_type]
    return [promise for promise in promises if promise.state in blocked]


def gaps_of(
    composition: Composition, parts: Sequence[Part], promises: Sequence[Promise], until: float | None
) -> tuple[list[Gap], int]:
    """Rules that nobody carries, with prompts that would; and how many rules are still to be measured."""
    kept = {promise.clause.pk for promise in promises if promise.clause and promise.state in KEEPING}
    rules = {key: rule for key, rule in _wanted(composition, parts, promises).items() if key not in kept}
    texts = {part.sha256: part.block.text for part in parts}
    saying = _texts_in_force(clause for clause, _ in rules.values())
    gaps, waiting = [], 0
    for key, (clause, because) in list(rules.items())[:MOST_RULES]:
        carrier, is_measured = carried(saying[key], texts, until)
        waiting += not is_measured
        if carrier is None and is_measured:
            gaps.append(Gap(clause, because))
    return _with_suggestions(composition, parts, gaps), waiting


def _wanted(
    composition: Composition, parts: Sequence[Part], promises: Sequence[Promise]
) -> dict[int, tuple[CodexClause, str]]:
    """Clause -> why this assistant should carry it: contracts of its prompts, tags of the blocks, rules that block."""
    rules: dict[int, tuple[CodexClause, str]] = {}
    for promise in promises:
        if promise.clause is not None and promise.clause.status == CodexClause.Status.ACTIVE:
            rules.setdefault(promise.clause.pk, (promise.clause, f"the contract of {promise.part.prompt.slug}"))
    active = CodexClause.objects.filter(codex__swarm=composition.swarm, status=CodexClause.Status.ACTIVE)
    active = active.select_related("codex").order_by("codex_id", "position", "id")
    if composition.assistant_id is not None:
        bound = ContractClause.objects.filter(is_live=True, contract__prompt__assistant=composition.assistant_id)
        for clause in active.filter(pk__in=bound.values("clause")):
            rules.setdefault(clause.pk, (clause, "a contract of this assistant's prompts"))
    if not parts:
        return rules
    tags = {str(tag): part.prompt.slug for part in parts for tag in part.prompt.tags}
    for clause in active.filter(Q(ref__in=tags) | Q(severity=CodexClause.Severity.BLOCK)):
        because = f"a tag of {tags[clause.ref]}" if clause.ref in tags else f"{clause.codex.title}, which blocks on it"
        rules.setdefault(clause.pk, (clause, because))
    return rules


def _texts_in_force(clauses: Iterable[CodexClause]) -> dict[int, str]:
    given = list(clauses)
    texts = {clause.pk: clause.text for clause in given}
    older = {clause.pk: clause.accepted_version for clause in given if clause.accepted_version != clause.version}
    audits = CodexClauseAudit.objects.filter(clause__in=older).values_list("clause_id", "version", "new_version")
    return texts | {key: text for key, version, text in audits if older[key] == version}


def _with_suggestions(composition: Composition, parts: Sequence[Part], gaps: Sequence[Gap]) -> list[Gap]:
    if not gaps:
        return []
    inside = [part.prompt.pk for part in parts]
    bound = ContractClause.objects.filter(
        clause__in=[gap.clause.pk for gap in gaps],
        is_live=True,
        state=State.KEPT,
        contract__prompt__swarm=composition.swarm,
        contract__prompt__deleted_at=None,
    ).exclude(contract__prompt__in=inside)
    found: dict[int, list[Prompt]] = defaultdict(list)
    for row in bound.select_related("contract__prompt__current").order_by("contract__prompt__slug")[:500]:
        found[row.clause_id].append(row.contract.prompt)
    open_gaps = [gap for gap in gaps if not found[gap.clause.pk]][:MOST_TAGGED]
    for gap in open_gaps:
        tagged = Prompt.objects.filter(
            swarm=composition.swarm, deleted_at=None, tags__icontains=f'"{gap.clause.ref}"', current__isnull=False
        ).exclude(pk__in=inside)
        found[gap.clause.pk] = list(tagged.select_related("current").order_by("-updated_at")[:MOST_SUGGESTED])
    return [Gap(gap.clause, gap.because, _suggested(found, gap)) for gap in gaps]


def _suggested(found: Mapping[int, Sequence[Prompt]], gap: Gap) -> tuple[Suggestion, ...]:
    prompts = found[gap.clause.pk][:MOST_SUGGESTED]
    return tuple(Suggestion(prompt, prompt.current) for prompt in prompts if prompt.current is not None)
