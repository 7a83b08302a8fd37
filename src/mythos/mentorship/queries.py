"""Questions about mentorship."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.assistants.models import Assistant
from mythos.assistants.queries import visible_assistants
from mythos.codex.models import ContractClause
from mythos.drafts.models import AssistantVersion
from mythos.drafts.queries import newest_versions
from mythos.errors import NotFound
from mythos.mentorship import trust
from mythos.mentorship.models import (
    AssistantMentorTag,
    MentorPromptSet,
    MentorshipFork,
    MentorStanding,
    PromptMentorshipLog,
    SkillRecord,
)
from mythos.mentorship.teaching import Record


def get_pupil(actor: Actor, assistant_id: int) -> Assistant:
    """One assistant by number, or NotFound when it is not the actor's to see."""
    found = visible_assistants(actor).filter(pk=assistant_id).first()
    if found is None:
        raise NotFound(f"There is no assistant {assistant_id}.", fields={"assistant": "Unknown assistant."})
    return found


def visible_tags(actor: Actor, swarm: Swarm | None = None) -> QuerySet[AssistantMentorTag]:
    """Tags of the actor's assistants, best score first."""
    found = AssistantMentorTag.objects.filter(assistant__swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(assistant__swarm=swarm)
    return found.select_related("assistant", "assistant__swarm").order_by("-mentor_score", "assistant__name", "id")


def tag_of(actor: Actor, assistant: Assistant) -> AssistantMentorTag | None:
    """What an assistant offers, or offered; None when it never did."""
    return visible_tags(actor).filter(assistant=assistant).first()


def most_to_learn(actor: Actor, swarm: Swarm) -> Assistant | None:
    """The assistant that a mentor of the swarm could teach most; None where nothing says so."""
    mentors = visible_tags(actor, swarm).filter(is_offering=True).order_by().values("assistant")
    rows = MentorStanding.objects.filter(mentor__in=mentors, mentee__in=visible_assistants(actor, swarm), teach__gt=0)
    best = rows.select_related("mentee").order_by("-teach", "mentee_id").first()
    return best.mentee if best else None


def sets_of(tag: AssistantMentorTag) -> list[MentorPromptSet]:
    """The prompt sets of a mentor with their prompts."""
    return list(tag.prompt_sets.prefetch_related("prompts"))


def score_now(tag: AssistantMentorTag) -> float:
    """The mentor score of this moment: what was stored, faded since."""
    return trust.score_at(tag.gain_sum, tag.weight_sum, timezone.now() - tag.scored_at)


def visible_logs(actor: Actor, swarm: Swarm | None = None) -> QuerySet[PromptMentorshipLog]:
    """Adoptions of the actor's swarms, newest first."""
    found = PromptMentorshipLog.objects.filter(swarm__in=swarms_of(actor))
    if swarm is not None:
        found = found.filter(swarm=swarm)
    return found.select_related("mentor", "mentee", "swarm", "before", "after")


def get_log(actor: Actor, log_id: int) -> PromptMentorshipLog:
    """One adoption, or NotFound."""
    found = visible_logs(actor).filter(pk=log_id).first()
    if found is None:
        raise NotFound(f"There is no adoption {log_id}.")
    return found


def logs_with(actor: Actor, assistant: Assistant) -> QuerySet[PromptMentorshipLog]:
    """What an assistant learnt, newest first."""
    texts = [f"{side}__{column}" for side in ("before", "after") for column in ("text", "report", "answers")]
    found = visible_logs(actor).filter(mentee=assistant).defer(*texts)
    return found.prefetch_related("forks__source", "forks__prompt", "trials")


def records_of(assistants: Collection[int]) -> dict[int, list[Record]]:
    """Assistant -> how the text it speaks from now did in rituals."""
    found: dict[int, list[Record]] = {key: [] for key in assistants}
    current = dict(newest_versions().filter(assistant__in=assistants).values_list("assistant_id", "sha256"))
    rows = SkillRecord.objects.filter(assistant__in=assistants, sha256__in=set(current.values()))
    for row in rows.order_by("run_id"):
        if current.get(row.assistant_id) == row.sha256:
            found[row.assistant_id].append(
                Record(row.ritual_id, row.setting, row.run_id, row.is_binary, row.is_simulated, row.scores)
            )
    return found


def clauses_of(assistants: Collection[int]) -> dict[int, set[int]]:
    """Assistant -> the clauses that bind the prompts it speaks from."""
    rows = AssistantVersion.objects.filter(pk__in=newest_versions().filter(assistant__in=assistants).values("pk"))
    prompts: dict[int, set[int]] = defaultdict(set)
    for assistant, prompt in rows.values_list("assistant_id", "pins__prompt_id"):
        prompts[prompt].add(assistant)
    found: dict[int, set[int]] = {key: set() for key in assistants}
    bound = ContractClause.objects.filter(is_live=True, contract__prompt__in=list(prompts))
    for prompt, clause in bound.values_list("contract__prompt_id", "clause_id"):
        for assistant in prompts[prompt]:
            found[assistant].add(clause)
    return found


@dataclass(frozen=True)
class Update:
    """A mentor's newer text of a prompt that was adopted; or why nothing can be offered."""

    fork: MentorshipFork
    newest: int | None
    is_frozen: bool


def updates_for(actor: Actor, mentee: Assistant) -> list[Update]:
    """Adopted prompts whose mentor speaks from a newer text now; frozen where the mentor no longer offers."""
    live = live_forks(actor, mentee)
    if not live:
        return []
    mentors = {fork.log.mentor_id for fork in live}
    offering = set(
        MentorPromptSet.objects.filter(tag__assistant__in=mentors, tag__is_offering=True).values_list(
            "tag__assistant_id", "prompts__id"
        )
    )
    pins = {
        (assistant, prompt): (pk, version, sha)
        for assistant, prompt, pk, version, sha in newest_versions()
        .filter(assistant__in=mentors)
        .values_list(
            "assistant_id",
            "pins__prompt_id",
            "pins__checkpoint_id",
            "pins__checkpoint__version",
            "pins__checkpoint__sha256",
        )
    }
    found = []
    for fork in live:
        key = (fork.log.mentor_id, fork.source.prompt_id)
        pin = pins.get(key)
        if key not in offering:
            found.append(Update(fork, None, True))
        elif pin is not None and pin[1] > fork.source.version and pin[2] != fork.source.sha256:
            found.append(Update(fork, pin[1], False))
    return found


def live_forks(actor: Actor, mentee: Assistant) -> list[MentorshipFork]:
    """The newest hand-over of every adopted prompt the assistant still speaks from."""
    newest = newest_versions().filter(assistant=mentee).first()
    if newest is None:
        return []
    speaking = newest.pins.values("prompt_id")
    rows = MentorshipFork.objects.filter(
        log__mentee=mentee, log__swarm__in=swarms_of(actor), log__undone_at=None, prompt__in=speaking
    )
    newest_of: dict[int, MentorshipFork] = {}
    for row in rows.select_related("log__mentor", "source", "prompt", "checkpoint").order_by("id"):
        newest_of[row.prompt_id] = row
    return list(newest_of.values())
