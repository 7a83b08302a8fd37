"""A market of two swarms in the browser: list, buy at a price that changed, barter both ways, clone, teach, certify."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.journeys.test_journeys import check, watched
from tests.journeys.test_package_journey import go_to_swarm

pytestmark = pytest.mark.enable_socket
# Four exported curricula: three of the demo swarm, one of a second swarm of the same owner.
PREPARE = """
from mythos.cli.main import start_django
start_django()
from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Membership, Swarm, User
from mythos.accounts.services import create_swarm
from mythos.assistants.models import Assistant
from mythos.assistants.services import create_assistant
from mythos.formats.rituals.document import CaseRecord
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.exporting import export_curriculum
from mythos.packages.services import create_key
from mythos.prompts.services import create_prompt
from mythos.rituals.services import create_ritual
demo, guild = Swarm.objects.get(slug="demo"), create_swarm(actor=SYSTEM, slug="guild", name="Guild")
Membership.objects.create(swarm=guild, user=User.objects.get(email="owner@mythos.local"), role="owner")
gil = create_assistant(actor=SYSTEM, swarm=guild, slug="gil", name="Gil")
create_prompt(actor=SYSTEM, swarm=guild, slug="gil/desk", text='Always mention "ticket number".', assistant=gil)
expected = [{"type": "icontains", "value": "ticket number"}]
case = CaseRecord(ref="parcel", input="Where is my parcel?", expectations=expected, split="validation")
for swarm, slugs in ((demo, ("stall-bought", "stall-swapped", "stall-free")), (guild, ("guild-tone",))):
    create_key(actor=SYSTEM, swarm=swarm, name=f"Stall of {swarm}")
    curator = Assistant.objects.filter(swarm=swarm).order_by("id").first().slug
    for slug in slugs:
        create_ritual(actor=SYSTEM, swarm=swarm, slug=slug, cases=[case])
        made = create_curriculum(actor=SYSTEM, swarm=swarm, slug=slug, title=slug.replace("-", " ").title(),
                                 curator=curator, parts=[Part(slug)], license="MIT")
        export_curriculum(actor=SYSTEM, curriculum_id=made.pk)
