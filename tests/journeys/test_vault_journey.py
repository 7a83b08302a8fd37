"""From the grid through a prompt's ancestry and back to an older text, and out as a file."""

from __future__ import annotations

import json
import re

import pytest

from tests.journeys.test_journeys import check, watched

pytestmark = pytest.mark.enable_socket
SLUG = "vault/desk"
TEXTS = (
    "You must answer every customer by name. Always cite the refund policy and keep a kind tone.",
    "You must answer every customer by name. Cite the policy.",
    "You may answer.",
)


@pytest.fixture(scope="module")
def versions(site, browser, signed_in):
    """A prompt with three versions, each shorter than the one before."""
    page, _ = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/prompts/new")
    page.fill("[name=slug]", SLUG)
    for number, text in enumerate(TEXTS, start=1):
        page.locator(".cm-content").fill(text)
        page.click("button.pri")
        page.wait_for_selector(f"text=/aved as version {number}/")
    return page.url


def test_filter_by_tag_and_size_open_the_ancestry_roll_back_and_export(site, browser, signed_in, versions):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/prompts/checkpoints")
    page.fill("#q", f"prompt:{SLUG} tag:@shorter tokens:>8")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"tag%3A%40shorter"))
    assert page.locator("tbody tr").count() == 1
    page.fill("#q", f"prompt:{SLUG} tag:@shorter tokens:many")
    page.keyboard.press("Enter")
    assert page.locator(".chip.bad").inner_text().startswith("tokens:many")
    assert page.locator("tbody tr").count() == 1, "the last result stays"

    page.goto(f"{site.address}/prompts/checkpoints?q=prompt:{SLUG}")
    for version in (1, 3):
        page.get_by_label(f"Pick {SLUG} v{version}").check()
    assert page.locator("[data-picked]").inner_text() == "2 picked"
    page.click("text=Compare two")
    page.wait_for_url(re.compile(r"from=1&to=3"))
    assert page.locator("del", has_text="must").count()

    page.goto(f"{site.address}/belief/mutations?q=prompt:{SLUG}")
    page.locator("a.what", has_text=SLUG).first.click()
    assert page.locator(".lineage li").count() == 3
    page.get_by_role("button", name="Roll back to v1").click()
    page.wait_for_selector("text=Version 1 copied forward as version 4")
    assert page.locator(".lineage li").count() == 4
    assert page.locator(".lineage path.copy").count() == 1

    page.goto(f"{site.address}/belief/mutations?q=prompt:{SLUG}+trait:tokens%2B")
    page.get_by_role("main").locator("summary", has_text="Export").click()
    with page.expect_download() as waited:
        page.click("text=JSON Lines")
    rows = [json.loads(line) for line in waited.value.path().read_text().splitlines()]
    assert [(row["from_version"], row["to_version"], row["source"]) for row in rows] == [(3, 4, "restore")]
    assert complaints == [complaint for complaint in complaints if "422" in complaint]


def test_the_pages_of_the_vault_are_accessible_quiet_and_fit(site, browser, signed_in, versions):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    addresses = [
        f"/belief/mutations?q=prompt:{SLUG}",
        "/belief/mutations?q=tag:@regression&result=kept",
        f"/prompts/checkpoints?q=prompt:{SLUG}",
        "/prompts/checkpoints/compare?pick=1&pick=20",
    ]
    assert [problem for path in addresses for problem in check(page, f"{site.address}{path}")] == []
    assert complaints == []
