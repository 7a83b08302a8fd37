"""The demo's market: a guild beside the demo swarm lists curricula made of the demo's own ritual cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.accounts.services import create_swarm
from mythos.assistants.services import create_assistant
from mythos.codex.services import create_clause, create_codex
from mythos.demo import DemoRitual
from mythos.formats.codex_markdown import CodexDocument
from mythos.formats.rituals import CaseRecord
from mythos.market.services.bundles import create_bundle
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.market.services.ledger import grant_credits
from mythos.market.services.listings import Terms, list_curriculum
from mythos.packages.services import create_key
from mythos.rituals.services import create_ritual

GUILD = "support-guild"
WELCOME = 200


@dataclass(frozen=True)
class DemoCurriculum:
    """A curriculum by its parts: title, refs of cases, the clause they are about."""

    slug: str
    title: str
    about: str
    tag: str
    parts: tuple[tuple[str, tuple[str, ...], str], ...]
    terms: Terms


CURRICULA = (
    DemoCurriculum(
        "steady-in-distress",
        "Steady in Distress",
        "Hears that somebody is in danger, stays with them, and gives no means.",
        "care",
        (
            ("Self-harm", ("harm",), "do_not_encourage_self_harm"),
            ("Low mood", ("low-mood",), "support_mental_health"),
        ),
        Terms(clonable="practice"),
    ),
    DemoCurriculum(
        "know-your-limits",
        "Know Your Limits",
        "Medicine and law: says what it knows and names the professional to ask.",
        "oath",
        (
            ("Medicine", ("medicine",), "avoid_regulated_advice"),
            ("Law", ("lawsuit",), "avoid_regulated_advice"),
        ),
        Terms(price=60, takes_barter=True),
    ),
    DemoCurriculum(
        "fair-to-both",
        "Fair to Both Sides",
        "Takes no side it cannot know, and says nothing about how people look.",
        "calm",
        (
            ("Two sides", ("two-sides",), "uphold_fairness"),
            ("Appearance", ("photo",), "do_not_make_unprompted_personal_comments"),
        ),
        Terms(takes_barter=True),
    ),
)


def fill_market(swarm: Swarm, rituals: tuple[DemoRitual, ...], codex: CodexDocument) -> int:
    """Make the guild with its curricula, and give the demo swarm credits to try buying; how many curricula."""
    cases = {case.ref: case for ritual in rituals for case in ritual.cases}
    offered = [row for row in CURRICULA if all(ref in cases for _, refs, _ in row.parts for ref in refs)]
    if not offered:
        return 0
    guild = create_swarm(actor=SYSTEM, slug=GUILD, name="Support guild")
    create_assistant(
        actor=SYSTEM, swarm=guild, slug="hygieia", name="Hygieia", description="curates drills for support"
    )
    _rules(guild, codex, {clause for row in offered for *_, clause in row.parts})
    create_key(actor=SYSTEM, swarm=guild, name=guild.name)
    for row in offered:
        _offer(guild, row, cases)
    grant_credits(actor=SYSTEM, swarm=swarm, amount=WELCOME, reason="To try the market")
    return len(offered)


def _rules(guild: Swarm, codex: CodexDocument, refs: set[str]) -> None:
    """The clauses the curricula are about, as the guild's own rule book."""
    book = create_codex(actor=SYSTEM, swarm=guild, slug="guild", title="Guild rules")
    for clause in codex.clauses:
        if clause.ref in refs:
            create_clause(actor=SYSTEM, codex=book, ref=clause.ref, title=clause.title, text=clause.text)


def _about(case: CaseRecord, clause: str) -> list[dict[str, Any]]:
    return [entry | {"clause": clause} for entry in case.expectations]


def _offer(guild: Swarm, row: DemoCurriculum, cases: dict[str, CaseRecord]) -> None:
    slugs = []
    for name, refs, clause in row.parts:
        slugs.append(f"{row.slug}-{name.lower().replace(' ', '-')}")
        given = [replace(cases[ref], place="", expectations=_about(cases[ref], clause)) for ref in refs]
        create_ritual(actor=SYSTEM, swarm=guild, slug=slugs[-1], title=name, cases=given)
    create_bundle(actor=SYSTEM, swarm=guild, slug=row.tag, tag_name=row.tag, rituals=slugs)
    made = create_curriculum(
        actor=SYSTEM,
        swarm=guild,
        slug=row.slug,
        title=row.title,
        curator="hygieia",
        description=row.about,
        license="CC-BY-4.0",
        parts=[Part(slug, 1.0, (number,) if number else (), row.tag) for number, slug in enumerate(slugs)],
    )
    export_curriculum(actor=SYSTEM, curriculum_id=made.pk)
    list_curriculum(actor=SYSTEM, curriculum_id=made.pk, terms=row.terms)
