"""The same rituals before and after an adoption; and runs that show what assistants can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos import plugins
from mythos.accounts.actors import SYSTEM, Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.drafts.models import AssistantVersion
from mythos.drafts.queries import get_version
from mythos.errors import Invalid, Stale
from mythos.mentorship import trust
from mythos.mentorship.models import MentorshipFeedback, MentorshipTrial, PromptMentorshipLog
from mythos.mentorship.queries import get_log
from mythos.mentorship.ranking import rank_mentors
from mythos.mentorship.signals import adoption_measured
from mythos.providers.base import Provider
from mythos.rituals.comparing import compare_runs, pooled
from mythos.rituals.models import RitualRun
from mythos.rituals.queries import get_ritual
from mythos.rituals.services import start_run
from mythos.work.services import enqueue

MEASURE_JOB = "mentorship.measure"
MOST_RITUALS = 20
MOST_RUNS = 40
State = PromptMentorshipLog.State
Side = MentorshipTrial.Side


def measure_adoption(
    *,
    actor: Actor,
    log_id: int,
    rituals: Sequence[int],
    provider: str,
    model: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> PromptMentorshipLog:
    """Start the rituals on the text before and on the text after; the trust delta follows when all are finished."""
    log = get_log(actor, log_id)
    require(actor, "mentorship.adopt", log.mentee)
    _refuse_rituals(rituals, MOST_RITUALS)
    if log.before is None or log.after is None:
        raise Invalid("The versions of this adoption are gone.")
    given = _pinned(provider, model, parameters)
    with transaction.atomic():
        locked = PromptMentorshipLog.objects.select_for_update(of=("self",)).get(pk=log.pk)
        if locked.state == State.MEASURING and not _is_stuck(locked):
            raise Stale("This adoption is being measured already.")
        PromptMentorshipLog.objects.filter(pk=log.pk).update(state=State.MEASURING, note="")
        log.trials.all().delete()
        for ritual in dict.fromkeys(rituals):
            for side, version in ((Side.BEFORE, log.before), (Side.AFTER, log.after)):
                _try(actor, version, ritual, given, log, side)
    log.refresh_from_db()
    return log


def try_assistants(
    *,
    actor: Actor,
    assistants: Iterable[Assistant],
    rituals: Sequence[int],
    provider: str,
    model: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> list[RitualRun]:
    """Run rituals on the whole text of each assistant, so that they can be ranked by what they can."""
    chosen = list(assistants)
    _refuse_rituals(rituals, MOST_RITUALS)
    if len(chosen) * len(set(rituals)) > MOST_RUNS:
        raise Invalid("These are too many runs at once.", fields={"rituals": f"At most {MOST_RUNS} runs."})
    given = _pinned(provider, model, parameters)
    with transaction.atomic():
        return [
            _try(actor, get_version(actor, assistant), ritual, given)
            for assistant in chosen
            for ritual in dict.fromkeys(rituals)
        ]


def gather_evidence(
    *, actor: Actor, mentee: Assistant, rituals: Sequence[int], provider: str, model: str = ""
) -> list[RitualRun]:
    """Run rituals on an assistant and on as many of its mentors as fit, those with the least evidence first."""
    _refuse_rituals(rituals, MOST_RITUALS)
    rows = sorted(rank_mentors(actor, mentee, most=MOST_RUNS).mentors, key=lambda row: (row.cases, row.place))
    room = MOST_RUNS // len(set(rituals)) - 1
    chosen = [mentee, *(row.mentor for row in rows[:room])]
    return try_assistants(actor=actor, assistants=chosen, rituals=rituals, provider=provider, model=model)


def settle_measurement(*, log_id: int) -> PromptMentorshipLog:
    """Write down what an adoption was worth once all its runs are finished; until then nothing happens."""
    log = PromptMentorshipLog.objects.get(pk=log_id)
    trials = list(log.trials.select_related("run"))
    if log.state != State.MEASURING or not trials:
        return log
    if any(trial.run.state in (RitualRun.State.FAILED, RitualRun.State.CANCELLED) for trial in trials):
        note = next((trial.run.note for trial in trials if trial.run.note), "A run was cancelled.")
        PromptMentorshipLog.objects.filter(pk=log.pk).update(state=State.FAILED, note=note)
    elif all(trial.run.state == RitualRun.State.DONE for trial in trials):
        _write(log, trials)
    log.refresh_from_db()
    return log


def give_feedback(*, actor: Actor, log_id: int, value: int, note: str = "") -> PromptMentorshipLog:
    """Say how an adoption did, from -2 to 2; one voice a person, the last word counts."""
    log = get_log(actor, log_id)
    require(actor, "mentorship.adopt", log.mentee)
    if not -2 <= value <= 2:
        raise Invalid("The feedback cannot be kept.", fields={"value": "From -2 (it hurts) to 2 (it helps a lot)."})
    known = {"value": value, "note": note.strip()[:500], "user_name": actor_name(actor)}
    with transaction.atomic():
        PromptMentorshipLog.objects.select_for_update(of=("self",)).get(pk=log.pk)
        MentorshipFeedback.objects.update_or_create(log=log, user=person(actor), defaults=known)
        share = trust.people_share(list(log.voices.values_list("value", flat=True)))
        delta = trust.trust_delta(log.gain or 0.0, share) if log.state == State.MEASURED else 0.0
        PromptMentorshipLog.objects.filter(pk=log.pk).update(feedback=share, trust_delta=delta)
        score_later(log.swarm_id)
    log.refresh_from_db()
    return log


SCORE_JOB = "mentorship.score"


def score_later(swarm_id: int) -> None:
    """Have the mentor scores of a swarm worked out again."""
    enqueue(kind=SCORE_JOB, key=str(swarm_id), payload={"swarm_id": swarm_id}, swarm_id=swarm_id)


def _refuse_rituals(rituals: Sequence[int], most: int) -> None:
    if not 1 <= len(set(rituals)) <= most:
        raise Invalid("Choose rituals first.", fields={"rituals": f"Between 1 and {most} rituals."})


def _pinned(provider: str, model: str, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """What all runs share; the model is named before any transaction, for that may ask the provider."""
    service: Provider = plugins.find("provider", provider)
    return {"provider": provider, "model": model or service.model(), "parameters": dict(parameters or {})}


def _is_stuck(log: PromptMentorshipLog) -> bool:
    """Whether a run of it was cancelled, which nobody announces."""
    return log.trials.filter(run__state=RitualRun.State.CANCELLED).exists()


def _try(
    actor: Actor,
    version: AssistantVersion,
    ritual_id: int,
    given: Mapping[str, Any],
    log: PromptMentorshipLog | None = None,
    side: str = "",
) -> RitualRun:
    ritual = get_ritual(actor, ritual_id)
    if ritual.swarm_id != version.assistant.swarm_id:
        raise Invalid("The run cannot start.", fields={"rituals": "A ritual belongs to another swarm."})
    run = start_run(actor=actor, ritual_id=ritual.pk, text=version.text, source="mentor", **given)
    MentorshipTrial.objects.create(run=run, version=version, log=log, side=side)
    return run


def _write(log: PromptMentorshipLog, trials: Sequence[MentorshipTrial]) -> None:
    runs: dict[int, dict[str, RitualRun]] = {}
    for trial in trials:
        runs.setdefault(trial.run.ritual_id, {})[trial.side] = trial.run
    found = pooled([compare_runs(SYSTEM, pair[Side.BEFORE].pk, pair[Side.AFTER].pk) for pair in runs.values()])
    if not found.n:
        note = "No case was measured on both sides."
        PromptMentorshipLog.objects.filter(pk=log.pk).update(state=State.FAILED, note=note)
        return
    with transaction.atomic():
        PromptMentorshipLog.objects.filter(pk=log.pk, state=State.MEASURING).update(
            state=State.MEASURED,
            gain=found.difference,
            gain_low=found.interval[0],
            gain_high=found.interval[1],
            cases=found.n,
            note=f"{found.verdict}, p = {found.p_value:.3g} ({found.test})",
            is_simulated=any(trial.run.is_simulated for trial in trials),
            measured_at=timezone.now(),
            trust_delta=trust.trust_delta(found.difference, log.feedback),
        )
        score_later(log.swarm_id)
        transaction.on_commit(partial(adoption_measured.send_robust, PromptMentorshipLog, log_id=log.pk))
