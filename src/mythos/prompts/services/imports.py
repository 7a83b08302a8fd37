"""Bring prompts in with their history: idempotent, one bad record never spoils the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid
from mythos.formats.prompts.base import Item
from mythos.prompts.services.intake import ImportReport, Intake, PlanRow
from mythos.text.measuring import Measurer

__all__ = ["ImportReport", "PlanRow", "Progress", "import_prompts"]

Progress = Callable[[int, str], None]


def import_prompts(
    *,
    actor: Actor,
    swarm: Swarm,
    records: Iterable[Item],
    strict: bool = False,
    dry_run: bool = False,
    assistant: Assistant | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Write the records, a batch a transaction; `strict` writes all of them or none."""
    require(actor, "prompts.create", swarm)
    report = ImportReport(dry_run=dry_run)
    with transaction.atomic() if strict and not dry_run else nullcontext():
        with Measurer() as measurer:
            intake = Intake(actor, swarm, assistant, report, measurer)
            for number, record in enumerate(records, start=1):
                intake.take(record)
                if on_progress:
                    on_progress(number, getattr(record, "slug", ""))
            intake.finish()
        if strict and report.problems:
            raise Invalid(
                f"{len(report.problems)} record(s) cannot be imported; nothing was written.",
                hint="Mend them, or import without --strict to take the others.",
                data={"problems": [vars(problem) for problem in report.problems]},
            )
    return report
