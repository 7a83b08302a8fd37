"""What a newcomer does, in a real browser, with web server and worker running."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import mythos.demo

pytestmark = pytest.mark.enable_socket
AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
DEMO = Path(mythos.demo.__file__).parent / "data"
PAGES = [
    "/", "/codex", "/codex/model-spec", "/codex/import", "/codex/clauses/new?codex=model-spec", "/codex/regression",
    "/belief/mutations", "/prompts", "/prompts/new", "/prompts/import", "/prompts/checkpoints", "/prompts/1",
    "/prompts/1/versions", "/prompts/1/compare", "/assistants", "/settings", "/settings/tokens", "/jobs",
    "/jobs/1", "/palette?q=s", "/prompts/999999", "/inbox", "/codex/contracts", "/codex/contracts?state=stale",
    "/settings/webhooks", "/prompts/1/labels", "/codex/contracts/1", "/codex/roles", "/codex/whatif",
    "/codex/whatif/new",
]  # fmt: skip
EVERY_RULE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": ["color-contrast"]}  # all that a scheme changes
LAYOUT = {**EVERY_RULE, "rules": {"color-contrast": {"enabled": False}}}  # colours are the same on a phone
LOOKS = ((1440, 900, {"light": EVERY_RULE, "dark": COLOURS}), (390, 844, {"light": LAYOUT}))
FIRST = "# House rules {#house}\n\n## Refunds {#refunds authority=user}\n\nNever promise a refund above 50 € alone.\n"
SECOND = FIRST.replace("Never promise", "Avoid promising").replace("50", "80")


def watched(context):
    """A page, and what its console complained about (a 404 we ask for on purpose aside)."""
    page, complaints = context.new_page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def import_codex(page, site, text):
    page.goto(f"{site.address}/codex/import")
    page.fill("#codex", "house")
    page.fill("#document", text)
    page.click("text=Show the plan")
    page.click("text=Apply this plan")


def test_a_newer_codex_is_imported_a_flag_is_read_and_overridden_with_a_reason(site, browser, signed_in):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    import_codex(page, site, FIRST)
    import_codex(page, site, SECOND)
    page.wait_for_url(f"{site.address}/codex/regression")
    page.click("a.what:has-text('Refunds'), .what a:has-text('Refunds')")
    page.wait_for_selector("text=Blocks", timeout=120_000)  # after the demo's own edits
    assert page.locator("del", has_text="Never").count() == 1
    assert page.locator("ins", has_text="80").count() == 1
    assert page.locator(".list .why").first.inner_text().strip()
    assert page.locator("input[value=accept]").is_disabled()
    page.check("input[value=override]")
    page.fill("#reason", "Finance agreed to 80 €.")
    page.click("text=Decide about v2")
    page.wait_for_selector("text=Overridden")
    assert page.locator(".history", has_text="Finance agreed to 80 €.").count() == 1
    assert complaints == []


def test_a_prompt_is_edited_with_advice_and_saved_by_a_key(site, browser, signed_in):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/prompts/new")
    page.fill("#slug", "journey-desk")
    page.click("label[for=text]")
    page.keyboard.press("Control+a")
    page.keyboard.type("Answer {{name}}. You must never promise a refund.")
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=saved as version 1")
    editor = page.get_by_role("textbox", name="Text")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Answer {{name}}. You may promise a refund to {{team}}.")
    page.wait_for_selector("#advice .list .why")
    assert page.locator("#advice code", has_text="team").count() > 0
    assert page.locator(".ph-unknown").inner_text() == "{{team}}"
    assert page.locator(".ph-variable").inner_text() == "{{name}}"
    assert "change" in page.locator("#advice-said").inner_text()
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=Saved as version 2")
    assert page.input_value("textarea[name=text]") == "Answer {{name}}. You may promise a refund to {{team}}."
    page.click("text=Regression")  # nothing unsaved is left to be guarded
    page.wait_for_url(f"{site.address}/codex/regression")
    assert complaints == []


def test_everything_is_found_and_opened_by_keys(site, browser, signed_in):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/prompts")
    page.focus("[data-theme-toggle]")
    page.keyboard.press("Control+k")
    page.keyboard.type("summarize d")
    page.wait_for_selector("#palette-hits[data-q='summarize d']")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.inner_text().startswith("summarize_debate")
    assert page.get_attribute("#palette-q", "aria-activedescendant") == chosen.get_attribute("id")
    assert list(violations(page)) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('[data-theme-toggle]')")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    assert list(violations(page)) == []
    page.keyboard.press("Escape")
    second = page.locator("tbody a").nth(1).get_attribute("href")
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") == 2
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/prompts/{second.rsplit('/', 1)[1]}")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{site.address}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("analyze cl")
    page.keyboard.press("Enter")  # before the results are there
    page.wait_for_url("**/prompts/*")
    assert page.locator("h1").inner_text() == "Analyze claims"
    assert complaints == []


def test_the_newcomer_sees_work_waiting_on_home(site, browser, signed_in):
    page, _ = watched(browser.new_context(storage_state=signed_in))
    page.goto(site.address)
    assert page.locator("text=wants your decision").count() > 0


def test_every_page_is_accessible_quiet_and_fits(site, browser, signed_in):
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/codex/regression")
    clause = page.locator(".list a.btn").first.get_attribute("href")
    wrong = check(browser.new_context().new_page(), f"{site.address}/sign-in")
    for path in [*PAGES, clause, clause.replace("regression", "clauses")]:
        wrong += check(page, site.address + path)
    assert wrong == []
    assert [text for text in complaints if not re.search("status of 404", text)] == []


def check(page, address):
    """What is wrong with a page, light and dark, on a desktop and on a phone."""
    page.goto(address)
    wrong = []
    for width, height, looks in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((address, width, "scrolls sideways"))
        for scheme, rules in looks.items():
            page.emulate_media(color_scheme=scheme)
            wrong += [(address, width, scheme, *found) for found in violations(page, rules)]
    return wrong


def violations(page, rules=EVERY_RULE):
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())
    # Only violations are worked out in detail: half the time of a page.
    options = {**rules, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(item["id"], item["nodes"][0]["html"][:160]) for item in found]


def test_what_a_change_of_rules_touches_is_read_at_1280_without_scrolling_sideways(site, browser, signed_in):
    page, _ = watched(browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 900}))
    spec = gzip.decompress((DEMO / "model_spec_2025-10-27.md.gz").read_bytes()).decode()
    changed = spec.replace("must not", "should avoid to").encode()
    page.goto(f"{site.address}/codex/whatif/new")
    page.set_input_files("input[type=file]", {"name": "s.md", "mimeType": "text/markdown", "buffer": changed})
    page.click("text=Measure the edition")
    page.wait_for_selector("text=do_not_encourage_self_harm", timeout=120_000)
    assert cut_off(page) == []
    page.goto(f"{site.address}/codex/regression/ignore_untrusted_data")
    page.wait_for_selector("text=explain_docs", timeout=120_000)
    assert cut_off(page) == []


def cut_off(page):
    """The tables that are wider than their place."""
    wider = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.ariaLabel)"
    return page.locator(".scroll").evaluate_all(wider)


def test_signing_anew_and_the_plan_of_a_chain_fit_their_places(site, browser, signed_in):
    page, _ = watched(browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 900}))
    page.goto(f"{site.address}/codex/regression/support_mental_health")
    page.check("input[value=accept]")
    page.fill("#reason", "Only quotation marks changed.")
    page.click("text=Decide about v2")
    page.goto(f"{site.address}/codex/contracts?q=hermes")
    page.click("text=hermes/charter")
    page.click("text=Re-sign")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".terms details[open]").count() == 1
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site.address}/train/chains/new")
    page.check("text=Hermes")
    page.click("text=Show what it would do")
    page.wait_for_selector("text=The pinned version; a newer one is there.")
    over = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.locator(".list.inside > li > :first-child").evaluate_all(over) == 0
