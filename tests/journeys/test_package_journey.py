"""A package from one swarm to another: signed, sent, a clash with the codex seen and resolved through its review, the
rituals run again, and two updates: one merged by itself, one by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.journeys.test_journeys import check, watched

pytestmark = pytest.mark.enable_socket
RULE = "Never promise a refund without approval."
# A prompt under contract in the demo swarm, and a second swarm of the same owner whose rule says the opposite.
PREPARE = """
from mythos.cli.main import start_django
start_django()
from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Membership, Swarm, User
from mythos.accounts.services import create_swarm
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.prompts.services import create_prompt
RULE = "Never promise a refund without approval."
demo, other = Swarm.objects.get(slug="demo"), create_swarm(actor=SYSTEM, slug="branch", name="Branch")
Membership.objects.create(swarm=other, user=User.objects.get(email="owner@mythos.local"), role="owner")
text = "You answer questions about refunds.\\n\\n" + RULE
prompt = create_prompt(actor=SYSTEM, swarm=demo, slug="parcel/desk", text=text).prompt
for swarm, rule in ((demo, RULE), (other, "Promise every refund without approval.")):
    codex = create_codex(actor=SYSTEM, swarm=swarm, slug="desk-rules")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="No refund", text=rule)
sign_contract(actor=SYSTEM, prompt_id=prompt.pk, base=0, clauses=[{"ref": "no_refund"}])
from mythos.formats.rituals import CaseRecord
from mythos.rituals.services import create_ritual, execute_run, start_run
case = CaseRecord(ref="c", input="Where is it?", expectations=[{"type": "max-tokens", "value": 200}])
ritual = create_ritual(actor=SYSTEM, swarm=demo, slug="parcel-desk", type="format", prompt=prompt, cases=[case])
run = start_run(actor=SYSTEM, ritual_id=ritual.pk, provider="scripted")
assert execute_run(actor=SYSTEM, run_id=run.pk).state == "done"  # here: the worker is busy with the demo's own
"""


def go_to_swarm(page, site, name):
    page.set_viewport_size({"width": 1440, "height": 900})  # the check of accessibility leaves a phone's
    page.goto(f"{site.address}/settings")
    page.click(".who summary")
    page.click(f".who button:has-text('{name}')")
    page.wait_for_load_state()


def rewrite(page, site, slug, before, after):
    page.goto(f"{site.address}/prompts/{slug}")
    editor = page.locator(".cm-content")
    lines = [line.strip("\n") for line in page.locator(".cm-line").all_inner_texts()]  # an empty one is a line feed
    editor.fill("\n".join(lines).replace(before, after))
    page.click("button.pri")
    page.wait_for_selector("text=/[Ss]aved as version/")


def export(page, site, folder):
    page.goto(f"{site.address}/prompts/package?package=parcel-desk")
    page.get_by_role("button", name="Export").first.click()
    page.wait_for_selector("text=is ready to download")
    with page.expect_download() as download:
        page.locator("a[download]").first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def verify(page, site, path):
    page.goto(f"{site.address}/prompts/package/install")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Verify").first.click()
    page.wait_for_url(re.compile(r"/install/\d+$"))
    return page.url


def accept_the_proposal(page):
    """The reviewers' way: the rule of the package is measured, then taken into the codex."""
    page.get_by_role("link", name=re.compile("^proposal")).click()
    page.fill("#reason", "Theirs is the better rule.", timeout=300_000)
    page.get_by_role("button", name="Accept and publish").click()
    page.wait_for_selector(".badge:has-text('Published')", timeout=60_000)


def run_the_rituals(page, site):
    page.goto(f"{site.address}/prompts/package/installed/parcel-desk")
    page.get_by_role("button", name="Run and compare").click()
    page.wait_for_selector("text=under way")
    page.wait_for_selector("#claims svg.interval", timeout=400_000)
    assert page.locator("#claims td", has_text="1 of 1").count() == 2
    assert page.locator("#claims .badge", has_text="Simulated").count() == 1


def install(page):
    page.get_by_role("button", name="Install", exact=True).click()
    page.wait_for_url(re.compile(r"/installed/parcel-desk$"), timeout=120_000)


