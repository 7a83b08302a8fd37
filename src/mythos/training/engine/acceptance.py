"""The race: a child meets validation in chunks and is dropped as soon as it has clearly lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.parts import Setting, Verdict
from mythos.training.engine.protocol import Candidate, Cause, Member
from mythos.training.engine.ranking import lead, validation_order


@dataclass(frozen=True)
class Race:
    """`lost`/`won`: how many standard errors of the paired lead end the race. A child that wins early is kept on what
    it has met; it meets the rest when it races as a parent or as a finalist."""

    chunk: int = 12
    lost: float = 1.0
    won: float = 2.5

    def judge(self, setting: Setting, parent: Member, texts: Candidate, calls: StepCalls) -> Verdict:
        order = self._order(setting)
        before, after = dict(parent.scores), dict[str, float]()
        for at in range(0, len(order), self.chunk):
            cases = order[at : at + self.chunk]
            missing = [case for case in cases if case not in before]
            need = calls.price(texts, "validation", cases) + calls.price(parent.texts, "validation", missing)
            if not calls.affords(need):
                break
            old, new = calls.evaluate_both([(parent.texts, missing), (texts, cases)], "validation")
            before |= {case: result.score for case, result in old.items()}
            after |= {case: result.score for case, result in new.items()}
            gain, error, count = lead(after, before)
            if gain < 0 and gain + self.lost * error < 0:
                return Verdict(False, "worse", f"It lost by {-gain:.3f} on {count} cases.", before, after)
            if gain > 0 and gain - self.won * error > 0:
                return Verdict(True, "kept", f"It leads by {gain:.3f} on {count} cases.", before, after)
        gain, error, count = lead(after, before)
        if not count:
            return Verdict(False, "no better", "The budget left no room to race it.", before, after)
        if gain > 0 and (count == len(order) or gain > error):
            return Verdict(True, "kept", f"It leads by {gain:.3f} on {count} cases.", before, after)
        cause: Cause = "worse" if gain < 0 else "no better"
        return Verdict(False, cause, f"Its lead is {gain:.3f} on {count} cases.", before, after)

    def _order(self, setting: Setting) -> list[str]:
        """Every step begins at another chunk. A champion is in part a lucky one, and if all challengers met it first
        where it was luckiest, better ones would be turned away there."""
        order = validation_order(setting.task.validation_ids)
        turn = setting.step * self.chunk % max(1, len(order))
        return order[turn:] + order[:turn]

    def measure(self, setting: Setting, member: Member, calls: StepCalls, whole: bool) -> Mapping[str, float]:
        order = validation_order(setting.task.validation_ids)
        cases = [case for case in (order if whole else order[: self.chunk]) if case not in member.scores]
        if not calls.affords(calls.price(member.texts, "validation", cases)):
            return member.scores
        found = calls.evaluate(member.texts, "validation", cases)
        return {**member.scores, **{case: result.score for case, result in found.items()}}