"""
PATIENCE_MS = 240_000


def grant(page, site, swarm, amount):
    page.goto(f"{site.address}/market/wallet")
    page.fill("#swarm", swarm)
    page.fill("#amount", amount)
    page.fill("#reason", "For the fair")
    page.get_by_role("button", name="Grant").click()
    page.wait_for_selector("text=got the credits")


def balance(page, site):
    page.goto(f"{site.address}/market/wallet")
    return int(page.inner_text(".wallet .figure").removesuffix(" credits"))


def put_on_market(page, site, slug, *, price="", barter=False, clone=False):
    """The number of the listing."""
    page.goto(f"{site.address}/market/list?curriculum={slug}")
    page.fill("[name=price]", price)
    page.set_checked("[name=takes_barter]", barter)
    page.set_checked("[name=clonable]", clone)
    page.locator("main form button.pri").click()
    page.wait_for_selector("text=is on the market")
    title = slug.replace("-", " ").title()
    row = page.locator("tr", has=page.get_by_role("button", name=f"Close {title}"))
    return re.search(r"listings/(\d+)/close", row.locator("form").get_attribute("action")).group(1)


def teach(page, site):
    """Gil takes the curriculum that was cloned; what the certificate says, and its record."""
    page.goto(f"{site.address}/market/curriculum/mine")
    page.get_by_role("link", name="Stall Free").first.click()
    page.select_option("#assistant", "gil")
    page.select_option("#prompt", "gil/desk")
    page.get_by_role("button", name="Start teaching").click()
    page.wait_for_url("**/market/teaching/*")
    certificate = page.get_by_role("link", name="Certificate")
    for _ in range(PATIENCE_MS // 2000):
        if certificate.count():
            break
        page.wait_for_timeout(2000)
        page.reload()
    assert "1 of 1 part passed" in page.locator("main").inner_text()
    problems = check(page, page.url)
    certificate.click()
    page.wait_for_url("**/market/certificates/*")
    problems += check(page, page.url)
    return page.locator("main").inner_text(), page.request.get(f"{page.url}?format=json").json(), problems


def test_list_buy_barter_clone_teach_and_be_certified(site, browser, signed_in):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MYTHOS_", "DJANGO_"))}
    subprocess.run([sys.executable, "-c", PREPARE], env={**clean, "MYTHOS_HOME": site.home}, check=True, timeout=240)
    context = browser.new_context(storage_state=signed_in)
    page, complaints = watched(context)
    before = balance(page, site)
    grant(page, site, "demo", "50")
    grant(page, site, "guild", "200")
    bought = put_on_market(page, site, "stall-bought", price="40")
    swapped = put_on_market(page, site, "stall-swapped", barter=True)
    free = put_on_market(page, site, "stall-free", clone=True)

    go_to_swarm(page, site, "Guild")
    page.goto(f"{site.address}/market/listings/{bought}/take")
    assert page.get_by_role("button", name="Pay 40 credits").count() == 1
    other = context.new_page()
    go_to_swarm(other, site, "Demo swarm")
    put_on_market(other, site, "stall-bought", price="45")
    go_to_swarm(other, site, "Guild")
    page.get_by_role("button", name="Pay 40 credits").click()
    page.wait_for_selector("text=is now 45 credits; you saw 40")
    page.get_by_role("button", name="Pay 45 credits").click()
    page.wait_for_selector("text=Stall Bought is yours")

    page.goto(f"{site.address}/market/listings/{swapped}/offer")
    page.fill("[name=credits_given]", "10")
    page.get_by_label("Guild Tone").check()
    page.fill("[name=message]", "Tone for Swapped?")
    problems = check(page, f"{site.address}/market/listings/{swapped}/offer")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site.address}/market/listings/{swapped}/offer")
    page.fill("[name=credits_given]", "10")
    page.get_by_label("Guild Tone").check()
    page.get_by_role("button", name="Send the offer").click()
    page.wait_for_url(re.compile(r"/market/trades/\d+$"))
    trade = page.url
    page.goto(f"{site.address}/market/wallet?account=held")
    assert page.locator("td", has_text="+10").count() == 1

    go_to_swarm(page, site, "Demo swarm")
    page.goto(trade)
    page.get_by_text("Answer with other terms").click()
    page.fill("[name=credits_wanted]", "15")
    page.get_by_role("button", name="Send these terms").click()
    page.wait_for_selector("text=Guild has your terms")
    go_to_swarm(page, site, "Guild")
    problems += check(page, trade)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(trade)
    page.get_by_role("button", name="Accept").click()
    page.wait_for_selector("text=Both sides have what was agreed")

    page.goto(f"{site.address}/market/listings/{free}/take?how=clone")
    problems += check(page, page.url)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site.address}/market/listings/{free}/take?how=clone")
    page.get_by_role("button", name="Clone it").click()
    page.wait_for_selector("text=Stall Free is yours")
    said, record, found = teach(page, site)
    problems += found
    assert "Gil passed Stall Free" in said
    assert "Simulated" in said
    assert [part["practice"]["passed"] for part in record["document"]["parts"]] == [True]
    assert record["signature"]["fingerprint"]
    for address in ("wallet", "trades", "list"):
        problems += check(page, f"{site.address}/market/{address}")
    assert balance(page, site) == 200 - 45 - 15
    go_to_swarm(page, site, "Demo swarm")
    assert balance(page, site) == before + 50 + 45 + 15
    page.goto(f"{site.address}/market/trades")
    assert page.locator("tr", has_text="Guild Tone").locator("text=bartered").count() == 1
    assert problems == []
    assert [line for line in complaints if "409" not in line] == []
