"""The demo's school: assistants that speak, one that teaches, one that learnt, one that is taught, and a trade.

Nothing is written down as a result. The rituals are queued here and run by the worker with the built-in rule follower,
so every figure is measured on the machine it is read on, and marked as simulated.
"""

from __future__ import annotations

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.assistants.models import Assistant
from mythos.assistants.queries import get_assistant
from mythos.demo import Demo, DemoDraft
from mythos.drafts.models import AssistantDraft
from mythos.drafts.services import create_draft, deploy_draft
from mythos.market.models import Listing
from mythos.market.services.bartering import LONGEST_OPEN, Exchange, offer_trade
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.market.services.listings import Terms, list_curriculum
from mythos.market.services.taking import clone_curriculum
from mythos.market.services.teaching import enroll_assistant, note_teaching
from mythos.mentorship.services import adopt_prompts, measure_adoption, offer_mentorship, try_assistants
from mythos.packages.services import create_key
from mythos.prompts.queries import checkpoint_of, get_prompt
from mythos.prompts.services import create_prompt, move_label
from mythos.rituals.models import Ritual

MENTOR, ADOPTER, PUPIL = "calliope", "daedalus", "hermes"
RITUAL, LESSON, SET = "calliope-manners", "calliope/manners", "Manners"
CURRICULUM, SPEAKS_FROM = "steady-in-distress", "hermes/charter"
OFFERED = "fair-to-both"
PROVIDER = "scripted"
SAID = "Made on the first start: the demo's own rituals, run by the built-in rule follower, which is simulated."


def begin_draft(swarm: Swarm, draft: DemoDraft) -> AssistantDraft:
    """Put a draft together from prompts that are there and prompts that come with it."""
    assistant = get_assistant(SYSTEM, draft.assistant, swarm)
    rows = []
    for block in draft.blocks:
        if block.text:
            checkpoint = create_prompt(
                actor=SYSTEM,
                swarm=swarm,
                slug=block.slug,
                text=block.text,
                title=block.title,
                kind="fragment",
                assistant=assistant,
                source="import",
            )
        else:
            checkpoint = checkpoint_of(SYSTEM, get_prompt(SYSTEM, block.slug, swarm), label="production")
        rows.append({"section": block.section, "prompt": checkpoint.prompt_id, "checkpoint": checkpoint.pk})
    return create_draft(
        actor=SYSTEM,
        swarm=swarm,
        name=draft.name,
        assistant=assistant,
        tone=draft.tone,
        codex_contract_type=draft.type,
        model=draft.model,
        prompt_cluster=rows,
    )


def open_school(swarm: Swarm, demo: Demo) -> int:
    """Deploy what the demo's assistants speak from; how many there are."""
    for row in demo.deployed:
        draft = begin_draft(swarm, row)
        for block in row.blocks:
            if block.text:
                prompt = get_prompt(SYSTEM, block.slug, swarm)
                move_label(actor=SYSTEM, prompt_id=prompt.pk, label="production", version=1)
        deploy_draft(actor=SYSTEM, draft_id=draft.pk, base=draft.version, reason="First start")
    return len(demo.deployed)


def begin_lessons(swarm: Swarm) -> None:
    """Queue what shows who can teach whom, what an adoption was worth, and how far a pupil is."""
    mentor, adopter, pupil = (get_assistant(SYSTEM, slug, swarm) for slug in (MENTOR, ADOPTER, PUPIL))
    ritual = Ritual.objects.get(swarm=swarm, slug=RITUAL)
    lesson = get_prompt(SYSTEM, LESSON, swarm)
    offer_mentorship(
        actor=SYSTEM,
        assistant=mentor,
        sets=[{"name": SET, "prompts": [lesson.pk]}],
        subjects=["manners", "opening a reply"],
        notes=f"Take it as it is, and measure it on your own cases. {SAID}",
    )
    log = adopt_prompts(actor=SYSTEM, mentee=adopter, mentor_id=mentor.pk, set_name=SET, base=1, notes=SAID)
    measure_adoption(actor=SYSTEM, log_id=log.pk, rituals=[ritual.pk], provider=PROVIDER)
    try_assistants(actor=SYSTEM, assistants=[mentor, pupil], rituals=[ritual.pk], provider=PROVIDER)
    create_key(actor=SYSTEM, swarm=swarm, name=swarm.name)
    _teach(swarm, pupil)
    _trade(swarm, mentor, ritual)


def _teach(swarm: Swarm, pupil: Assistant) -> None:
    listing = Listing.objects.get(curriculum__slug=CURRICULUM)
    taken = clone_curriculum(actor=SYSTEM, swarm=swarm, listing_id=listing.pk)
    assert taken.copy_id is not None  # it was made this moment
    enrolled = enroll_assistant(
        actor=SYSTEM, curriculum_id=taken.copy_id, assistant=pupil.slug, provider=PROVIDER, prompt=SPEAKS_FROM
    )
    note_teaching(actor=SYSTEM, enrollment_id=enrolled.pk, note=SAID)


def _trade(swarm: Swarm, mentor: Assistant, ritual: Ritual) -> None:
    """List what the mentor is best at, its held-out cases sealed; the guild offers something of its own for it."""
    made = create_curriculum(
        actor=SYSTEM,
        swarm=swarm,
        slug=ritual.slug,
        title=ritual.title,
        curator=mentor.slug,
        description="How a reply to a request for a text begins, how long it is, and what it offers at the end.",
        license="CC-BY-4.0",
        parts=[Part(ritual.slug, 0.9)],
    )
    export_curriculum(actor=SYSTEM, curriculum_id=made.pk)
    ours = list_curriculum(actor=SYSTEM, curriculum_id=made.pk, terms=Terms(price=40, takes_barter=True))
    theirs = Listing.objects.get(curriculum__slug=OFFERED)
    exchange = Exchange(given=(theirs.curriculum_id,), message="Ours for yours?", open_for=LONGEST_OPEN)
    offer_trade(actor=SYSTEM, swarm=theirs.swarm, listing_id=ours.pk, exchange=exchange)
