"""A package from one swarm to another: signed, sent, a clash decided, and updated with what both sides changed."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.journeys.test_journeys import check, watched

pytestmark = pytest.mark.enable_socket
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
    editor.fill("\n".join(page.locator(".cm-line").all_inner_texts()).replace(before, after))
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
    page.get_by_label("Hold the contracts against your clause").check()
    page.get_by_role("button", name="Install", exact=True).click()
    page.wait_for_url(re.compile(r"/installed/parcel-desk$"), timeout=120_000)
    assert page.locator("td", has_text="breached").count() == 1
    problems += [p for address in (page.url, f"{site.address}/prompts/package/install") for p in check(page, address)]

    rewrite(page, site, "parcel/desk", "You answer", "You kindly answer")
    go_to_swarm(page, site, "Demo swarm")
    rewrite(page, site, "parcel/desk", "without approval.", "without approval.\n\nStay calm.")
    second = export(page, site, tmp_path)
    go_to_swarm(page, site, "Branch")
    verify(page, site, second)
    assert page.locator(".chip", has_text="merged").count() == 1
    page.get_by_label("Hold the contracts against your clause").check()
    page.get_by_role("button", name="Install", exact=True).click()
    page.wait_for_url(re.compile(r"/installed/parcel-desk$"), timeout=120_000)
    page.goto(f"{site.address}/prompts/parcel/desk")
    text = page.inner_text(".cm-content")
    assert "kindly" in text
    assert "Stay calm." in text
    go_to_swarm(page, site, "Demo swarm")
    assert problems == []
    assert [line for line in complaints if "422" not in line] == []
