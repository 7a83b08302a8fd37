"""How a child is made: rounds of train cases, a reflection on every component that failed, the gate, and rollback."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mythos.training.engine.calls import StepCalls
from mythos.training.engine.gate import Gate
from mythos.training.engine.keys import dice
from mythos.training.engine.parts import Proposal, Proposed, Setting
from mythos.training.engine.protocol import Candidate, Edit, Evaluation, Member, Record, RejectedEdit
from mythos.training.engine.relevance import PART
from mythos.training.engine.trimming import Trim, lean

Results = Mapping[str, Evaluation]


def by_component(results: Results) -> dict[str, list[Record]]:
    """The graders' records, gathered by the component they complain about."""
    found: dict[str, list[Record]] = defaultdict(list)
    for case in sorted(results):
        for record in results[case].records:
            found[record.component].append(record)
    return found


def worse(before: Results, after: Results, edited: Sequence[str]) -> list[str]:
    """The edited components with more complaints than before, on the cases both rounds met."""
    both = [case for case in after if case in before]
    old = by_component({case: before[case] for case in both})
    new = by_component({case: after[case] for case in both})
    return [name for name in edited if len(new.get(name, ())) > len(old.get(name, ()))]


@dataclass(frozen=True)
class Rounds:
    """`batch` train cases a round; `depth` rounds before a validation while children are kept, one after a step that
    kept nothing. After `lost` such steps in a row one component is edited at a time, by what is known of the parent (up
    to `known` cases): noise makes every component complain a little, and many edits at once hide the good one. The
    reflector is shown at most `max_records` complaints and the `shown` latest rejected edits of a component; `reserve`
    cases of the step's share are left for the race."""

    batch: int = 6
    depth: int = 4
    lost: int = 6
    shown: int = 6
    max_records: int = 12
    reserve: int = 24
    known: int = 48

    def propose(self, setting: Setting, parent: Member, calls: StepCalls) -> Proposed:
        work = _Work(self, setting, parent, calls)
        stall = int(setting.view.memory["stall"])
        if stall >= self.lost:
            work.focus(stall // 2)
            return work.result()
        for number in range(1 if stall else self.depth):
            if not work.round(number, work.batch()):
                break
        return work.result()


@dataclass(frozen=True)
class Alternate:
    """Reflects while that pays; after a step that did not, takes out and reflects by turns. Of an edit only what
    answers complaints goes into the child (`part`: how near, beside its other lines): a reflector's own ideas ride
    along with its answers, and a race cannot tell which of the two it is that pays."""

    reflecting: Proposal = field(default_factory=Rounds)
    trimming: Proposal = field(default_factory=Trim)
    part: float = PART

    def propose(self, setting: Setting, parent: Member, calls: StepCalls) -> Proposed:
        stall = int(setting.view.memory["stall"])
        if stall and (stall + setting.sibling) % 2:
            proposed = self.trimming.propose(setting, parent, calls)
            if proposed.edits:
                return proposed
        return lean(setting, parent, self.reflecting.propose(setting, parent, calls), self.part)


class _Work:
    def __init__(self, plan: Rounds, setting: Setting, parent: Member, calls: StepCalls) -> None:
        self.plan, self.setting, self.parent, self.calls = plan, setting, parent, calls
        self.texts: dict[str, str] = dict(parent.texts)
        self.last: dict[str, Edit] = {}
        self.edits: list[Edit] = []
        self.seen: dict[str, Evaluation] = {}
        self.first: dict[str, Evaluation] = {}
        self.order = self._order()
        self.at = 0
        self.dead = 0
        self.asked: dict[str, tuple[str, ...]] = {}

    def _order(self) -> list[str]:
        order = list(self.setting.task.train_ids)
        dice(self.setting.random_state, "train order").shuffle(order)
        return order

    def focus(self, turn: int) -> None:
        """One round that edits one component only, the one with most complaints first, the others in their turn."""
        train_ids = self.setting.task.train_ids
        untried = set(self.calls.untried(self.texts, "train", train_ids))
        known = [case for case in train_ids if case not in untried][: self.plan.known]
        fresh = [case for case in self.order if case not in known][: self.plan.batch]
        self.round(0, [*known, *fresh], turn)

    def batch(self) -> list[str]:
        """Cases that still fail are kept until they pass; fresh ones take the places of those that do."""
        size = min(self.plan.batch, len(self.order))
        cases = [case for case, result in self.seen.items() if result.records][:size]
        for _ in self.order:
            if len(cases) >= size:
                break
            case = self.order[self.at % len(self.order)]
            self.at += 1
            if case not in cases:
                cases.append(case)
        return cases

    def round(self, number: int, cases: list[str], turn: int | None = None) -> bool:
        """Try the cases, take back what did harm, and reflect on what failed; False when the budget has no room."""
        race = min(self.plan.reserve, len(self.setting.task.validation_ids))
        if not self.calls.affords(self.calls.price(self.texts, "train", cases) + race, len(self.texts)):
            return False
        now = self.calls.evaluate(self.texts, "train", cases)
        self.first = {**now, **self.first} if number else dict(now)
        records = by_component(now)
        earlier = by_component(self.seen)
        for name in self._roll_back(now):
            records[name] = earlier.get(name, [])
        self.seen = dict(now)
        for name, found in records.items():
            self.asked[name] = (*self.asked.get(name, ()), *(record.feedback for record in found))
        records = {name: records[name] for name in self._chosen(records, turn)}
        if records:
            self._edit(number, records)
        return True

    def _chosen(self, records: Mapping[str, list[Record]], turn: int | None) -> list[str]:
        failing = sorted((name for name in records if records[name]), key=lambda name: (-len(records[name]), name))
        return failing if turn is None or not failing else [failing[turn % len(failing)]]

    def _roll_back(self, now: Results) -> list[str]:
        names = worse(self.seen, now, list(self.last))
        for name in names:
            edit = self.last[name]
            self.texts[name] = edit.before
            at = self.edits.index(edit)
            self.edits[at] = Edit(
                name, edit.before, edit.after, False, "worse", "More complaints than before it.", edit.note
            )
        self.last = {}
        return names

    def _edit(self, number: int, records: dict[str, list[Record]]) -> None:
        for name in sorted(records):
            dice(self.setting.random_state, f"records {number} {name}").shuffle(records[name])
        rejected = [*self.setting.view.rejected, *self._rejected()]
        asked = self.setting.complaints(self.asked)
        gate = Gate(self.setting.task, self.calls, self.setting.random_state, asked)
        made = gate.edit(self.texts, records, rejected, f"{number}", self.plan.shown, self.plan.max_records)
        self.dead = 0 if any(edit.cause != "failed" for edit in made) else self.dead + len(made)
        for edit in made:
            self.edits.append(edit)
            if edit.kept:
                self.texts[edit.component] = edit.after
                self.last[edit.component] = edit

    def _rejected(self) -> tuple[RejectedEdit, ...]:
        return tuple(
            RejectedEdit(edit.component, edit.after, edit.cause, edit.detail)
            for edit in self.edits
            if edit.cause in ("codex", "leak", "worse")
        )

    def result(self) -> Proposed:
        texts: Candidate = self.texts
        both = {case: result.score for case, result in self.first.items()}
        after = {case: result.score for case, result in self.seen.items()}
        notes = tuple(edit.note for edit in self.edits if edit.note)
        return Proposed(texts, tuple(self.edits), self._rejected(), both, after, notes, self.dead, self.asked)
