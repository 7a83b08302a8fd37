"""What a committed step tells."""

from __future__ import annotations

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.keys import random_state
from mythos.training.engine.protocol import Snapshot, StepReport
from mythos.training.engine.state import StepOutcome, child_of


def report_of(before: Snapshot, after: Snapshot, outcome: StepOutcome, calls: StepCalls, seed: int) -> StepReport:
    """The whole story of one step, enough to reopen the run from it."""
    child = child_of(outcome)
    proposed = outcome.proposed
    return StepReport(
        step=after.step,
        view=calls.view,
        parent=outcome.parent.key,
        children=(child,) if child else (),
        edits=proposed.edits,
        train_before=proposed.train_before,
        train_after=proposed.train_after,
        failures=dict(calls.failures),
        notes=proposed.notes,
        front=tuple(member.key for member in after.members),
        best=after.best,
        random_state=random_state(seed, after.step),
        snapshot=after,
        spent=after.spent,
        paid=len(calls.paid),
    )
