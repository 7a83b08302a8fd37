"""Evaluations and reflections as JSON and back, and a journal in memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from mythos.training.engine.protocol import Call, Evaluation, Json, Record, Reflection, StepReport, Usage


def evaluation_of(value: Json) -> Evaluation:
    """The evaluation a journal kept."""
    records = tuple(Record(**record) for record in value["records"])
    return Evaluation(value["score"], records, Usage(**value["usage"]), value["error"])


def reflection_of(value: Json) -> Reflection:
    """The reflection a journal kept."""
    return Reflection(value["text"], value["note"], Usage(**value["usage"]), value["error"])


def as_json(result: Evaluation | Reflection) -> Json:
    """What a journal keeps."""
    return asdict(result)


@dataclass
class MemoryJournal:
    """Keeps everything for the life of the process. `begun` holds calls in the order they left."""

    values: dict[str, Json] = field(default_factory=dict)
    begun: list[Call] = field(default_factory=list)
    steps: list[StepReport] = field(default_factory=list)

    def find(self, key: str) -> Json | None:
        return self.values.get(key)

    def begin(self, call: Call) -> None:
        self.begun.append(call)

    def finish(self, key: str, value: Json) -> None:
        self.values[key] = value

    def commit_step(self, report: StepReport) -> None:
        if report.step == len(self.steps):
            self.steps.append(report)
