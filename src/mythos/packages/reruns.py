"""What a sender measured beside what the same rituals give here, and whether the two differ by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mythos.accounts.actors import Actor
from mythos.packages.claims import wilson
from mythos.packages.models import InstalledPackage
from mythos.rituals.judging import judge_of
from mythos.rituals.models import Ritual, RitualRun
from mythos.rituals.queries import outcomes_of, visible_rituals, visible_runs
from mythos.rituals.statistics import Paired, paired
from mythos.rituals.two_samples import Unpaired, unpaired

State = RitualRun.State
LIVE = (State.PENDING, State.RUNNING)
Result = Mapping[str, Any]


@dataclass(frozen=True)
class Share:
    """How much of what was measured passed, with the 95 % interval; no rate where nothing was measured."""

    passed: int
    measured: int
    total: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Beside:
    """One claim and the newest run here; without `result` there is no verdict, and `why` says what is missing."""

    slug: str
    ritual: Ritual | None
    claimed: Result | None
    theirs: Share | None
    run: RitualRun | None
    mine: Share | None
    why: str = ""
    result: Paired | Unpaired | None = None
    differs: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def verdict(self) -> str:
        """Better, worse, same, not enough cases; or that there is nothing to judge."""
        return self.result.verdict if self.result else "not measured"

    @property
    def is_live(self) -> bool:
        """Whether the run is still under way."""
        return self.run is not None and self.run.state in LIVE

    @property
    def is_simulated(self) -> bool:
        """Whether one of the two was not said by a language model."""
        return bool(self.claimed and self.claimed["simulated"]) or bool(self.run and self.run.is_simulated)


@dataclass
class _Here:
    """The ritual and its newest run of all cases in use."""

    ritual: Ritual | None = None
    run: RitualRun | None = None
    share: Share | None = None
    outcomes: dict[str, float] = field(default_factory=dict)


def claims_beside(actor: Actor, installed: InstalledPackage) -> list[Beside]:
    """Every claim of a package beside the newest run here; a ritual nothing is claimed of stands there too."""
    claims: dict[str, dict[str, Any]] = installed.claims.get("rituals", {})
    here = _here(actor, installed, list(claims))
    found = []
    for slug in sorted(claims):
        mine = here.get(slug, _Here())
        found += [_beside(slug, result, mine) for result in claims[slug].get("results") or [None]]
    return found


def _here(actor: Actor, installed: InstalledPackage, slugs: list[str]) -> dict[str, _Here]:
    rituals = visible_rituals(actor).filter(swarm=installed.swarm_id, slug__in=slugs)
    found = {row.slug: _Here(row) for row in rituals}
    for mine in found.values():
        assert mine.ritual is not None
        runs = visible_runs(actor).filter(ritual=mine.ritual, ritual_version=mine.ritual.version, split="")
        mine.run = runs.order_by("-id").first()
        if mine.run is not None and mine.run.state == State.DONE:
            mine.share = _share(mine.run)
            mine.outcomes = outcomes_of(mine.run)
    return found


def _share(run: RitualRun) -> Share:
    passed, failed = int(run.summary.get("passed") or 0), int(run.summary.get("not_passed") or 0)
    return Share(passed, passed + failed, run.total, *wilson(passed, passed + failed))


def _claimed(result: Result) -> Share:
    """Counts are the sender's; the interval is computed here, from them."""
    passed, measured = min(result["passed"], result["measured"]), result["measured"]
    return Share(passed, measured, result["total"], *wilson(passed, measured))


def _beside(slug: str, claimed: Result | None, mine: _Here) -> Beside:
    theirs = _claimed(claimed) if claimed else None
    base = Beside(slug, mine.ritual, claimed, theirs, mine.run, mine.share)
    if why := _missing(base):
        return _with(base, why=why)
    assert claimed is not None
    assert theirs is not None
    assert mine.run is not None
    assert mine.share is not None
    differs = _differs(claimed, mine.run)
    told = {row["ref"]: float(row["passed"]) for row in claimed.get("outcomes", ())}
    if not told:
        groups = [[1.0] * one.passed + [0.0] * (one.measured - one.passed) for one in (theirs, mine.share)]
        return _with(base, result=unpaired(*groups), differs=differs)
    shared = sorted(set(told) & set(mine.outcomes))
    if not shared:
        return _with(base, why="No case was measured on both sides.", differs=differs)
    both = [(told[ref], mine.outcomes[ref]) for ref in shared]
    is_binary = all(value in (0.0, 1.0) for pair in both for value in pair)
    result = paired([new - old for old, new in both], is_binary=is_binary)
    left_out = len(set(told) ^ set(mine.outcomes))
    return _with(base, result=result, differs=differs, left_out=left_out)


def _with(base: Beside, **more: Any) -> Beside:
    return Beside(**{**vars(base), **more})


def _missing(row: Beside) -> str:
    """Why there is nothing to judge; empty when there is."""
    if row.ritual is None:
        return "The ritual is not here any more."
    if row.run is None:
        return "It has not been run here with these cases."
    if row.run.state in LIVE:
        return f"The run is under way: {row.run.done} of {row.run.total}."
    if row.mine is None:
        return f"The newest run has no result: {row.run.get_state_display().lower()}. {row.run.note}".rstrip()
    if not row.mine.measured:
        return "Nothing could be measured here."
    if row.claimed is None or row.theirs is None:
        return "The sender claims no result."
    if not row.theirs.measured:
        return "Nothing was measured where it was packed."
    if row.claimed["cases_sha256"] != row.run.cases_sha256:
        return "Your ritual has other cases than the claim speaks of."
    return ""


def _differs(claimed: Result, run: RitualRun) -> tuple[str, ...]:
    """What besides chance could have made the difference."""
    judge = judge_of(run.judge) if run.judge else ""
    checks = {
        "prompt": claimed["text_sha256"] != run.text_sha256,
        "model": (claimed["provider"], claimed["model"]) != (run.provider, run.model),
        "judge": claimed.get("judge", judge) != judge,
        "grader": dict(claimed.get("graders", run.graders)) != run.graders,
        "repeats": claimed.get("repeats", run.repeats) != run.repeats,
    }
    return tuple(name for name, is_different in checks.items() if is_different)
