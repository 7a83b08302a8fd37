"""Swarms with planted skills: how often the suggested mentor is the truly best one, and when nobody is suggested.

A ritual has 100 topics in the world, and an assistant refuses the share of them that its planted skill says. A run sees
40 of the topics, so what it shows differs from what is true. Three kinds of swarms:

- `outstanding`: one assistant knows all rituals well, one in each ritual only that, all others little;
- `levels`: every skill is low, middling or high by chance, so several teach much and differ in where;
- `even`: every skill is anything, so the best teacher is often barely better than the next.

Evidence *suffices* for a mentee where the truth lets it: the two truly best teachers differ, topic by topic, by so much
that a test of the taken cases finds it in at least 80 of 100 samples (two-sided 5 %, normal approximation). Of these
the ranking should name the best; of the others silence is right, and a wrong name is a fault.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist, fmean, pstdev
from typing import Any

from mentorship import swarm_of_assistants

RITUALS, WORLD, CASES = 4, 100, 40
NEEDED_Z = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8)
Known = list[set[str]]


def outstanding(chance: random.Random, number: int) -> list[float]:
    skills = [chance.uniform(0.1, 0.5) for _ in range(RITUALS)]
    if number == 0:
        return [0.9] * RITUALS
    if number <= RITUALS:
        skills[number - 1] = 0.9
    return skills


def levels(chance: random.Random, number: int) -> list[float]:
    return [chance.choice((0.1, 0.5, 0.9)) for _ in range(RITUALS)]


def even(chance: random.Random, number: int) -> list[float]:
    return [chance.random() for _ in range(RITUALS)]


def rank(count: int = 50, swarms: int = 3, runs: int = 0) -> dict[str, Any]:
    """Every kind of swarm, so many of each."""
    found: dict[str, Any] = {"assistants": count, "swarms of each kind": swarms}
    for kind in (outstanding, levels, even):
        rows = [row for seed in range(swarms) for row in one_swarm(count, kind, seed, take if runs else take_at_once)]
        found[kind.__name__] = said_of(rows)
    return found


def said_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares with their 95 % intervals (Wilson)."""
    told, silent = [row for row in rows if row["suggested"]], [row for row in rows if not row["suggested"]]
    enough, short = [row for row in rows if row["suffices"]], [row for row in rows if not row["suffices"]]
    return {
        "asked": len(rows),
        "suggested": len(told),
        "suggested and truly best": share(sum(row["suggested"] in row["best"] for row in told), len(told)),
        "evidence suffices": len(enough),
        "of these the best suggested": share(sum(row["suggested"] in row["best"] for row in enough), len(enough)),
        "of these not enough evidence": share(sum(not row["suggested"] for row in enough), len(enough)),
        "evidence does not suffice": len(short),
        "of these not enough evidence said": share(sum(not row["suggested"] for row in short), len(short)),
        "lost by a suggestion that was not the best, mean": fmean([row["loss"] for row in told] or [0.0]),
        "silent though the first was the best": sum(row["first"] in row["best"] for row in silent),
    }


def share(hits: int, of: int) -> str:
    if not of:
        return "none"
    z, p = NormalDist().inv_cdf(0.975), hits / of
    middle, width = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    low, high = ((middle + sign * width) / (1 + z * z / of) for sign in (-1, 1))
    return f"{hits} of {of}: {p:.1%} [{low:.1%} to {high:.1%}]"


def one_swarm(count: int, kind: Callable[..., list[float]], seed: int, take: Callable[..., None]) -> list[dict]:
    """Of each assistant: its truly best teachers, who stood first, who was suggested, whether that could be known."""
    from mythos.accounts.actors import SYSTEM
    from mythos.mentorship.ranking import rank_mentors
    from mythos.mentorship.services import refresh_standings

    chance = random.Random(seed)
    world = [[f"topic{r}x{n}" for n in range(WORLD)] for r in range(RITUALS)]
    skills: list[Known] = []
    for number in range(count):
        planted = kind(chance, number)
        skills.append([{topic for topic in world[r] if chance.random() < planted[r]} for r in range(RITUALS)])
    texts = [refusing(known) for known in skills]
    swarm, assistants = swarm_of_assistants(count, f"{kind.__name__}-{seed}", texts)
    take(swarm, assistants, [chance.sample(topics, CASES) for topics in world], texts)
    for assistant in assistants:
        refresh_standings(assistant_id=assistant.pk)
    found = []
    for me, assistant in enumerate(assistants):
        others = [(n, other.pk) for n, other in enumerate(assistants) if n != me]
        gains = {key: gain_of(skills[me], skills[n]) for n, key in others}
        most = max(gains.values())
        first, second = sorted(others, key=lambda row: -gains[row[1]])[:2]
        ranking = rank_mentors(SYSTEM, assistant)
        suggested = ranking.best.mentor.pk if ranking.best else None
        found.append(
            {
                "best": {key for key, gain in gains.items() if gain == most > 0},
                "first": ranking.mentors[0].mentor.pk,
                "suggested": suggested,
                "suffices": can_be_told(world, skills[me], skills[first[0]], skills[second[0]]),
                "loss": (most - gains[suggested]) / RITUALS if suggested else 0.0,
            }
        )
    return found


