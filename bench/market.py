"""The market at 100,000 listings: pages, searches, orders and tabs, by the pages people and programs ask for.

    python bench/market.py [LISTINGS]

One process on SQLite, or on PostgreSQL by `python scripts/with_postgres.py python bench/market.py`. Target: p95 of the
page at most 100 ms.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

LICENSES = ("MIT", "Apache-2.0", "CC-BY-4.0", "LicenseRef-None")
TOPICS = ("refunds", "parcels", "invoices", "tone", "safety", "sources", "diffs", "handover", "dates", "oaths")
MANNERS = ("firm", "calm", "brief", "exact", "kind", "patient", "plain", "careful")
RARE = "zeugma"


def fill(count: int) -> None:
    """Sellers, curricula and their listings, written past the services: only reading is measured."""
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.models import Swarm
    from mythos.accounts.services import create_swarm
    from mythos.assistants.services import create_assistant
    from mythos.market.models import CurriculumFigures, Listing, PromptCurriculumVault

    dice = random.Random(1)
    sellers: list[Swarm] = [create_swarm(actor=SYSTEM, slug=f"seller-{n}", name=f"Guild {n}") for n in range(50)]
    curator = create_assistant(actor=SYSTEM, swarm=sellers[0], slug="iris", name="Iris")
    for start in range(0, count, 2_000):
        numbers = range(start, min(start + 2_000, count))
        titles = [f"{dice.choice(MANNERS)} {dice.choice(TOPICS)} {n}".title() for n in numbers]
        curricula = PromptCurriculumVault.objects.bulk_create(
            PromptCurriculumVault(
                swarm=sellers[n % 50],
                slug=f"c{n}",
                curator=curator,
                curriculum_title=title,
                description=f"Trains an assistant to be {dice.choice(MANNERS)} about {dice.choice(TOPICS)}. " * 3,
                license=dice.choice(LICENSES),
                version="1.0.0",
            )
            for n, title in zip(numbers, titles, strict=True)
        )
        CurriculumFigures.objects.bulk_create(
            CurriculumFigures(curriculum=row, adopters=dice.randint(0, 300), gain=dice.random() / 3, gain_count=5)
            for row in curricula
        )
        Listing.objects.bulk_create(
            Listing(
                swarm=row.swarm,
                curriculum=row,
                price=dice.randint(1, 400) if dice.random() < 0.7 else None,
                takes_barter=dice.random() < 0.5,
                clonable="practice" if dice.random() < 0.3 else "nothing",
                license=row.license,
                title=row.curriculum_title,
                words=f"{row.curriculum_title} {row.description} {row.swarm.name}".lower()
                + (f" {RARE}" if dice.random() < 0.0001 else ""),
                adopters=dice.randint(0, 300),
                adopters_month=dice.randint(0, 60),
                gain=dice.random() / 3,
                rating=1 + 4 * dice.random(),
            )
            for row in curricula
        )


def measured(call: Callable[[], object], times: int = 40) -> dict[str, float]:
    """Milliseconds: median and 95th percentile of repeated calls, and the processor's share, on a busy machine too."""
    call()
    took, worked = [], []
    for _ in range(times):
        began, began_work = time.perf_counter(), time.process_time()
        call()
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
    return {
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[18], 1),
        "cpu_p95_ms": round(statistics.quantiles(worked, n=20)[18], 1),
    }


def queries() -> dict[str, dict[str, float]]:
    """Every order and tab, searches for frequent, rare and unknown words, and a page far down."""
    from mythos.accounts.actors import SYSTEM
    from mythos.market.queries.listings import SORTS, TABS, ListingQuery, listing_page, tab_counts

    asked = {f"sort {name}": ListingQuery(sort=name) for name in SORTS}
    asked |= {f"tab {name}": ListingQuery(tab=name) for name in TABS}
    asked |= {
        "words frequent": ListingQuery(q="calm refunds"),
        "word rare": ListingQuery(q=RARE),
        "word unknown": ListingQuery(q="xylophone"),
        "words and tab": ListingQuery(q="firm", tab="free", sort="gain"),
        "seller and price": ListingQuery(seller="seller-7", sort="price"),
        "licence": ListingQuery(license="CC-BY-4.0", sort="rating"),
    }
    deep = ""
    for _ in range(60):
        deep = listing_page(SYSTEM, ListingQuery(after=deep)).next
    asked["60 pages down"] = ListingQuery(after=deep)
    found = {name: measured(lambda query=query: listing_page(SYSTEM, query)) for name, query in asked.items()}
    found["counts of the tabs"] = measured(tab_counts)
    return found


def pages() -> dict[str, dict[str, float]]:
    """What a signed-in person waits for in this process, with the template."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    from mythos.accounts.models import Membership, Swarm

    settings.ALLOWED_HOSTS = ["*"]
    user = get_user_model().objects.create_user("bench@example.org", "x")
    Membership.objects.create(swarm=Swarm.objects.order_by("id").first(), user=user, role="owner")
    client = Client()
    client.force_login(user)

    def look(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    addresses = ["/market/curriculum", "/market/curriculum?sort=gain&tab=free", "/market/curriculum?q=calm+refunds"]
    addresses += [f"/market/curriculum?q={RARE}", "/market/wallet", "/market/trades"]
    look(addresses[0])
    gc.collect()
    gc.freeze()  # as the server does when it starts
    return {address: measured(lambda address=address: look(address)) for address in addresses}


def main(argv: list[str]) -> int:
    """Fill, measure, print JSON."""
    count = int(argv[0]) if argv else 100_000
    os.environ.setdefault("MYTHOS_HOME", tempfile.mkdtemp(prefix="mythos-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mythos.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from mythos.cli.database import prepare

    prepare()
    call_command("collectstatic", interactive=False, verbosity=0)
    began = time.perf_counter()
    fill(count)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    report: dict[str, Any] = {
        "database": connection.vendor,
        "listings": count,
        "fill_seconds": round(time.perf_counter() - began, 1),
        "queries": queries(),
        "pages": pages(),
    }
    print(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
