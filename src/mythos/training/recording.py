"""A committed step in rows: the step itself, reflections with their snapshots, texts tried, belief and tension.

A snapshot names members and refused edits by their content; the step that first saw one stores it. So a chain grows
with what it finds, not with the square of its steps.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone

from mythos.text.normalize import content_hash
from mythos.training.engine.protocol import Child, Edit, Member, RejectedEdit, Snapshot, Spent, StepReport
from mythos.training.gate import CodexGate, tension
from mythos.training.models import AssistantReflectionChain, PromptMutationRing, SwarmTrainingChain, TrainingStep
from mythos.training.notes import note_of
from mythos.training.plan import Plan

_CAUSES = {"no better": "no_better"}
Announce = Callable[[int, int], None]


@dataclass
class StepWriter:
    """Writes one step after the other, inside the transaction of the journal. `begun` are steps that have a row."""

    chain: SwarmTrainingChain
    plan: Plan
    gate: CodexGate
    assistants: Mapping[str, int]
    announce: Announce
    begun: set[int] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)
    opening: Spent = field(default_factory=Spent)
    done: int = -1

    def load(self) -> None:
        """What the steps that are there have stored."""
        for number, is_done, report in TrainingStep.objects.filter(chain=self.chain).values_list(
            "number", "is_done", "report"
        ):
            self.begun.add(number)
            self.blobs.update(report.get("blobs", {}))
            self.done = max(self.done, number if is_done else -1)

    def write(self, report: StepReport) -> None:
        """Everything a step found; one that is there already keeps its first telling."""
        if report.step <= self.done:
            return
        best = _member(report, report.best)
        scores = _by_ritual(self.plan, best.scores)
        score = self.plan.score(best.scores)
        before = self.chain.score
        delta = 0.0 if before is None or score is None else score - before
        promises = [row for key, text in best.texts.items() for row in self.gate.promises(key, text)]
        strain, hardest = tension(promises, [] if score is None else [score])
        refs, blobs = self._snapshot(report)
        shown = _shown(report) | {"snapshot": refs, "blobs": blobs, "tension": {"value": strain, "hardest": hardest}}
        kept = [promise.state for promise in promises]
        shown["clauses"] = {"kept": kept.count("kept"), "total": len(kept)}
        spent = self._used(report)
        TrainingStep.objects.update_or_create(
            chain=self.chain,
            number=report.step,
            defaults={
                "is_done": True,
                "report": shown,
                "score": score,
                "belief_delta": delta,
                "codex_tension": strain,
                "finished_at": timezone.now(),
                **spent,
            },
        )
        self._reflections(report, refs)
        self._ring(report)
        self._chain(report.step, score, delta, strain, scores)
        self.done = report.step
        self.begun.add(report.step)
        self.announce(self.chain.pk, report.step)

    def _used(self, report: StepReport) -> dict[str, Any]:
        earlier = TrainingStep.objects.filter(chain=self.chain, number=report.step - 1).first()
        before = earlier.report["spent"] if earlier is not None and earlier.report else asdict(self.opening)
        return {
            "calls": max(0, report.spent.calls - before["calls"]),
            "tokens": max(0, report.spent.tokens - before["tokens"]),
            "cost": max(0.0, report.spent.money - before["money"]),
        }

    def _snapshot(self, report: StepReport) -> tuple[dict[str, Any], dict[str, Any]]:
        """References to everything the next step reads, and what of it is stored here for the first time."""
        found = report.snapshot
        fresh: dict[str, Any] = {}

        def ref(thing: Any) -> str:
            body = thing if isinstance(thing, Mapping) else asdict(thing)
            name = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:24]
            if name not in self.blobs:
                self.blobs.add(name)
                fresh[name] = body
            return name

        refs = {
            "step": found.step,
            "members": [ref(member) for member in found.members],
            "best": found.best,
            "rejected": [ref(edit) for edit in found.rejected],
            "memory": ref({"memory": dict(found.memory)}),
            "spent": asdict(found.spent),
        }
        return refs, fresh

    def _reflections(self, report: StepReport, refs: dict[str, Any]) -> None:
        """One row for each assistant that something was concluded about."""
        edits: dict[str, list[Edit]] = defaultdict(list)
        for edit in report.edits:
            edits[self.plan.by_key[edit.component].assistant].append(edit)
        best = _member(report, report.best)
        for slug, mine in edits.items():
            texts = {key: text for key, text in best.texts.items() if self.plan.by_key[key].assistant == slug}
            notes = list(dict.fromkeys(note_of(edit, self.plan) for edit in mine))
            AssistantReflectionChain.objects.create(
                chain=self.chain,
                assistant_id=self.assistants[slug],
                step=report.step,
                reflection_notes="\n".join(notes),
                memory_snapshot={
                    "step": report.step,
                    "texts": texts,
                    "notes": notes,
                    "front": list(report.front),
                    "best": report.best,
                    "random_state": report.random_state,
                    "state": refs,
                },
            )

    def _ring(self, report: StepReport) -> None:
        for edit in report.edits:
            if edit.after and edit.after != edit.before:
                self._try(report, edit)

    def _try(self, report: StepReport, edit: Edit) -> None:
        component = self.plan.by_key[edit.component]
        delta = _delta_of(self.plan, report, edit)
        # An edit that was good enough to be tried shares the fate of the candidate it went into.
        judge = (_child_with(report, edit) if edit.kept else None) or edit
        PromptMutationRing.objects.get_or_create(
            chain=self.chain,
            mutation_step=report.step,
            mutated_prompt_id=component.prompt,
            sha256=content_hash(edit.after),
            defaults={
                "parent_prompt_id": component.prompt,
                "assistant_id": self.assistants[component.assistant],
                "belief_delta": delta or 0.0,
                "is_measured": delta is not None,
                "kept": judge.kept,
                "cause": _CAUSES.get(judge.cause, judge.cause),
                "detail": judge.detail,
                "text_before": edit.before,
                "text": edit.after,
            },
        )

    def _chain(
        self, step: int, score: float | None, delta: float, strain: float, scores: dict[str, dict[str, float]]
    ) -> None:
        tracker = dict(self.chain.belief_delta_tracker)
        first = tracker.setdefault("start", {"score": score, "by": scores})
        last = tracker["steps"][-1]["by"] if tracker.get("steps") else first["by"]
        tracker.setdefault("steps", []).append(
            {"step": step, "score": score, "delta": delta, "by": scores, "deltas": _differences(last, scores)}
        )
        self.chain.belief_delta_tracker = tracker
        self.chain.current_step, self.chain.codex_tension, self.chain.score = step, strain, score
        if self.chain.score_before is None:
            self.chain.score_before = score
        self.chain.save(
            update_fields=["belief_delta_tracker", "current_step", "codex_tension", "score", "score_before"]
        )


def snapshot_at(chain: SwarmTrainingChain, step: int) -> Snapshot | None:
    """Everything the step after this one read, put together again from what the steps stored; None when not done."""
    rows = TrainingStep.objects.filter(chain=chain, number__lte=step, is_done=True).order_by("number")
    blobs: dict[str, Any] = {}
    refs = None
    for number, report in rows.values_list("number", "report"):
        blobs.update(report["blobs"])
        refs = report["snapshot"] if number == step else None
    if refs is None:
        return None
    return Snapshot(
        step=refs["step"],
        members=tuple(Member(**blobs[name]) for name in refs["members"]),
        best=refs["best"],
        rejected=tuple(RejectedEdit(**blobs[name]) for name in refs["rejected"]),
        memory=blobs[refs["memory"]]["memory"],
        spent=Spent(**refs["spent"]),
    )


def _shown(report: StepReport) -> dict[str, Any]:
    """What pages and programs read of a step."""
    return {
        "parent": report.parent,
        "best": report.best,
        "front": list(report.front),
        "children": [_child(child) for child in report.children],
        "train_before": dict(report.train_before),
        "train_after": dict(report.train_after),
        "failures": dict(report.failures),
        "notes": list(report.notes),
        "random_state": report.random_state,
        "spent": asdict(report.spent),
    }


def _child(child: Child) -> dict[str, Any]:
    found = asdict(child)
    del found["texts"]
    return found


def _member(report: StepReport, key: str) -> Member:
    return next(member for member in report.snapshot.members if member.key == key)


def _delta_of(plan: Plan, report: StepReport, edit: Edit) -> float | None:
    """By how much a text changed the score, on validation where it came so far, else on training cases; or unknown."""
    if edit.cause in ("codex", "leak", "failed"):
        return None
    child = _child_with(report, edit)
    if child is not None and child.after:
        return _change(plan, child.before, child.after)
    return _change(plan, report.train_before, report.train_after)


def _child_with(report: StepReport, edit: Edit) -> Child | None:
    """The candidate that an edit went into."""
    return next((child for child in report.children if child.texts.get(edit.component) == edit.after), None)


def _change(plan: Plan, before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    return plan.score({key: after[key] - before[key] for key in before.keys() & after.keys()})


def _by_ritual(plan: Plan, scores: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Assistant -> ritual -> mean score."""
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for case_id, score in sorted(scores.items()):
        found[plan.voice_of(case_id).assistant][plan.by_case[case_id].ritual][case_id] = score
    return {
        slug: {ritual: round(plan.score(rows) or 0.0, 6) for ritual, rows in rituals.items()}
        for slug, rituals in found.items()
    }


def _differences(
    before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    return {
        slug: {
            ritual: round(score - before[slug][ritual], 6)
            for ritual, score in rituals.items()
            if ritual in before.get(slug, {})
        }
        for slug, rituals in after.items()
    }
