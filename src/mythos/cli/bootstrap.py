"""The first start: a swarm, the demo from real inputs, and an owner."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Role, Swarm, User
from mythos.accounts.queries import default_swarm
from mythos.accounts.services import create_swarm, create_user
from mythos.assistants.queries import get_assistant
from mythos.assistants.services import create_assistant
from mythos.cli.demo_market import fill_market
from mythos.cli.demo_school import begin_draft, begin_lessons, open_school
from mythos.codex.services import import_codex, sign_contract
from mythos.demo import Demo, DemoCharter, load_demo
from mythos.errors import Invalid
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, import_prompts, move_label, revise_prompt
from mythos.rituals.services import create_ritual

OWNER_EMAIL = "owner@mythos.local"
OWNER_NAME = "Owner"
Say = Callable[[str], None]


@dataclass(frozen=True)
class FirstOwner:
    """The account made on the first start; a made-up password is kept nowhere else."""

    email: str
    name: str
    password: str
    is_made_up: bool


def refuse_weak_password() -> None:
    """Say that MYTHOS_PASSWORD will not do before anything is written."""
    given = os.environ.get("MYTHOS_PASSWORD", "")
    if not given or User.objects.exists():
        return
    try:
        validate_password(given, User(email=OWNER_EMAIL, name=OWNER_NAME))
    except ValidationError as error:
        raise Invalid("MYTHOS_PASSWORD cannot be the owner's password.", hint=" ".join(error.messages)) from error


def make_first_swarm() -> None:
    """Make an empty swarm; nothing when there is one already."""
    if not Swarm.objects.exists():
        create_swarm(actor=SYSTEM, slug="main", name="Main")


def make_demo(say: Say) -> None:
    """Make the demo swarm, all of it or nothing."""
    with transaction.atomic():
        fill_demo(create_swarm(actor=SYSTEM, slug="demo", name="Demo swarm"), load_demo(), say)


def make_owner() -> FirstOwner | None:
    """Make the owner's account; None when people are already here."""
    if User.objects.exists():
        return None
    given = os.environ.get("MYTHOS_PASSWORD", "")
    password = given or secrets.token_urlsafe(12)
    owner = create_user(
        actor=SYSTEM,
        email=OWNER_EMAIL,
        name=OWNER_NAME,
        password=password,
        swarm=default_swarm(SYSTEM),
        role=Role.OWNER,
    )
    owner.is_staff = True  # whoever starts the instance administers it, as for granting credits
    owner.save(update_fields=["is_staff"])
    return FirstOwner(OWNER_EMAIL, OWNER_NAME, password, is_made_up=not given)


def fill_demo(swarm: Swarm, demo: Demo, say: Say) -> None:
    """Load the demo through the same verbs as people use."""
    for item in demo.assistants:
        assistant = create_assistant(
            actor=SYSTEM, swarm=swarm, slug=item.slug, name=item.name, description=item.description
        )
        records = [record for record in demo.prompts if demo.owners[record.slug] == item.slug]
        report = import_prompts(actor=SYSTEM, swarm=swarm, records=records, strict=True, assistant=assistant)
        say(f"  {item.name}: {len(report.created)} prompts, {report.checkpoints} checkpoints")
    for slug, label, version in demo.labels:
        move_label(actor=SYSTEM, prompt_id=get_prompt(SYSTEM, slug, swarm).pk, label=label, version=version)
    for document in demo.codices:
        done = import_codex(
            actor=SYSTEM, swarm=swarm, codex_slug=demo.codex_slug, document=document, title=demo.codex_title
        )
        edition = done.edition.label if done.edition else ""
        say(f"  {demo.codex_title} {edition}: {len(document.clauses)} clauses")
    for charter in demo.charters:
        _sign_charter(swarm, charter)
    say(f"  {len(demo.charters)} contracts")
    for ritual in demo.rituals:
        create_ritual(
            actor=SYSTEM,
            swarm=swarm,
            slug=ritual.slug,
            title=ritual.title,
            type=ritual.type,
            description=ritual.description,
            prompt=get_prompt(SYSTEM, ritual.prompt, swarm),
            cases=ritual.cases,
        )
        say(f"  {ritual.title}: a ritual of {len(ritual.cases)} cases")
    learning = open_school(swarm, demo)
    for draft in demo.drafts:
        begin_draft(swarm, draft)
        say(f"  {draft.name}: a draft of {len(draft.blocks)} blocks")
    offered = fill_market(swarm, demo.rituals, demo.codices[-1])
    if offered:
        say(f"  {offered} curricula on the market")
    if learning and offered:
        begin_lessons(swarm)


def _sign_charter(swarm: Swarm, charter: DemoCharter) -> None:
    first = create_prompt(
        actor=SYSTEM,
        swarm=swarm,
        slug=charter.slug,
        text=charter.text,
        title=charter.title,
        assistant=get_assistant(SYSTEM, charter.assistant, swarm),
        source="import",
    )
    clauses = [{"ref": ref} for ref in charter.clauses]
    sign_contract(
        actor=SYSTEM, prompt_id=first.prompt_id, base=0, type=charter.type, clauses=clauses, reason="Demo charter"
    )
    move_label(actor=SYSTEM, prompt_id=first.prompt_id, label="production", version=1)
    if charter.later:
        why = "Shorter"
        revise_prompt(actor=SYSTEM, prompt_id=first.prompt_id, text=charter.later, base=1, reason=why, source="import")
