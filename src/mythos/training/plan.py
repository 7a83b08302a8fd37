"""What a chain is pinned to: every text, case, rule and setting that can change its result. Pure: no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from mythos.assistants.compiling import Block, compile_blocks
from mythos.errors import Invalid
from mythos.rituals.models import Split
from mythos.text.template import expand


@dataclass(frozen=True, slots=True)
class Component:
    """One prompt that may be changed; `current` is its newest checkpoint when the chain was planned."""

    key: str
    assistant: str
    prompt: int
    slug: str
    checkpoint: int
    version: int
    current: int
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a voice: a component by its key, or a text that stays as it is."""

    section: str
    order: int
    component: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """What a case is tried on: the compiled text of an assistant, or one prompt alone (a part without a section)."""

    assistant: str
    role: str
    parts: tuple[Part, ...]

    @property
    def components(self) -> tuple[str, ...]:
        """What may be changed in it, in its order."""
        return tuple(part.component for part in self.parts if part.component)

    def text(self, texts: Mapping[str, str]) -> str:
        """What the model is told, with these texts in place."""
        said = [(part, texts[part.component] if part.component else part.text) for part in self.parts]
        if len(said) == 1 and not said[0][0].section:
            return said[0][1]
        return compile_blocks(Block(part.section, part.order, text) for part, text in said).text


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """One case of a ritual in this chain; `about` is the component its ritual tries out, `weight` what it counts for
    beside the heaviest one."""

    id: int
    ritual: str
    split: str
    voice: str
    about: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ClauseTerm:
    """One promise of a component's contract, as the gate holds texts against it."""

    component: str
    ref: str
    severity: str
    rule: str
    anchor: str
    signed: str


@dataclass(frozen=True)
class Plan:
    """Everything pinned when a chain starts."""

    components: tuple[Component, ...]
    voices: Mapping[str, Voice]
    cases: tuple[PlannedCase, ...]
    terms: tuple[ClauseTerm, ...] = ()
    expectations: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    includes: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    graders: Mapping[str, int] = field(default_factory=dict)
    judge: Mapping[str, str] = field(default_factory=dict)
    refuse_copies: bool = True
    in_flight: int = 4
    window: int = 2
    engine: str = "mythos"
    goal: float | None = None
    steps: int | None = None
    patience: int | None = None

    @cached_property
    def start(self) -> dict[str, str]:
        """The texts it begins with."""
        return {component.key: component.text for component in self.components}

    @cached_property
    def by_key(self) -> dict[str, Component]:
        """The components by their names."""
        return {component.key: component for component in self.components}

    @cached_property
    def by_case(self) -> dict[str, PlannedCase]:
        """The cases by the names the engine knows them by."""
        return {str(case.id): case for case in self.cases}

    def ids(self, split: str) -> tuple[str, ...]:
        """The cases of one split, in their order."""
        return tuple(str(case.id) for case in self.cases if case.split == split)

    def voice_of(self, case_id: str) -> Voice:
        """What a case is tried on."""
        return self.voices[self.by_case[case_id].voice]

    def score(self, scores: Mapping[str, float]) -> float | None:
        """The weighted mean of what the engine knows of cases: each score is already its share of the case's weight."""
        counted = sum(self.by_case[case].weight for case in scores)
        return sum(score for _, score in sorted(scores.items())) / counted if counted else None

    def spoken(self, case_id: str, texts: Mapping[str, str]) -> str:
        """The whole text a case's model is told; Invalid when it includes what the start did not."""
        return self.expanded(self.voice_of(case_id).text(texts))

    def expanded(self, text: str) -> str:
        """The text with what it includes in place, as it stood when the chain was planned."""
        return expand(text, self._included) if "{{>" in text else text

    def _included(self, slug: str, label: str) -> str:
        found = self.includes.get(f"{slug}@{label}")
        if found is None:
            raise Invalid(f"The text includes {slug}@{label}, which it did not when the chain began.")
        return found

    @property
    def held_out_calls(self) -> int:
        """Calls kept back for the one look at held-out cases: the start and the result."""
        return 2 * len(self.ids(Split.HELD_OUT))

    @cached_property
    def sha256(self) -> str:
        """Equal plans have equal hashes."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True, default=str).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """As a chain stores it."""
        return asdict(self)


def plan_from(stored: Mapping[str, Any]) -> Plan:
    """The plan a chain stored."""
    return Plan(
        **{
            **stored,
            "components": tuple(Component(**row) for row in stored["components"]),
            "voices": {name: _voice(row) for name, row in stored["voices"].items()},
            "cases": tuple(PlannedCase(**row) for row in stored["cases"]),
            "terms": tuple(ClauseTerm(**row) for row in stored["terms"]),
            "expectations": tuple((key, dict(row)) for key, row in stored["expectations"]),
        }
    )


def _voice(row: Mapping[str, Any]) -> Voice:
    return Voice(row["assistant"], row["role"], tuple(Part(**part) for part in row["parts"]))
