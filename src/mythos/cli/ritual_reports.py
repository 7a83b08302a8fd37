"""Runs and comparisons of rituals on the terminal, in words and as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from mythos.rituals.affected import Standing
from mythos.rituals.comparing import RunComparison
from mythos.rituals.models import RitualRun
from mythos.rituals.queries import results_of

MOST_SHOWN = 20


def run_data(run: RitualRun) -> dict[str, Any]:
    """A run with all its results."""
    return {
        "run": run.pk,
        "ritual": run.ritual.slug,
        "state": run.state,
        "note": run.note,
        "provider": run.provider,
        "model": run.model,
        "simulated": run.is_simulated,
        "summary": run.summary,
        "ungraded": run.ungraded,
        "results": [
            {
                "ref": result.case.ref,
                "repeat": result.repeat,
                "passed": result.passed,
                "score": result.score,
                "cached": result.is_cached,
                "cause": result.cause,
                "reply": result.reply.text if result.reply else None,
                "grades": result.grades,
            }
            for result in results_of(run)
        ],
    }


def show_run(run: RitualRun) -> None:
    """Counts first, then the cases that did not pass, with the reason."""
    found = run.summary
    by = f"{run.provider}, {run.model}" + (", simulated" if run.is_simulated else "")
    click.echo(f"{run.ritual.slug} #{run.pk} ({by}): {run.get_state_display().lower()}. {run.note}".rstrip())
    if not found:
        return
    parts = ("passed", "not_passed", "unmeasured", "failed", "cached")
    click.echo("  " + ", ".join(f"{found[part]} {part.replace('_', ' ')}" for part in parts if found[part]))
    score = "not measured" if found["score"] is None else f"{found['score']:.3f}"
    cost = "not known" if found["cost"] is None else f"${found['cost']:.4f}"
    speed = f", {found['tokens_per_second']:.1f} tokens/s" if found["tokens_per_second"] else ""
    click.echo(f"  score {score}, {found['tokens_in']} + {found['tokens_out']} tokens, cost {cost}{speed}")
    rows = results_of(run).exclude(passed=True)
    for result in rows[:MOST_SHOWN]:
        reasons = [grade["explanation"] for grade in result.grades if grade["value"] is None or grade["value"] < 1]
        mark = "x" if result.passed is False else "?"
        click.echo(f"  {mark} {result.case.ref}: {result.message or ' '.join(reasons) or 'Nothing is expected of it.'}")
    more = rows.count() - MOST_SHOWN
    if more > 0:
        click.echo(f"  … and {more} more")


def comparison_data(found: RunComparison) -> dict[str, Any]:
    """The whole comparison."""
    return {
        "old": found.old.pk,
        "new": found.new.pk,
        **asdict(found.result),
        "differs": found.differs,
        "confounded": found.is_confounded,
        "simulated": found.is_simulated,
        "left_out": found.left_out,
        "parts": [asdict(part) for part in found.parts],
        "pairs": [asdict(pair) for pair in found.pairs],
    }


def show_comparison(found: RunComparison) -> None:
    """The verdict, its numbers, its possible causes."""
    result = found.result
    low, high = result.interval
    simulated = " (simulated)" if found.is_simulated else ""
    click.echo(f"#{found.new.pk} against #{found.old.pk}{simulated}: {result.verdict}")
    click.echo(
        f"  {result.difference:+.3f} [{low:+.3f}, {high:+.3f}], p = {result.p_value:.4f} ({result.test}), "
        f"{result.n} cases: {result.improved} improved, {result.worsened} worsened"
    )
    if result.needed:
        click.echo(f"  about {result.needed} more cases are needed to tell")
    if found.left_out:
        click.echo(f"  {found.left_out} cases are not in both runs, or were not measured, and are left out")
    if found.differs:
        causes = ", ".join(found.differs)
        click.echo(f"  different: {causes}" + (": which of them did it is not known" if found.is_confounded else ""))
    for part in found.parts:
        click.echo(f"  {part.name}: {part.result.verdict} ({part.result.difference:+.3f}, p = {part.corrected_p:.4f})")


def standing_data(row: Standing, run: RitualRun | None) -> dict[str, Any]:
    """Whether one ritual has to run, why, and what the run gave."""
    last = row.last_run.pk if row.last_run else None
    shown = {"ritual": row.ritual.slug, "must_run": row.must_run, "reason": row.reason, "last_run": last}
    return shown | ({"run": run.pk, "state": run.state, "summary": run.summary} if run else {})


def show_standing(rows: Sequence[Standing], runs: Mapping[str, RitualRun]) -> None:
    """What runs first, then what is skipped; each with its reason."""
    for row in sorted(rows, key=lambda row: not row.must_run):
        click.echo(f"{'run ' if row.must_run else 'skip'} {row.ritual.slug}: {row.reason}")
        if row.ritual.slug in runs:
            show_run(runs[row.ritual.slug])
    if not rows:
        click.echo("There are no rituals.")