def refusing(known: Known) -> str:
    return "\n".join(f"Refuse requests for {topic}." for topics in known for topic in sorted(topics))


def gain_of(mentee: Known, mentor: Known) -> float:
    """What a mentor can teach in truth: over the rituals in which it is better, by how much."""
    return sum(max(0, len(theirs) - len(own)) for own, theirs in zip(mentee, mentor, strict=True)) / WORLD


def can_be_told(world: list[list[str]], mentee: Known, first: Known, second: Known) -> bool:
    """Whether the cases taken would show that the first teaches more than the second, four times in five."""
    gaps = []
    for r, topics in enumerate(world):
        one, other = (len(row[r]) > len(mentee[r]) for row in (first, second))
        for topic in topics:
            own = topic in mentee[r]
            gaps.append(one * ((topic in first[r]) - own) - other * ((topic in second[r]) - own))
    mean, spread = fmean(gaps), pstdev(gaps)
    return mean > 0 and (NEEDED_Z * spread / mean) ** 2 <= RITUALS * CASES


def rituals_of(swarm: Any, samples: list[list[str]]) -> list[Any]:
    from mythos.accounts.actors import SYSTEM
    from mythos.formats.rituals.document import CaseRecord
    from mythos.rituals.services import create_ritual

    expected = [{"type": "is-refusal", "value": None}]
    return [
        create_ritual(
            actor=SYSTEM,
            swarm=swarm,
            slug=f"r{number}",
            cases=[CaseRecord(topic, asked(topic), expectations=expected) for topic in topics],
        )
        for number, topics in enumerate(samples)
    ]


def asked(topic: str) -> str:
    return f"Tell me all on {topic}"


def take_at_once(swarm: Any, assistants: list[Any], samples: list[list[str]], texts: list[str]) -> None:
    """Replies and grades of every assistant in every ritual, written where finished runs put them."""
    from mythos.accounts.actors import SYSTEM
    from mythos.graders.base import Example
    from mythos.graders.refusal import IsRefusal
    from mythos.mentorship.models import SkillRecord
    from mythos.providers import scripted
    from mythos.rituals.services import start_run
    from mythos.text.normalize import content_hash

    scripted.read = lru_cache(maxsize=4)(scripted.read)  # one text answers 160 cases
    grader, rows = IsRefusal(), []
    runs = [
        start_run(actor=SYSTEM, ritual_id=ritual.pk, text="Help.", provider="scripted")
        for ritual in rituals_of(swarm, samples)
    ]
    for assistant, text in zip(assistants, texts, strict=True):
        for run, topics in zip(runs, samples, strict=True):
            replies = {topic: scripted.reply_to(asked(topic), text) for topic in topics}
            scores = {topic: [grader.grade(Example(asked(topic)), said).value, 1.0] for topic, said in replies.items()}
            rows.append(
                SkillRecord(
                    assistant=assistant, sha256=content_hash(text), ritual_id=run.ritual_id, setting="scripted",
                    run=run, is_simulated=True, scores=scores,
                )
            )  # fmt: skip
    SkillRecord.objects.bulk_create(rows)


def take(swarm: Any, assistants: list[Any], samples: list[list[str]], texts: list[str]) -> None:
    """Let every assistant take every ritual, as the worker would."""
    from mythos.accounts.actors import SYSTEM
    from mythos.mentorship.services import try_assistants
    from mythos.mentorship.services.standing import STAND_JOB
    from mythos.rituals.services import RUN_JOB
    from mythos.work.models import Job
    from mythos.work.services import run_due

    rituals = [ritual.pk for ritual in rituals_of(swarm, samples)]
    for assistant in assistants:
        try_assistants(actor=SYSTEM, assistants=[assistant], rituals=rituals, provider="scripted")
    while Job.objects.filter(kind=RUN_JOB, state="pending").exists():
        # The standings are worked out once, at the end, for every run would ask for it again.
        Job.objects.filter(kind=STAND_JOB, state="pending").delete()
        run_due(limit=20)
