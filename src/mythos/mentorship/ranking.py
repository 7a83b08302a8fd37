"""Mentors for one assistant, from standings that are kept up as runs finish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.assistants.models import Assistant
from mythos.mentorship import teaching, trust
from mythos.mentorship.models import AssistantMentorTag, MentorStanding
from mythos.mentorship.queries import records_of, visible_tags
from mythos.mentorship.teaching import Lead, Weighted
from mythos.rituals.models import Ritual

MOST_RANKED = 20


@dataclass(frozen=True)
class RankedPart:
    """One ritual of a ranking: how the mentor does beside the mentee."""

    ritual: Ritual
    part: teaching.Part


@dataclass(frozen=True)
class RankedMentor:
    """A mentor as a mentee sees it, with every part of its place."""

    place: int
    tag: AssistantMentorTag
    teach: float
    overlap: float
    score: float
    fit: float
    cases: int
    parts: tuple[RankedPart, ...]

    @property
    def mentor(self) -> Assistant:
        return self.tag.assistant

    @property
    def beaten(self) -> list[RankedPart]:
        """The rituals in which it surely does better."""
        return [row for row in self.parts if row.part.beats]

    @property
    def losing(self) -> list[RankedPart]:
        """The rituals in which it surely does worse."""
        return [row for row in self.parts if row.part.loses]

    @property
    def is_enough(self) -> bool:
        """Whether there is evidence that it can teach anything."""
        return self.teach > 0

    @property
    def is_simulated(self) -> bool:
        """Whether anything its numbers rest on was not said by a model."""
        return any(row.part.is_simulated for row in self.parts)

    @property
    def missing(self) -> str:
        """What would have to be there to say more; empty where enough is known."""
        if self.is_enough:
            return ""
        if not self.cases:
            return "They have not taken a case of the same ritual under the same setting."
        needed = min((row.part.needed for row in self.parts if row.part.needed), default=0)
        if self.losing and not needed:
            return "It does not beat this assistant anywhere."
        if not needed or not any(row.part.difference for row in self.parts):
            return "No difference."
        return f"No interval lies above zero; about {needed:,} more case{'s' * (needed > 1)} would tell."


@dataclass(frozen=True)
class Ranking:
    """Mentors for one assistant, best first, and whether the first can be told from the second."""

    mentors: tuple[RankedMentor, ...]
    offering: int
    lead: Lead
    missing: str

    @property
    def best(self) -> RankedMentor | None:
        """The mentor to suggest; None where the evidence does not say who."""
        return self.mentors[0] if self.mentors and self.lead.verdict == "told" else None


def rank_mentors(actor: Actor, mentee: Assistant, *, most: int = MOST_RANKED) -> Ranking:
    """Mentors by what they can teach this assistant, from standings that are kept up as runs finish."""
    tags = visible_tags(actor, mentee.swarm).filter(is_offering=True).exclude(assistant=mentee)
    now = timezone.now()
    scores = {
        key: trust.score_at(gain, weight, now - since)
        for key, gain, weight, since in tags.values_list("assistant_id", "gain_sum", "weight_sum", "scored_at")
    }
    rows = MentorStanding.objects.filter(mentee=mentee).values_list("mentor_id", "teach", "overlap")
    known = {key: teaching.fit(teach, share, scores[key]) for key, teach, share in rows if key in scores}
    order = sorted(scores, key=lambda key: (-known.get(key, 0.0), key not in known, -scores[key], key))[:most]
    chosen = tags.filter(assistant__in=order).prefetch_related("prompt_sets__prompts")
    shown = _ranked(mentee, order, {tag.assistant_id: tag for tag in chosen}, scores)
    found = _lead(mentee, shown)
    return Ranking(shown, len(scores), found, _missing(mentee, shown, found))


def _ranked(
    mentee: Assistant, order: Sequence[int], tags: Mapping[int, AssistantMentorTag], scores: Mapping[int, float]
) -> tuple[RankedMentor, ...]:
    rows = {row.mentor_id: row for row in MentorStanding.objects.filter(mentee=mentee, mentor__in=order)}
    wanted = {part["ritual"] for row in rows.values() for part in row.parts}
    rituals = Ritual.objects.in_bulk(wanted)
    found = []
    for place, key in enumerate(order, start=1):
        row = rows.get(key) or MentorStanding(mentee=mentee, mentor_id=key)
        parts = tuple(
            RankedPart(rituals[part["ritual"]], teaching.Part(**part))
            for part in row.parts
            if part["ritual"] in rituals
        )
        value = teaching.fit(row.teach, row.overlap, scores[key])
        found.append(RankedMentor(place, tags[key], row.teach, row.overlap, scores[key], value, row.cases, parts))
    return tuple(found)


def _lead(mentee: Assistant, shown: Sequence[RankedMentor]) -> Lead:
    able = [row for row in shown if row.is_enough][:2]
    if not able:
        return Lead("none")
    if len(able) == 1:
        return Lead("told", able[0].fit)
    records = records_of([mentee.pk, *(row.mentor.pk for row in able)])
    first, second = (
        Weighted(
            records[row.mentor.pk],
            frozenset((part.part.ritual, part.part.setting) for part in row.beaten),
            teaching.fit(1.0, row.overlap, row.score),
        )
        for row in able
    )
    return teaching.lead(records[mentee.pk], first, second)


def _missing(mentee: Assistant, shown: Sequence[RankedMentor], found: Lead) -> str:
    """Why nobody is suggested, and what would change that; empty where somebody is."""
    if found.verdict == "told":
        return ""
    if not shown:
        return "No other assistant offers mentorship yet."
    if not records_of([mentee.pk])[mentee.pk]:
        return f"The text {mentee.name} speaks from has not been tried in any ritual."
    if found.verdict == "open":
        names = " and ".join(row.mentor.name for row in shown[:2])
        return f"{names} cannot be told apart; about {found.needed:,} more cases would tell."
    return "No mentor surely does better in a ritual both have taken."
