"""A small market for tests: swarms with credits, and curricula that are exported, listed, and mostly tiny."""

from __future__ import annotations

from django.db.models import F, Sum

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.assistants.models import Assistant
from mythos.assistants.services import create_assistant
from mythos.formats.rituals.document import CaseRecord
from mythos.market.models import LedgerAccount, LedgerTransfer, Listing, PromptCurriculumVault
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.market.services.ledger import grant_credits
from mythos.market.services.listings import Terms, list_curriculum
from mythos.packages.models import SigningKey
from mythos.packages.services import create_key
from mythos.rituals.models import Ritual
from mythos.rituals.services import create_ritual

CASES = [
    CaseRecord(ref="calm", input="Hello", expectations=[{"type": "contains", "value": "hello"}], split="validation"),
    CaseRecord(ref="sealed", input="Refund!", expectations=[{"type": "contains", "value": "no"}], split="held_out"),
]


def curriculum_of(swarm: Swarm, slug: str, *, license: str = "MIT", title: str = "") -> PromptCurriculumVault:
    """An exported curriculum with one ritual."""
    if not SigningKey.objects.filter(swarm=swarm).exists():
        create_key(actor=SYSTEM, swarm=swarm, name=swarm.name)
    if not Assistant.objects.filter(swarm=swarm).exists():
        create_assistant(actor=SYSTEM, swarm=swarm, slug="iris", name="Iris")
    ritual = f"{slug}-ritual"
    if not Ritual.objects.filter(swarm=swarm, slug=ritual).exists():
        create_ritual(actor=SYSTEM, swarm=swarm, slug=ritual, cases=CASES)
    made = create_curriculum(
        actor=SYSTEM,
        swarm=swarm,
        slug=slug,
        title=title or slug.replace("-", " ").title(),
        curator=Assistant.objects.filter(swarm=swarm).first().slug,
        parts=[Part(ritual)],
        license=license,
    )
    return export_curriculum(actor=SYSTEM, curriculum_id=made.pk)


def listed(swarm: Swarm, slug: str, *, license: str = "MIT", **terms) -> Listing:
    """A curriculum on the market."""
    made = curriculum_of(swarm, slug, license=license)
    return list_curriculum(actor=SYSTEM, curriculum_id=made.pk, terms=Terms(**terms))


def grant(swarm: Swarm, amount: int) -> None:
    grant_credits(actor=SYSTEM, swarm=swarm, amount=amount, reason="To begin with.")


def wallet_of(swarm: Swarm) -> int:
    return balance_of(swarm, "wallet")


def held_of(swarm: Swarm) -> int:
    return balance_of(swarm, "held")


def balance_of(swarm: Swarm, kind: str) -> int:
    return LedgerAccount.objects.filter(swarm=swarm, kind=kind).values_list("balance", flat=True).first() or 0


def check_books() -> int:
    """Every law of the ledger, recomputed from the rows; the credits that are about."""
    accounts = list(LedgerAccount.objects.all())
    assert sum(account.balance for account in accounts) == 0
    incoming = dict(LedgerTransfer.objects.values_list("target").annotate(Sum("amount")).order_by())
    outgoing = dict(LedgerTransfer.objects.values_list("source").annotate(Sum("amount")).order_by())
    for account in accounts:
        assert account.balance == incoming.get(account.pk, 0) - outgoing.get(account.pk, 0)
        assert account.kind == "issuance" or account.balance >= 0
    assert not LedgerTransfer.objects.filter(source=F("target")).exists()
    return -sum(account.balance for account in accounts if account.kind == "issuance")
