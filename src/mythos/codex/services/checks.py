"""Keeping the states of contracts true: after an edit of a prompt, of a clause, of a role, and when a waiver ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from mythos.codex.coverage import coverages
from mythos.codex.models import STATES, CodexClause, CodexClauseAudit, CodexContract, CodexRole, ContractClause, State
from mythos.codex.queries import affected_by, contract_in_force, live_waivers, versions_since
from mythos.codex.signals import contract_state_changed
from mythos.codex.standing import Evidence, by_check, check_expectation, fold, worst
from mythos.codex.terms import Expectation
from mythos.codex.trying import trials
from mythos.errors import NotConfigured
from mythos.prompts.models import PromptCheckpoint
from mythos.text.carrying import Carrier, judge

CHECK_JOB = "codex.check_prompt"
CLAUSE_JOB = "codex.check_clause"
Land = Callable[[], AbstractContextManager[None]]
_BATCH = 500


@dataclass(frozen=True)
class Standing:
    """What was found for a contract on one text: evidence by binding, and checks of the contract as a whole."""

    checkpoint: PromptCheckpoint
    bindings: list[ContractClause]
    evidence: dict[int, list[Evidence]]
    checks: list[dict[str, Any]]

    @property
    def states(self) -> list[tuple[ContractClause, str]]:
        """The state of every clause."""
        return [(row, fold(self.evidence[row.pk])) for row in self.bindings]

    @property
    def state(self) -> str:
        """The worst state of all."""
        return worst([*(state for _, state in self.states), *(check["state"] for check in self.checks)])


def check_prompt(*, prompt_id: int, land: Land = transaction.atomic) -> CodexContract | None:
    """Measure the contract of a prompt against its current text and store what changed; again changes nothing."""
    contract = contract_in_force(prompt_id)
    if contract is None or contract.prompt.current is None:
        with land():
            return None
    found = standing_on(contract, contract.prompt.current)
    with land():
        _store(contract, found)
    return contract


def standing_on(contract: CodexContract, checkpoint: PromptCheckpoint) -> Standing:
    """How a contract stands on one checkpoint; reads stored evidence only through the cache of coverage."""
    rows = list(contract.clauses.select_related("clause"))
    texts = pinned_texts(rows)
    expectations = [Expectation(**row) for row in contract.symbolic_expectations]
    found = trials().tried(checkpoint, _since(rows))
    checked = {
        expectation.id: check_expectation(
            expectation, checkpoint.text, checkpoint=checkpoint.version, replies=found.replies
        )
        for expectation in expectations
    }
    waived = {waiver.clause_id: waiver for waiver in live_waivers(contract.prompt)}
    carried = _text_evidence(contract, checkpoint, rows, texts)
    evidence: dict[int, list[Evidence]] = {}
    for row in rows:
        items = [carried[row.pk]]
        items += [checked[promise.id] for promise in expectations if promise.clause == row.clause.ref]
        items += found.evidence.get(row.clause.ref, [])
        items += version_evidence(row, texts)
        waiver = waived.get(row.clause_id)
        if waiver is not None:
            until = f"{waiver.owner_name} answers for it until {waiver.expires_at:%Y-%m-%d}: {waiver.reason}"
            items.append(Evidence("waiver", State.WAIVED, until))
        evidence[row.pk] = items
    return Standing(checkpoint, rows, evidence, _contract_checks(contract, checked))


def _since(rows: Iterable[ContractClause]) -> dict[str, datetime]:
    """Ref -> since when the pinned version holds: what was tried before that was tried against another rule."""
    found = {row.clause_id: row for row in rows}
    times = versions_since({(row.clause_id, row.pinned_version) for row in found.values()})
    return {found[clause].clause.ref: moment for (clause, _), moment in times.items()}


def pinned_texts(rows: Iterable[ContractClause]) -> dict[tuple[int, int], str]:
    """(clause, version) -> text, for every version of the clauses bound here."""
    ids = {row.clause_id for row in rows}
    audits = CodexClauseAudit.objects.filter(clause__in=ids).values_list("clause_id", "version", "new_version")
    return {(clause, version): text for clause, version, text in audits}


def rule_of(row: ContractClause, texts: dict[tuple[int, int], str]) -> str:
    """What the promise says: its own wording, else the clause at the pinned version."""
    return row.obligation or texts.get((row.clause_id, row.pinned_version), "")


def _text_evidence(
    contract: CodexContract,
    checkpoint: PromptCheckpoint,
    rows: Sequence[ContractClause],
    texts: dict[tuple[int, int], str],
) -> dict[int, Evidence]:
    signed = contract.checkpoint.text if contract.checkpoint else ""
    carriers = {row.pk: Carrier(rule_of(row, texts), row.anchor, signed, checkpoint.text) for row in rows}
    questions = {key: carrier.question for key, carrier in carriers.items()}
    try:
        answers = coverages(question for question in questions.values() if question is not None)
    except NotConfigured as error:
        missing = Evidence("text", State.UNTESTED, error.message, "", checkpoint.version)
        return dict.fromkeys(carriers, missing)
    evidence = {}
    for key, carrier in carriers.items():
        question = questions[key]
        found = judge(carrier, answers[question] if question else None)
        evidence[key] = Evidence("text", found.state, found.reason, found.sentence, checkpoint.version)
    return evidence


def version_evidence(row: ContractClause, texts: dict[tuple[int, int], str]) -> list[Evidence]:
    """One piece when the clause has moved on since it was pinned, else none."""
    clause = row.clause
    if clause.status == CodexClause.Status.RETIRED and clause.accepted_version == clause.version:
        return [Evidence("version", State.STALE, f"The rule was retired; v{row.pinned_version} is signed.")]
    newer = texts.get((row.clause_id, clause.accepted_version), "")
    if clause.accepted_version <= row.pinned_version or newer == texts.get((row.clause_id, row.pinned_version)):
        return []
    return [Evidence("version", State.STALE, f"v{row.pinned_version} is signed, v{clause.accepted_version} in force.")]


def _contract_checks(contract: CodexContract, checked: Mapping[str, Evidence]) -> list[dict[str, Any]]:
    checks = [{"id": name} | evidence.as_dict() for name, evidence in checked.items()]
    names = [row["role"] for row in contract.inherited_roles]
    newest = CodexRole.objects.filter(swarm=contract.prompt.swarm_id, name__in=names, is_newest=True) if names else []
    versions = {role.name: role.version for role in newest}
    for row in contract.inherited_roles:
        newer = versions.get(row["role"], row["version"])
        if newer > row["version"]:
            text = f"The role {row['role']} is at v{newer}; v{row['version']} is signed."
            checks.append({"id": ""} | Evidence(f"role:{row['role']}", State.STALE, text).as_dict())
    return checks


def _store(contract: CodexContract, found: Standing) -> None:
    """Write what changed, unless the contract was superseded while it was measured."""
    locked = CodexContract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if locked.status != CodexContract.Status.IN_FORCE:
        return
    now = timezone.now()
    changed = [row for row in found.bindings if _write(row, found.evidence[row.pk], found.checkpoint.pk, now)]
    _save(changed)
    is_new = locked.checks != found.checks or locked.checked_checkpoint_id != found.checkpoint.pk
    if changed or is_new:
        locked.checks, locked.checked_checkpoint = found.checks, found.checkpoint
        _tally([locked])


def _write(row: ContractClause, evidence: list[Evidence], checkpoint_id: int | None, now: Any) -> bool:
    before = (row.state, row.evidence, row.checked_checkpoint_id)
    row.state, row.evidence = fold(evidence), [item.as_dict() for item in evidence]
    row.checked_checkpoint_id = checkpoint_id
    if before == (row.state, row.evidence, row.checked_checkpoint_id):
        return False
    row.checked_at = now
    return True


def _save(rows: list[ContractClause]) -> None:
    # One small statement a row: a bulk update of a thousand rows is one huge CASE that takes many times as long.
    for row in rows:
        ContractClause.objects.filter(pk=row.pk).update(
            state=row.state,
            evidence=row.evidence,
            checked_checkpoint=row.checked_checkpoint_id,
            checked_at=row.checked_at,
        )


def _tally(contracts: Sequence[CodexContract]) -> None:
    """Counts and state of contracts from their rows."""
    counts: dict[int, dict[str, int]] = {contract.pk: dict.fromkeys(STATES, 0) for contract in contracts}
    for start in range(0, len(contracts), _BATCH):
        rows = ContractClause.objects.filter(contract__in=contracts[start : start + _BATCH])
        for contract_id, state, number in rows.values_list("contract_id", "state").annotate(number=Count("id")):
            counts[contract_id][state] = number
    for contract in contracts:
        found = [state for state, number in counts[contract.pk].items() if number]
        contract.counts, before = counts[contract.pk], contract.state
        contract.state = worst([*found, *(check["state"] for check in contract.checks)])
        if contract.state != before:
            news = {"contract_id": contract.pk, "before": before, "after": contract.state}
            transaction.on_commit(partial(contract_state_changed.send_robust, CodexContract, **news))
        contract.checked_at = timezone.now()
        contract.save(update_fields=["counts", "state", "checks", "checked_checkpoint", "checked_at"])


def check_clause(*, clause_id: int, land: Land = transaction.atomic) -> int:
    """Say on every promise about a clause whether it moved on; touches nothing else. How many rows changed."""
    rows = list(affected_by([clause_id]).select_related("clause"))
    texts = pinned_texts(rows)
    now = timezone.now()
    changed = []
    for row in rows:
        kept = [item for item in by_check(row.evidence) if item.check != "version"]
        waiver = [item for item in kept if item.check == "waiver"]
        evidence = [item for item in kept if item.check != "waiver"] + version_evidence(row, texts) + waiver
        if _write(row, evidence, row.checked_checkpoint_id, now):
            changed.append(row)
    with land():
        _save(changed)
        contracts = {row.contract_id for row in changed}
        _tally(list(CodexContract.objects.select_for_update().filter(pk__in=contracts)))
    return len(changed)


def contracts_with_role(swarm_id: int, name: str) -> list[int]:
    """Prompts whose contract in force inherits a role."""
    rows = CodexContract.objects.filter(prompt__swarm=swarm_id, status=CodexContract.Status.IN_FORCE)
    found = rows.values_list("prompt_id", "inherited_roles").iterator(chunk_size=1000)
    return [prompt_id for prompt_id, roles in found if any(role["role"] == name for role in roles)]
