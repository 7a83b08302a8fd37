"""From a card on the market to a certificate that verifies, with a worker at work."""

from __future__ import annotations

import pytest

PATIENCE_MS = 90_000


@pytest.fixture
def page(site, browser, signed_in):
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    yield opened
    context.close()


def test_clone_teach_and_get_a_certificate(site, page):
    page.goto(f"{site.address}/market/curriculum?tab=free")
    card = page.locator(".good", has_text="Steady in Distress")
    card.locator("a.btn", has_text="Clone free").click()
    page.locator("main form .btn.pri").first.click()
    page.wait_for_url(f"{site.address}/market/trades")
    page.goto(f"{site.address}/market/curriculum?tab=free")
    card.get_by_role("link", name="Open").click()
    page.wait_for_url("**/market/curriculum/*")
    copies = f"{site.address}/market/curriculum/mine"
    page.goto(copies)
    page.get_by_role("link", name="Steady in Distress").first.click()
    page.select_option("#assistant", "hermes")
    page.select_option("#prompt", "hermes/charter")
    page.get_by_role("button", name="Start teaching").click()
    page.wait_for_url("**/market/teaching/*")
    for _ in range(150):
        if page.get_by_role("link", name="Certificate").count():
            break
        page.wait_for_timeout(2000)
        page.reload()
    assert "2 of 2 parts passed" in page.locator("main").inner_text()
    page.get_by_role("link", name="Certificate").click()
    page.wait_for_url("**/market/certificates/*")
    said = page.locator("main").inner_text()
    assert "Hermes passed Steady in Distress" in said
    assert "Simulated" in said
    record = page.request.get(f"{page.url}?format=json").json()
    assert record["document"]["curriculum"]["name"].startswith("steady-in-distress")
    assert [part["practice"]["passed"] for part in record["document"]["parts"]] == [True, True]