def text_of(page, site):
    page.goto(f"{site.address}/prompts/parcel/desk")
    return page.inner_text(".cm-content")


def test_a_package_travels_with_its_proof(site, browser, signed_in, tmp_path):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MYTHOS_", "DJANGO_"))}
    subprocess.run([sys.executable, "-c", PREPARE], env={**clean, "MYTHOS_HOME": site.home}, check=True, timeout=240)
    page, complaints = watched(browser.new_context(storage_state=signed_in))
    page.goto(f"{site.address}/prompts/package/keys")
    page.fill("#name", "Olympus")
    page.get_by_role("button", name="Make a key").click()
    page.wait_for_selector("text=Usable")
    page.goto(f"{site.address}/prompts/package")
    page.fill("#slug", "parcel-desk")
    page.get_by_role("button", name="Start").click()
    page.goto(f"{site.address}/prompts/package?package=parcel-desk&by=codex")
    page.check("[aria-label='Pick parcel/desk']")
    page.get_by_role("button", name="Add to parcel-desk").click()
    first = export(page, site, tmp_path)
    assert first.name == "parcel-desk-1.0.0.mythos"
    pages = [page.url, f"{site.address}/prompts/package/keys"]

    problems = [problem for address in pages for problem in check(page, address)]
    go_to_swarm(page, site, "Branch")
    spoiled = tmp_path / "spoiled.mythos"
    spoiled.write_bytes(first.read_bytes().replace(b"Never promise", b"Often promise"))
    page.goto(f"{site.address}/prompts/package/install")
    page.set_input_files("#file", spoiled)
    page.get_by_role("button", name="Verify").first.click()
    page.wait_for_selector("text=Refused")
    plan = verify(page, site, first)
    assert page.locator(".badge", has_text="First use").count() == 1
    assert page.locator("legend", has_text="clause desk-rules/no_refund").count() == 1
    problems += check(page, plan)
    page.goto(plan)
    page.get_by_label("and propose theirs to your codex").check()
    install(page)
    assert page.locator("td", has_text="breached").count() == 1
    accept_the_proposal(page)
    run_the_rituals(page, site)
    problems += [p for address in (page.url, f"{site.address}/prompts/package/install") for p in check(page, address)]

    rewrite(page, site, "parcel/desk", "You answer", "You kindly answer")
    go_to_swarm(page, site, "Demo swarm")
    rewrite(page, site, "parcel/desk", "without approval.", "without approval.\n\nStay calm.")
    second = export(page, site, tmp_path)
    go_to_swarm(page, site, "Branch")
    verify(page, site, second)
    assert page.locator(".chip", has_text="merged").count() == 1
    assert page.locator("legend", has_text="clause").count() == 0  # the rule of the package is that of the codex now
    install(page)
    text = text_of(page, site)
    assert "kindly" in text
    assert "Stay calm." in text

    rewrite(page, site, "parcel/desk", "Stay calm.", "Stay polite.")
    go_to_swarm(page, site, "Demo swarm")
    rewrite(page, site, "parcel/desk", "Stay calm.", "Stay calm and brief.")
    third = export(page, site, tmp_path)
    go_to_swarm(page, site, "Branch")
    problems += check(page, verify(page, site, third))
    verify(page, site, third)
    merge = page.locator("textarea[name='text:prompt:parcel/desk']")
    shown = merge.input_value()
    for line in ("<<<<<<< mine", "Stay polite.", "||||||| base", "Stay calm.", "=======", "Stay calm and brief."):
        assert f"{line}\n" in shown
    page.get_by_label("Take the text below").check()
    page.get_by_role("button", name="Install", exact=True).click()
    page.wait_for_selector("text=still has a mark of the conflict")
    merge.fill("You kindly answer questions about refunds.\n\n" + RULE + "\n\nStay polite, calm and brief.")
    install(page)
    assert "Stay polite, calm and brief." in text_of(page, site)
    go_to_swarm(page, site, "Demo swarm")
    assert problems == []
    assert [line for line in complaints if "422" not in line] == []
