"""Random trading with crashes between any two statements: no credit is made or lost, no trade is done by half.

    python bench/fuzz_market.py [--count 10000] [--seed 1]
    python scripts/with_postgres.py python bench/fuzz_market.py

Swarms list, buy, clone, offer, counter, accept, decline, withdraw and let offers run out, at random and with terms that
may be stale or impossible. Half of the operations is to be killed before a random statement. The laws are checked after
every operation, the whole history every 500. The seed gives the same operations again.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

if __name__ == "__main__":
    os.environ.setdefault("MYTHOS_HOME", tempfile.mkdtemp(prefix="mythos-fuzz-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mythos.settings")
    import django

    django.setup()

from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.accounts.services import create_swarm
from mythos.assistants.services import create_assistant
from mythos.errors import MythosError
from mythos.market.models import (
    BarterItem,
    BarterOffer,
    CurriculumLicense,
    LedgerAccount,
    LedgerTransfer,
    Listing,
    PromptCurriculumVault,
)
from mythos.market.queries.wallet import check_books
from mythos.market.services import bartering
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.market.services.ledger import grant_credits
from mythos.market.services.listings import Terms, close_listing, list_curriculum
from mythos.market.services.taking import Seen, buy_curriculum, clone_curriculum
from mythos.packages.services import create_key
from mythos.rituals.services import create_ritual

SWARMS = 6


class Crash(Exception):
    """The process dies here."""


@contextmanager
def crashing(before: int | None) -> Iterator[list[int]]:
    """Die before the statement with this number; savepoints are bookkeeping and do not count."""
    seen = [0]

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen[0] += 1
            if seen[0] == before:
                raise Crash(sql[:80])
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield seen


class Fair:
    """A market and a dice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.made = 0
        self.swarms = [create_swarm(actor=SYSTEM, slug=f"fair-{n}", name=f"Fair {n}") for n in range(SWARMS)]
        self.pattern = self._pattern(self.swarms[0])
        for swarm in self.swarms:
            grant_credits(actor=SYSTEM, swarm=swarm, amount=1_000, reason="To begin with")
        self.verbs: list[tuple[Callable[[], object], int]] = [
            (self.grant, 1), (self.list, 6), (self.change, 2), (self.close, 1), (self.buy, 8), (self.clone, 2),
            (self.offer, 14), (self.counter, 4), (self.accept, 5), (self.decline, 2), (self.withdraw, 2),
            (self.expire, 3),
        ]  # fmt: skip

    @staticmethod
    def _pattern(swarm: Swarm) -> PromptCurriculumVault:
        create_key(actor=SYSTEM, swarm=swarm, name="fair")
        create_assistant(actor=SYSTEM, swarm=swarm, slug="iris", name="Iris")
        create_ritual(actor=SYSTEM, swarm=swarm, slug="calm", cases=())
        parts = [Part("calm")]
        made = create_curriculum(
            actor=SYSTEM, swarm=swarm, slug="pattern", title="Pattern", curator="iris", parts=parts, license="MIT"
        )
        return export_curriculum(actor=SYSTEM, curriculum_id=made.pk)

    def new(self, swarm: Swarm) -> PromptCurriculumVault:
        """Another exported curriculum, without the seconds that signing each takes."""
        self.made += 1
        name, lineage = f"course-{self.made}", f"{self.made:032x}"
        document = self.pattern.exported_json | {"name": name, "lineage": lineage, "title": f"Course {self.made}"}
        with transaction.atomic():  # as in a service: a row that fails spoils its own block, not an outer one
            return PromptCurriculumVault.objects.create(
                swarm=swarm,
                slug=name,
                lineage=lineage,
                curator=self.pattern.curator,
                curriculum_title=f"Course {self.made}",
                exported_json=document,
                signature=self.pattern.signature,
                license=self.dice.choice(["MIT", "MIT", "LicenseRef-None"]),
                version="1.0.0",
            )

    def step(self) -> str:
        """One operation, killed half-way or not; what came of it."""
        verb = self.dice.choices([verb for verb, _ in self.verbs], [weight for _, weight in self.verbs])[0]
        before = self.dice.randint(1, self.dice.choice([6, 20, 60])) if self.dice.random() < 0.5 else None
        return self.attempt(verb, before)

    def attempt(self, verb: Callable[[], object], before: int | None) -> str:
        """Do it, dying before the statement with this number."""
        try:
            with crashing(before):
                verb()
            outcome = "done"
        except Crash:
            outcome = "killed"
        except MythosError as error:
            outcome = error.code
        self.counts[f"{verb.__name__} {outcome}"] += 1
        return outcome

    def some(self, rows: Any) -> Any:
        """One of the newest rows, or a refusal that counts as one."""
        found = list(rows.order_by("-id")[:12])
        if not found:
            raise MythosError("Nothing there yet.")
        return self.dice.choice(found)

    def terms(self) -> Terms:
        """Terms that may be impossible."""
        dice = self.dice
        return Terms(
            price=dice.choice([None, 0, 1, 7, 60, 400]),
            takes_barter=dice.random() < 0.7,
            clonable=dice.choice(["nothing", "nothing", "practice"]),
            seats=dice.choice([None, 1, 2, 3]),
        )

    def grant(self) -> object:
        amount = self.dice.choice([5, 20, 0])
        return grant_credits(actor=SYSTEM, swarm=self.dice.choice(self.swarms), amount=amount, reason="More")

    def list(self) -> object:
        made = self.new(self.dice.choice(self.swarms))
        return list_curriculum(actor=SYSTEM, curriculum_id=made.pk, terms=self.terms())

    def change(self) -> object:
        listing = self.some(Listing.objects)
        return list_curriculum(actor=SYSTEM, curriculum_id=listing.curriculum_id, terms=self.terms())

    def close(self) -> object:
        return close_listing(actor=SYSTEM, listing_id=self.some(Listing.objects).pk)

    def buy(self) -> object:
        listing = self.some(Listing.objects.filter(price__isnull=False))
        seen = Seen(listing.price if self.dice.random() < 0.9 else 3)
        key = self.dice.choice(["", "", f"key-{self.dice.randint(1, 40)}"])
        swarm = self.dice.choice(self.swarms)
        return buy_curriculum(actor=SYSTEM, swarm=swarm, listing_id=listing.pk, seen=seen, key=key)

    def clone(self) -> object:
        listing = self.some(Listing.objects)
        return clone_curriculum(actor=SYSTEM, swarm=self.dice.choice(self.swarms), listing_id=listing.pk)

    def exchange(self, giver: Swarm, taker: Swarm, *, is_counter: bool) -> bartering.Exchange:
        """Terms of a trade that may be impossible."""
        dice = self.dice
        own = PromptCurriculumVault.objects.filter(swarm=giver).order_by("-id").values_list("pk", flat=True)[:6]
        theirs = Listing.objects.filter(swarm=taker, takes_barter=True).order_by("-id")
        wanted = list(theirs.values_list("curriculum_id", flat=True)[:4]) if is_counter or dice.random() < 0.3 else []
        return bartering.Exchange(
            credits_given=dice.choice([0, 5, 30, 300]),
            credits_wanted=dice.choice([0, 0, 10, 200]),
            given=tuple(dice.sample(list(own), min(len(own), dice.randint(0, 2)))),
            wanted=tuple(dice.sample(wanted, min(len(wanted), 1))),
            open_for=timedelta(hours=dice.randint(1, 48)),
        )

    def offer(self) -> object:
        listing = self.some(Listing.objects.filter(takes_barter=True))
        swarm = self.dice.choice(self.swarms)
        terms = self.exchange(swarm, listing.swarm, is_counter=False)
        return bartering.offer_trade(actor=SYSTEM, swarm=swarm, listing_id=listing.pk, exchange=terms)

    def counter(self) -> object:
        offer = self.some(BarterOffer.objects.filter(state="open"))
        giver, taker = offer.proposer, offer.partner
        if offer.author_id == giver.pk:
            giver, taker = taker, giver
        terms = self.exchange(giver, taker, is_counter=True)
        return bartering.counter_offer(actor=SYSTEM, offer_id=offer.pk, number=offer.number, exchange=terms)

    def accept(self) -> object:
        offer = self.some(BarterOffer.objects.filter(state="open"))
        number = offer.number if self.dice.random() < 0.9 else offer.number + 1
        return bartering.accept_offer(actor=SYSTEM, offer_id=offer.pk, number=number)

    def decline(self) -> object:
        offer = self.some(BarterOffer.objects.filter(state="open"))
        return bartering.decline_offer(actor=SYSTEM, offer_id=offer.pk, number=offer.number)

    def withdraw(self) -> object:
        return bartering.withdraw_offer(actor=SYSTEM, offer_id=self.some(BarterOffer.objects).pk)

    def expire(self) -> object:
        offer = self.some(BarterOffer.objects.filter(state="open"))
        late = offer.expires_at + timedelta(seconds=self.dice.choice([-60, 60]))
        return bartering.expire_offer(offer_id=offer.pk, now=late)


