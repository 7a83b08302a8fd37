"""The parts a run is made of, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field

from mythos.training.engine.acceptance import Race
from mythos.training.engine.parts import Acceptance, Proposal, Selection, Stopping
from mythos.training.engine.proposal import Alternate, Rounds
from mythos.training.engine.selection import Champion
from mythos.training.engine.stopping import Limits

WIDE = 3


@dataclass(frozen=True)
class Strategy:
    """Each part can be exchanged for another that keeps its protocol."""

    selection: Selection = field(default_factory=Champion)
    proposal: Proposal = field(default_factory=Alternate)
    acceptance: Acceptance = field(default_factory=Race)
    stopping: Stopping = field(default_factory=Limits)


def usual(window: int) -> Strategy:
    """What a run does unless told otherwise. With a wide window calls wait for one another less: half the rounds with
    more cases each, and the whole of validation at a time."""
    if window < WIDE:
        return Strategy()
    return Strategy(proposal=Alternate(Rounds(batch=8, depth=2)), acceptance=Race(chunk=40))
