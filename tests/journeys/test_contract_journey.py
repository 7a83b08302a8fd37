"""From a prompt without promises to a kept contract, through a change of its rule."""

from __future__ import annotations

import re
import time

import pytest

from tests.journeys.test_journeys import check, watched

pytestmark = pytest.mark.enable_socket
RULE = "Never promise a refund above 50 euros without approval from a human agent."
NEWER = "Try not to promise a refund above 50 euros without approval from a human agent."
BOOK = f"# Shop rules {{#shop}}\n\n## Refund limit {{#refund-limit authority=user}}\n\n{RULE}\n"
# Reading every rule book for the first time, on a machine that does other things too.
PATIENCE = 240_000


@pytest.fixture(scope="module")
def book(site, browser, signed_in):
    """A rule book with one rule."""
    page, _ = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/codex/import")
    page.fill("#codex", "shop")
    page.fill("#document", BOOK)
    page.click("text=Show the plan")
    page.click("text=Apply this plan")
    page.wait_for_url(f"{site.address}/codex/shop")


def card_of_a_new_prompt(page, site, slug):
    page.goto(f"{site.address}/prompts/new")
    page.fill("[name=slug]", slug)
    page.locator(".cm-content").fill(f"You answer customers of a shop.\n\n{RULE}\n\nKeep answers short.")
    page.click("button.pri")
    page.wait_for_url(re.compile(r"/prompts/\d+$"))
    return f"{site.address}/codex/contracts/{page.url.rsplit('/', 1)[1]}"


def sign_what_is_suggested(page, card):
    page.goto(card)
    page.click("text=Suggest clauses")
    suggested = page.locator("[id='take-shop/refund-limit']")
    suggested.wait_for(timeout=PATIENCE)
    assert suggested.is_checked()
    page.get_by_role("button", name="Sign what is carried").click()
    page.wait_for_url(card)


def try_a_change(page, card, words):
    page.goto(card)
    page.click(".duties code:has-text('refund-limit')")
    page.click("text=Try a change first")
    page.fill("#text-1", words)
    page.click("text=Measure the change")
    page.wait_for_selector(".head .badge:has-text('Measured')", timeout=PATIENCE)
    return page.url


def until_shown(page, address, words):
    """Look again until the worker has done its part."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        page.goto(address)
        if page.locator(".head .badge", has_text=words).count():
            return
        time.sleep(1)
    raise AssertionError(f"{address} never showed {words}")


def test_suggest_sign_try_a_change_accept_stale_resign_kept(site, browser, signed_in, book):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    card = card_of_a_new_prompt(page, site, "shop/desk")
    sign_what_is_suggested(page, card)
    assert page.locator(".head .badge", has_text="Kept").count() == 1

    report = try_a_change(page, card, NEWER)
    row = page.locator("tbody tr", has_text="shop/desk")
    assert [text.strip() for text in row.locator(".badge").all_inner_texts()] == ["Kept", "Stale", "Kept"]
    assert "Prohibition weakened" in page.inner_text("main")
    page.goto(card)
    assert page.locator(".head .badge", has_text="Kept").count() == 1, "nothing is published yet"

    page.goto(report)
    page.fill("#reason", "Friendlier, and legal agrees")
    page.click("text=Accept and publish")
    page.wait_for_selector(".head .badge:has-text('Published')")
    until_shown(page, card, "Stale")
    assert page.locator(".duties del", has_text="Never").count() == 1
    page.goto(f"{site.address}/inbox")
    assert page.locator("a", has_text="shop/desk").count()

    page.goto(card)
    page.click("text=Compare and accept")
    page.get_by_role("button", name="Sign the contract").click()
    page.wait_for_url(card)
    assert page.locator(".head .badge", has_text="Kept").count() == 1
    assert "pinned v2" in page.inner_text(".duties")
    assert complaints == []


@pytest.fixture(scope="module")
def tried(site, browser, signed_in, book):
    """A signed card, a measured change and a role, by their addresses."""
    page, _ = watched(browser.new_context(storage_state=signed_in))
    card = card_of_a_new_prompt(page, site, "shop/night")
    sign_what_is_suggested(page, card)
    report = try_a_change(page, card, f"{NEWER} Ask a colleague.")  # the newer words may be in force by now
    page.goto(f"{site.address}/codex/roles")
    page.fill("#name", "shop-keeper")
    page.fill("#title", "Shop keeper")
    page.get_by_role("button", name="Make role").click()
    page.wait_for_url(f"{site.address}/codex/roles/shop-keeper")
    page.fill("#add", "shop/refund-limit")
    page.get_by_role("button", name="Save version 2").click()
    page.wait_for_selector(".toast")
    return card, report, page.url


def test_pages_of_a_contract_are_accessible_quiet_and_fit(site, browser, signed_in, tried):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    card, report, role = tried
    addresses = [card, f"{card}?by=role", report, role, f"{card}/sign", f"{site.address}/inbox"]
    assert [problem for address in addresses for problem in check(page, address)] == []
    assert complaints == []