def check_laws() -> None:
    """What holds after every operation, however it ended."""
    balances = list(LedgerAccount.objects.values_list("kind", "swarm_id", "balance"))
    assert sum(balance for _, _, balance in balances) == 0
    assert all(balance >= 0 for kind, _, balance in balances if kind != "issuance")
    granted = LedgerTransfer.objects.filter(kind="grant").aggregate(sum=Sum("amount"))["sum"] or 0
    assert granted == -sum(balance for kind, _, balance in balances if kind == "issuance")
    held: Counter[int] = Counter()
    for offer in BarterOffer.objects.filter(state="open"):
        held[offer.author_id] += offer.credits_of(offer.author_id)
    assert all(balance == held[swarm or 0] for kind, swarm, balance in balances if kind == "held")


def check_history() -> None:
    """Every balance from its transfers, every seat from its licences, every trade from both its sides."""
    books = check_books()
    assert books.problems == []
    bought = CurriculumLicense.objects.filter(how="bought").aggregate(n=Count("id"), sum=Sum("price"))
    paid = LedgerTransfer.objects.filter(kind="purchase").aggregate(n=Count("id"), sum=Sum("amount"))
    assert bought == paid
    for offer in BarterOffer.objects.annotate(
        given=Count("licenses", distinct=True),
        agreed=Count("items", filter=Q(items__number=F("number")), distinct=True),
    ):
        assert offer.given == (offer.agreed if offer.state == "accepted" else 0)
    seats = BarterItem.objects.filter(holds_seat=True)
    assert not seats.exclude(offer__state__in=["open", "accepted"]).exists()
    assert not CurriculumLicense.objects.filter(copy=None).exists()
    copies = PromptCurriculumVault.objects.exclude(cloned_from=None).count()
    assert copies == CurriculumLicense.objects.count()


def main() -> int:
    """Fuzz, and print what was done as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    from mythos.cli.database import prepare

    prepare()
    logging.disable(logging.ERROR)  # news that a killed process never sends is logged
    began = time.perf_counter()
    fair = Fair(options.seed)
    for number in range(1, options.count + 1):
        fair.step()
        check_laws()
        if number % 500 == 0:
            check_history()
            print(f"{number:,} after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    check_history()
    books = check_books()
    killed = sum(count for name, count in fair.counts.items() if name.endswith("killed"))
    report = {
        "database": connection.vendor,
        "operations": options.count,
        "killed": killed,
        "credits": books.issued,
        "in_wallets": books.in_wallets,
        "held": books.held,
        "transfers": books.transfers,
        "licenses": CurriculumLicense.objects.count(),
        "trades": dict(BarterOffer.objects.values_list("state").annotate(Count("id")).order_by()),
        "outcomes": dict(sorted(fair.counts.items())),
        "seconds": round(time.perf_counter() - began, 1),
    }
    print(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
