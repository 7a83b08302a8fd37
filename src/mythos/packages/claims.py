"""What rituals gave where a package was made, with how sure one may be of it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from mythos.formats.bundle.document import RitualEntry
from mythos.prompts.models import Prompt
from mythos.rituals.judging import judge_of
from mythos.rituals.models import Ritual, RitualCase, RitualRun
from mythos.rituals.queries import outcomes_of

MOST_RESULTS = 10
MOST_OUTCOMES = 25_000  # of one ritual: more would make an entry larger than a reader takes
Z = 1.959963984540054


def ritual_entries(prompts: Sequence[Prompt]) -> list[RitualEntry]:
    """The rituals bound to these prompts, with their newest result on each model."""
    rows = Ritual.objects.filter(prompt__in=[prompt.pk for prompt in prompts]).select_related("prompt")
    rituals = list(rows.order_by("slug"))
    cases: dict[int, list[RitualCase]] = defaultdict(list)
    for case in RitualCase.objects.filter(ritual__in=rituals, retired_version=None).order_by("position", "id"):
        cases[case.ritual_id].append(case)
    return [_entry(ritual, cases[ritual.pk]) for ritual in rituals]


def _entry(ritual: Ritual, cases: Sequence[RitualCase]) -> RitualEntry:
    return RitualEntry(
        slug=ritual.slug,
        title=ritual.title,
        type=ritual.type,
        description=ritual.description,
        tags=list(ritual.tags),
        prompt=ritual.prompt.slug if ritual.prompt else None,
        template=list(ritual.template),
        origin=dict(ritual.origin),
        cases=[
            {
                "ref": case.ref,
                "split": case.split,
                "weight": case.weight,
                "input": case.input,
                "variables": case.variables,
                "messages": case.messages,
                "expectations": case.expectations,
                "threshold": case.threshold,
                "extra": case.extra,
            }
            for case in cases
        ],
        results=results_of(ritual),
    )


def results_of(ritual: Ritual) -> list[dict[str, Any]]:
    """The newest finished run of the cases in use, for each model; no reply leaves the house."""
    runs = RitualRun.objects.filter(ritual=ritual, ritual_version=ritual.version, state=RitualRun.State.DONE, split="")
    newest: dict[tuple[str, str], RitualRun] = {}
    for run in runs.order_by("-id")[:200]:
        newest.setdefault((run.provider, run.model), run)
    found, left = [], MOST_OUTCOMES
    for key in sorted(newest)[:MOST_RESULTS]:
        outcomes = outcomes_of(newest[key])
        outcomes = outcomes if len(outcomes) <= left else {}
        left -= len(outcomes)
        found.append(_result(newest[key], outcomes))
    return found


def _result(run: RitualRun, outcomes: Mapping[str, float]) -> dict[str, Any]:
    passed, failed = int(run.summary.get("passed") or 0), int(run.summary.get("not_passed") or 0)
    rate, low, high = wilson(passed, passed + failed)
    when = run.finished_at or run.created_at
    return {
        "provider": run.provider,
        "model": run.model,
        "simulated": run.is_simulated,
        "text_sha256": run.text_sha256,
        "repeats": run.repeats,
        "judge": judge_of(run.judge) if run.judge else "",
        "graders": dict(run.graders),
        "cases_sha256": run.cases_sha256,
        "total": run.total,
        "passed": passed,
        "measured": passed + failed,
        "rate": rate,
        "low": low,
        "high": high,
        "score": run.summary.get("score"),
        "finished_at": when.astimezone(UTC).isoformat(),
        "outcomes": [{"ref": ref, "passed": outcomes[ref]} for ref in sorted(outcomes)],
    }


def wilson(passed: int, measured: int) -> tuple[float | None, float | None, float | None]:
    """(rate, low, high) of the 95 % interval by Wilson; nothing when nothing was measured."""
    if not measured:
        return None, None, None
    rate = passed / measured
    middle = (rate + Z * Z / (2 * measured)) / (1 + Z * Z / measured)
    half = Z / (1 + Z * Z / measured) * math.sqrt(rate * (1 - rate) / measured + Z * Z / (4 * measured * measured))
    return round(rate, 6), round(max(0.0, middle - half), 6), round(min(1.0, middle + half), 6)
