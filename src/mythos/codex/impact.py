"""What a change of rules does to the contracts that bind them: the same figures before it is made and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mythos.codex.coverage import coverages
from mythos.codex.models import ContractClause, State
from mythos.codex.queries import affected_by
from mythos.codex.standing import Evidence, by_check, worst
from mythos.codex.trying import RITUAL, trials
from mythos.text.carrying import flat
from mythos.text.coverage import Coverage


@dataclass(frozen=True)
class ClauseChange:
    """One clause, what it says now and what it would say; an empty new text retires it."""

    clause_id: int
    ref: str
    old_text: str
    new_text: str


@dataclass(frozen=True)
class ImpactRow:
    """One promise about one changed clause.

    `before` is its state today, `after` once the change is in force, `if_signed` once the prompt, as it is, is
    signed to the new text and nothing has run again. `hides` says that a failure of today would be gone under the new
    text. `rituals` try the prompt out and have to run again.
    """

    prompt_id: int
    slug: str
    assistant: str
    labels: list[str]
    contract_version: int
    contract_type: str
    ref: str
    pinned_version: int
    before: str
    after: str
    if_signed: str
    sentence: str
    reason: str
    hides: bool
    runs_again: int
    rituals: list[str]


def impact_of(changes: Sequence[ClauseChange]) -> list[ImpactRow]:
    """Every promise of a contract in force about the changed clauses, worst outcome first."""
    by_clause = {change.clause_id: change for change in changes}
    bindings = list(
        affected_by(by_clause)
        .select_related("contract__prompt__assistant", "clause")
        .prefetch_related("contract__prompt__labels")
    )
    if not bindings:
        return []
    questions = {row.pk: _question(row, by_clause[row.clause_id].new_text) for row in bindings}
    answers = coverages(question for question in questions.values() if question is not None)
    rituals: dict[int, list[str]] = {}
    for ritual in trials().rituals_of({row.contract.prompt_id for row in bindings}):
        rituals.setdefault(ritual.prompt_id, []).append(ritual.slug)
    rows = []
    for row in bindings:
        question = questions[row.pk]
        answer = answers.get(question) if question else None
        rows.append(_row(row, by_clause[row.clause_id], answer, rituals.get(row.contract.prompt_id, [])))
    order = {State.BREACHED: 0, State.STALE: 1}
    rows.sort(key=lambda row: (order.get(State(row.if_signed), 2), not row.hides, row.slug, row.ref))
    return rows


def rituals_to_run(rows: Sequence[ImpactRow]) -> list[dict[str, Any]]:
    """The rituals a change touches through a contract and its prompt, those whose cases name the clause first."""
    if not rows:
        return []
    refs: dict[int, set[str]] = {}
    for row in rows:
        refs.setdefault(row.prompt_id, set()).add(row.ref)
    slugs = {row.prompt_id: row.slug for row in rows}
    found = [
        ritual.as_dict(refs[ritual.prompt_id]) | {"prompt": slugs[ritual.prompt_id]}
        for ritual in trials().rituals_of(refs)
    ]
    return sorted(found, key=lambda ritual: (-ritual["naming"], ritual["slug"]))


def totals(rows: Iterable[ImpactRow]) -> dict[str, int]:
    """How many prompts the change makes stale, breaches, leaves clean or untested, and whose failure it would hide."""
    rows = list(rows)
    prompts = {row.prompt_id for row in rows}
    breached = {row.prompt_id for row in rows if row.if_signed == State.BREACHED}
    untested = {row.prompt_id for row in rows if row.if_signed == State.UNTESTED}
    found = Counter(row.after for row in rows)
    return {
        "prompts": len(prompts),
        "promises": len(rows),
        "stale": found[State.STALE],
        "breached": len(breached),
        "clean": len(prompts - breached),
        "untested": len(untested - breached),
        "hidden": sum(row.hides for row in rows),
        "runs_again": sum(row.runs_again for row in rows),
        "rituals": len({slug for row in rows for slug in row.rituals}),
    }


def as_json(rows: Iterable[ImpactRow]) -> list[dict[str, Any]]:
    """Rows as a report stores them."""
    return [asdict(row) for row in rows]


def _question(row: ContractClause, new_text: str) -> tuple[str, str] | None:
    """The new rule and the sentence that carries the old one, or the whole prompt when none does."""
    if not new_text:
        return None
    assert row.contract.prompt.current is not None
    text = row.contract.prompt.current.text
    return new_text, row.anchor if row.anchor and flat(row.anchor) in flat(text) else text


def _row(row: ContractClause, change: ClauseChange, answer: Coverage | None, rituals: list[str]) -> ImpactRow:
    prompt = row.contract.prompt
    evidence = [item for item in by_check(row.evidence) if item.check not in ("version", "waiver")]
    if_signed = _if_signed(row, answer, evidence)
    was_breached = any(item.state == State.BREACHED for item in evidence)
    return ImpactRow(
        prompt_id=prompt.pk,
        slug=prompt.slug,
        assistant=prompt.assistant.name if prompt.assistant else "",
        labels=[label.name for label in prompt.labels.all()],
        contract_version=row.contract.version,
        contract_type=row.contract.type,
        ref=change.ref,
        pinned_version=row.pinned_version,
        before=row.state,
        after=worst([*(item.state for item in evidence), State.STALE]),
        if_signed=if_signed,
        sentence=answer.sentence if answer else row.anchor,
        reason=_reason(answer, if_signed),
        hides=was_breached and if_signed in (State.KEPT, State.UNTESTED),
        runs_again=sum(
            item["on"] == "output" and item["clause"] == change.ref for item in row.contract.symbolic_expectations
        ),
        rituals=rituals,
    )


def _if_signed(row: ContractClause, answer: Coverage | None, evidence: Iterable[Evidence]) -> str:
    """What the text would be worth, and what else checks the promise: a case run under the old rule counts no more."""
    if answer is None:
        return State.STALE.value
    others = [
        State.UNTESTED.value if item.check.startswith(RITUAL) else item.state
        for item in evidence
        if item.check != "text"
    ]
    return worst([_of_text(row, answer), *others])


def _of_text(row: ContractClause, answer: Coverage) -> str:
    if answer.state == "carried":
        return State.KEPT.value
    if answer.state == "contradicted" or row.anchor:
        return State.BREACHED.value
    return State.UNTESTED.value


def _reason(answer: Coverage | None, if_signed: str) -> str:
    if answer is None:
        return "The rule would be gone; nothing asks for the promise any more."
    found = next((finding.reason for finding in answer.findings if finding.direction != "stronger"), "")
    words = {
        "carried": "The prompt would carry the new rule.",
        "weakened": "The prompt would say less than the new rule.",
        "contradicted": "The prompt would contradict the new rule.",
        "absent": "The prompt would not say what the new rule asks.",
    }
    if answer.state != "carried":
        return " ".join(part for part in (words[answer.state], found) if part)
    beside = {
        State.UNTESTED: "Whether its replies keep it is not known until its cases run again.",
        State.BREACHED: "An expectation about it fails all the same.",
    }
    return " ".join(part for part in (words[answer.state], beside.get(State(if_signed), "")) if part)
