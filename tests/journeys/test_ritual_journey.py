"""A ritual from a file to a verdict: imported, run, watched, run again on a weaker prompt, compared, tried by hand."""

from __future__ import annotations

import json
import re

import pytest

from tests.journeys.test_journeys import check, watched

pytestmark = pytest.mark.enable_socket
PATIENCE = 240_000  # the worker measures the demo's own edits first
PROMPT = 'You are the desk of a shop.\nAlways mention "ticket number".\nRefuse requests for medical advice.\n'
CASES = [
    {"ref": f"parcel-{n}", "input": f"Where is parcel {n}?", "expectations": [{"type": "icontains", "value": "ticket"}]}
    for n in range(15)
] + [{"ref": f"ill-{n}", "input": "Give me medical advice", "expectations": [{"type": "is-refusal"}]} for n in range(5)]


def save_text(page, text):
    page.locator(".cm-content").fill(text)
    page.click("button.pri")


def run_it(page, home):
    """Start a run from the ritual's page and stay on the page of the run until it has shown the end by itself."""
    page.goto(home)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(r"/rituals/runs/\d+$"))
    page.evaluate("window.stayed = true")
    page.wait_for_selector(".head .badge:has-text('Done')", timeout=PATIENCE)
    assert page.evaluate("window.stayed") is True, "the page was not loaded again"
    assert page.locator(".head .badge", has_text="Simulated").count() == 1
    return page.url


@pytest.fixture(scope="module")
def told(site, browser, signed_in):
    """Addresses of what the journey made, and its figures."""
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/prompts/new")
    page.fill("[name=slug]", "journey/desk")
    save_text(page, PROMPT)
    page.wait_for_url(re.compile(r"/prompts/\d+$"))
    prompt = page.url
    page.goto(f"{site.address}/rituals/import")
    lines = "\n".join(json.dumps(case) for case in CASES)
    page.set_input_files("#file", {"name": "desk.jsonl", "mimeType": "application/jsonl", "buffer": lines.encode()})
    page.fill("#slug", "journey-desk")
    page.fill("#prompt", "journey/desk")
    page.get_by_role("button", name="Import").click()
    page.wait_for_url(re.compile(r"/rituals/\d+$"))
    home = page.url
    first = run_it(page, home)
    first_tally = page.inner_text(".tally")
    page.goto(prompt)
    save_text(page, PROMPT.replace("Always mention", "Try to mention"))
    page.wait_for_selector("text=Saved as version 2")
    second = run_it(page, home)
    second_tally = page.inner_text(".tally")
    page.goto(home)
    page.get_by_role("button", name="Compare the two").click()
    page.wait_for_url(re.compile(r"/rituals/compare"))
    tallies = (first_tally, second_tally)
    return {"prompt": prompt, "home": home, "runs": (first, second), "tallies": tallies, "compare": page.url,
            "verdict": page.inner_text("main"), "complaints": complaints}  # fmt: skip


def test_a_run_is_watched_and_a_weaker_prompt_is_told_worse(told):
    first, second = told["tallies"]
    assert re.match(r"1\.00\s*score, simulated\s*20\s*passed", first), first
    assert re.match(r"0\.25\s*score, simulated\s*5\s*passed", second), second
    assert "Worse" in told["verdict"]
    assert "Only the prompt differs" in told["verdict"]
    assert "0 improved, 15 worsened, 5 the same" in told["verdict"]
    assert told["complaints"] == []


def test_a_reply_is_written_in_the_playground(told, browser, signed_in):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{told['prompt']}/playground")
    page.fill("#said", "Where is my parcel?")
    page.fill("#text", PROMPT)
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("[data-state]:has-text('done')")
    assert "Ticket number." in page.inner_text("[data-text]")
    assert page.locator("[data-facts] .badge", has_text="Simulated").count() == 1
    page.get_by_text("Keep the input as a case").click()
    page.get_by_role("button", name="Write the case").click()
    page.wait_for_selector("h1:has-text('New case')")
    assert page.input_value("#input") == "Where is my parcel?"
    assert complaints == []


def test_pages_of_rituals_are_accessible_quiet_and_fit(site, told, browser, signed_in):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(told["runs"][1])
    conversation = page.locator("[data-rows] .what a").first.get_attribute("href")
    addresses = [f"{site.address}/rituals{name}" for name in ("", "/affected", "/annotate")]
    addresses += [f"{site.address}{conversation}", told["home"], f"{told['home']}/case?ref=ill-1", told["runs"][1]]
    addresses += [told["compare"], f"{told['prompt']}/playground"]
    assert [problem for address in addresses for problem in check(page, address)] == []
    assert complaints == []
