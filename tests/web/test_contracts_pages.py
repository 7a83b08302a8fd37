"""Pages of contracts, roles, what-if and the inbox: what they show, whom they refuse, what they keep."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mythos.accounts.services import update_swarm
from mythos.codex.models import ClauseWaiver, CodexContract, CodexProposal, CodexRole
from mythos.codex.services import (
    check_prompt,
    create_clause,
    create_codex,
    propose_change,
    review_audit,
    revise_clause,
    save_role,
    sign_contract,
    waive_clause,
)
from mythos.formats.rituals import CaseRecord
from mythos.prompts.models import LabelRequest
from mythos.prompts.services import create_prompt, fork_prompt, request_label_move, revise_prompt
from mythos.rituals.services import create_ritual
from mythos.web.contracts import lead_of
from mythos.work.services import run_due
from tests.web.conftest import NASTY

REFUNDS = "Never promise a refund above 50 euros without approval from a human agent."
PRIVACY = "Do not reveal another customer's order, address or payment details."
TEXT = f"You answer customers of a shop.\n\n{REFUNDS}\n\n{PRIVACY}\n\nKeep answers short. {NASTY}"


@pytest.fixture
def codex(cast):
    made = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk", title="Desk rules")
    create_clause(actor=cast.owner, codex=made, ref="refunds", title=f"Refunds {NASTY}", text=REFUNDS)
    create_clause(actor=cast.owner, codex=made, ref="privacy", title="Privacy", text=PRIVACY)
    create_clause(actor=cast.owner, codex=made, ref="weather", title="Weather", text="Always report it in Celsius.")
    return made


@pytest.fixture
def prompt(cast, codex):
    return create_prompt(actor=cast.editor, swarm=cast.swarm, slug="hermes/desk", title=NASTY, text=TEXT).prompt


@pytest.fixture
def contract(cast, prompt):
    return sign_contract(
        actor=cast.editor,
        prompt_id=prompt.pk,
        base=0,
        clauses=[{"ref": "refunds"}, {"ref": "privacy"}],
        expectations=[{"id": "short", "type": "max-tokens", "value": 400}],
        reason=NASTY,
    )


def breach(cast, prompt):
    revise_prompt(
        actor=cast.editor, prompt_id=prompt.pk, base=1, source="web", text=TEXT.replace(REFUNDS, "Be kind about money.")
    )
    check_prompt(prompt_id=prompt.pk)


def accept_edit(cast, codex, ref, text):
    clause = codex.clauses.get(ref=ref)
    audit = revise_clause(actor=cast.editor, clause_id=clause.pk, text=text, base=clause.version)
    run_due()
    review_audit(actor=cast.reviewer, audit_id=audit.pk, decision="override", reason="Agreed")
    run_due()


def card_of(prompt):
    return reverse("contracts.card", args=[prompt.pk])


def sign_of(prompt):
    return reverse("contracts.sign", args=[prompt.pk])


def form(**more):
    """The least a signing form sends."""
    rows = ["desk/refunds", "desk/privacy"]
    return {"base": "0", "type": "guarded", "known": rows, "clause": rows, "step": "sign", **more}


def expectation(kind, value, **more):
    row = {"id": "", "type": kind, "value": value, "on": "prompt", "clause": "", "weight": "1"} | more
    return {f"expect-{name}": [text] for name, text in row.items()}


# Who sees what


def test_members_see_every_page_escaped_and_strangers_find_nothing(as_, cast, codex, prompt, contract):
    save_role(actor=cast.editor, swarm=cast.swarm, name="keeper", base=0, title=NASTY, clauses=[{"ref": "privacy"}])
    proposal = propose_change(actor=cast.editor, codex=codex, edits=[{"ref": "refunds", "text": NASTY}], title=NASTY)
    run_due()
    waive_clause(
        actor=cast.reviewer, prompt_id=prompt.pk, ref="refunds", reason=NASTY,
        expires_at=timezone.now() + timedelta(days=2),
    )  # fmt: skip
    of_the_swarm = [
        card_of(prompt),
        f"{card_of(prompt)}?by=role",
        sign_of(prompt),
        reverse("contracts.export", args=[prompt.pk]),
        reverse("roles.page", args=["keeper"]),
        reverse("whatif.page", args=[proposal.pk]),
    ]
    lists = [reverse(name) for name in ("contracts.overview", "roles.list", "whatif.list", "whatif.new", "inbox")]
    for page in [*of_the_swarm, *lists]:
        response = as_("owner").get(page)
        assert response.status_code == 200, page
        assert NASTY.encode() not in response.content or "export" in page, page
    for page in of_the_swarm:
        assert as_("stranger").get(page).status_code == 404, page
    for page in lists:
        assert b"hermes/desk" not in as_("stranger").get(page).content, page


def test_viewers_look_but_do_nothing(as_, cast, codex, prompt, contract):
    proposal = propose_change(actor=cast.editor, codex=codex, edits=[{"ref": "refunds", "text": "Be kind."}])
    run_due()
    asked = request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1)
    save_role(actor=cast.editor, swarm=cast.swarm, name="keeper", base=0, clauses=[{"ref": "privacy"}])
    viewer = as_("viewer")
    posts = {
        sign_of(prompt): form(base="1"),
        reverse("contracts.waive", args=[prompt.pk]): {"ref": "refunds", "reason": "x", "until": "2099-01-01"},
        reverse("roles.list"): {"name": "other"},
        reverse("roles.page", args=["keeper"]): {"base": "1", "title": "x", "step": "save"},
        reverse("whatif.new"): {"clause": "desk/refunds", "text": "Be kind."},
        reverse("whatif.accept", args=[proposal.pk]): {"reason": "x"},
        reverse("whatif.discard", args=[proposal.pk]): {},
        reverse("whatif.again", args=[proposal.pk]): {},
        reverse("labels.decide", args=[asked.pk]): {"decision": "approve"},
        reverse("accounts.swarm_settings"): {"protected_labels": ""},
    }
    for page, data in posts.items():
        assert viewer.post(page, data).status_code == 403, page
    assert viewer.get(sign_of(prompt)).status_code == 403
    body = viewer.get(card_of(prompt)).content.decode()
    assert "Re-sign" not in body
    assert "Waive it" not in body
    assert CodexContract.objects.count() == 1
    assert not ClauseWaiver.objects.exists()


@pytest.mark.parametrize("page", ["card", "overview"])
def test_pages_cost_the_same_whatever_their_size(as_, cast, codex, prompt, page):
    refs = []
    for number in range(60):
        create_clause(actor=cast.owner, codex=codex, ref=f"rule-{number}", title="Rule", text=f"Mention {number} once.")
        refs.append({"ref": f"rule-{number}"})
    save_role(actor=cast.editor, swarm=cast.swarm, name="keeper", base=0, clauses=refs[:20])
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=refs[20:], roles=["keeper"])
    for number in range(10):
        other = create_prompt(actor=cast.editor, swarm=cast.swarm, slug=f"p{number}", text=PRIVACY).prompt
        sign_contract(actor=cast.editor, prompt_id=other.pk, base=0, clauses=[{"ref": "privacy"}])
    accept_edit(cast, codex, "rule-20", "Mention 20 twice.")
    client = as_("editor")
    address = card_of(prompt) if page == "card" else reverse("contracts.overview")
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        body = client.get(address).content.decode()
    assert len(seen) <= 15, "\n".join(query["sql"][:160] for query in seen)
    if page == "card":
        assert "1–40 of 60" in body
        assert "rule-59" in client.get(address, {"start": 40}).content.decode()


# The overview


def test_the_overview_counts_by_state_and_filters_by_the_address(as_, cast, prompt, contract):
    other = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="calliope/mail", text=PRIVACY).prompt
    sign_contract(actor=cast.editor, prompt_id=other.pk, base=0, clauses=[{"ref": "privacy"}])
    create_prompt(actor=cast.editor, swarm=cast.swarm, slug="unbound", text="Be kind.")
    breach(cast, prompt)
    client, page = as_("viewer"), reverse("contracts.overview")
    context = client.get(page).context
    assert context["counts"] == {"breached": 1, "stale": 0, "untested": 0, "waived": 0, "kept": 1}
    assert [row.prompt.slug for row in context["page"]] == ["hermes/desk", "calliope/mail"]
    assert [row["slug"] for row in context["unbound"]] == ["unbound"]
    assert [row["ref"] for row in context["uncarried"]] == ["weather"]
    for state, slugs in {"breached": ["hermes/desk"], "kept": ["calliope/mail"], "stale": []}.items():
        assert [row.prompt.slug for row in client.get(page, {"state": state}).context["page"]] == slugs
    assert [row.prompt.slug for row in client.get(page, {"q": "mail"}).context["page"]] == ["calliope/mail"]


def test_without_contracts_the_overview_says_what_one_is_for(as_, cast, codex):
    body = as_("viewer").get(reverse("contracts.overview")).content.decode()
    assert "A contract says which rules one prompt promises to keep." in body


# The card


def test_a_breach_is_named_with_its_sentence_and_says_what_is_held_back(as_, cast, prompt, contract):
    breach(cast, prompt)
    body = as_("editor").get(card_of(prompt)).content.decode()
    assert "1 clause breached." in body
    assert "cannot be promoted to" in body
    assert "<code>production</code>" in body
    assert f"“{REFUNDS}”" in body
    assert body.index(REFUNDS) < body.index("Do not reveal")


def test_the_menu_counts_nothing_that_the_card_calls_live(as_, prompt, contract):
    assert "True live" not in as_("editor").get(card_of(prompt)).content.decode()


def test_a_stale_clause_shows_both_versions_word_by_word_and_leads_to_signing(as_, cast, codex, prompt, contract):
    accept_edit(cast, codex, "refunds", REFUNDS.replace("50", "80"))
    body = as_("editor").get(card_of(prompt)).content.decode()
    assert "pinned v1 → v2" in body
    assert "changes “50” to “80”" in body
    assert "<del>50</del>" in body
    clause = codex.clauses.get(ref="refunds")
    assert f'href="{sign_of(prompt)}#clause-{clause.pk}"' in body
    assert "Nothing is held back" in body


def test_a_stale_clause_of_a_role_leads_to_the_role_until_the_role_has_moved(as_, cast, codex, prompt):
    save_role(actor=cast.editor, swarm=cast.swarm, name="keeper", base=0, clauses=[{"ref": "privacy"}])
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, clauses=[{"ref": "refunds"}], roles=["keeper"])
    accept_edit(cast, codex, "privacy", PRIVACY.replace("details", "details, even when asked"))
    client = as_("editor")
    assert "move the role" in client.get(card_of(prompt)).content.decode()
    client.post(
        reverse("roles.page", args=["keeper"]),
        {"base": "1", "title": "Keeper", "known": ["desk/privacy"], "clause": ["desk/privacy"], "step": "save"},
    )
    run_due()
    assert "Re-sign with the newer keeper" in client.get(card_of(prompt)).content.decode()
    client.post(sign_of(prompt), form(base="1", known=["desk/refunds"], clause=["desk/refunds"], role=["keeper"]))
    assert prompt.contracts.get(status="in_force").counts["stale"] == 0


def test_by_role_groups_and_an_old_version_says_that_it_is_old(as_, cast, prompt, contract):
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=1, clauses=[{"ref": "privacy"}])
    client = as_("viewer")
    assert "Own clauses" in client.get(card_of(prompt), {"by": "role"}).content.decode()
    old = client.get(card_of(prompt), {"version": 1}).content.decode()
    assert "It no longer binds the prompt." in old
    assert client.get(card_of(prompt), {"version": 9}).status_code == 404


def test_the_contract_leaves_as_json_and_as_markdown(as_, prompt, contract):
    client, page = as_("viewer"), reverse("contracts.export", args=[prompt.pk])
    document = json.loads(client.get(page, {"format": "json"}).content)
    assert [row["ref"] for row in document["obligations"]] == ["refunds", "privacy"]
    markdown = client.get(page, {"format": "md"})
    assert markdown["Content-Disposition"] == 'attachment; filename="hermes-desk-contract-v1.md"'
    assert markdown.content.decode().startswith("# Contract of hermes/desk")
    assert client.get(page, {"format": "xls"}).status_code == 422


def test_a_prompt_without_a_contract_offers_suggestions(as_, prompt):
    body = as_("editor").get(card_of(prompt)).content.decode()
    assert "Suggest clauses" in body
    assert "Suggest clauses" not in as_("viewer").get(card_of(prompt)).content.decode()


def test_a_fork_shows_its_parents_promises_as_a_draft_to_sign(
    as_, cast, prompt, contract, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        fork = fork_prompt(actor=cast.editor, prompt_id=prompt.pk, slug="hermes/night").prompt
    run_due()
    client = as_("editor")
    clause = prompt.contracts.get().clauses.get(clause__ref="refunds").clause
    revise_clause(actor=cast.editor, clause_id=clause.pk, text="Refund whatever is asked.", base=1)
    body = client.get(card_of(fork)).content.decode()
    assert "A draft binds nothing." in body
    assert REFUNDS in body
    assert "Refund whatever is asked." not in body
    page = client.get(sign_of(fork))
    assert {row.name for row in page.context["groups"]["signed"]} == {"desk/refunds", "desk/privacy"}
    assert client.post(sign_of(fork), form(base="1")).status_code == 302
    assert fork.contracts.get(status="in_force").version == 2


# Waivers


def test_a_reviewer_waives_a_clause_until_the_end_of_a_day_and_ends_it_again(as_, cast, prompt, contract):
    breach(cast, prompt)
    client, page = as_("reviewer"), reverse("contracts.waive", args=[prompt.pk])
    day = timezone.localdate() + timedelta(days=3)
    assert client.post(page, {"ref": "refunds", "reason": "Hotfix", "until": f"{day}"}).status_code == 302
    waiver = ClauseWaiver.objects.get()
    assert timezone.localtime(waiver.expires_at).date() == day
    assert "Hotfix" in client.get(card_of(prompt)).content.decode()
    assert "Hotfix" in client.get(reverse("inbox")).content.decode()
    assert "Hotfix" in client.get("/").content.decode()
    assert client.post(reverse("contracts.revoke_waiver", args=[waiver.pk])).status_code == 302
    assert "Hotfix" not in client.get(card_of(prompt)).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"reason": "Kept words", "until": "2001-01-01"}, "A waiver ends in the future."),
        ({"reason": "Kept words", "until": "soon"}, "A day, such as"),
        ({"reason": " ", "until": "2099-01-01"}, "Say why"),
    ],
)
def test_a_waiver_that_will_not_do_is_said_at_its_field(as_, cast, prompt, contract, data, words):
    breach(cast, prompt)
    response = as_("reviewer").post(reverse("contracts.waive", args=[prompt.pk]), {"ref": "refunds", **data})
    body = response.content.decode()
    assert response.status_code == 422
    assert words in body
    assert data["reason"].strip() in body
    assert not ClauseWaiver.objects.exists()
    assert as_("editor").post(reverse("contracts.waive", args=[prompt.pk]), data).status_code == 403


# Signing


def test_what_is_carried_word_for_word_is_ticked_and_signed_in_one_click(as_, prompt):
    client = as_("editor")
    waiting = client.get(sign_of(prompt))
    assert "The first time MythOS reads the whole rule book" in waiting.content.decode()
    page = client.get(sign_of(prompt), headers={"HX-Request": "true"})
    assert b"<html" not in page.content
    carried = page.context["groups"]["carried"]
    assert {row.name: row.typed.is_ticked for row in carried} == {"desk/refunds": True, "desk/privacy": True}
    assert f"“{REFUNDS}”" in page.content.decode()
    assert b"<html" in client.get(sign_of(prompt)).content
    response = client.post(sign_of(prompt), form(reason="First"), follow=True)
    assert "Contract version 1 is in force." in response.content.decode()
    assert prompt.contracts.get().counts["kept"] == 2


def test_adding_rows_loses_nothing_and_signs_nothing(as_, prompt):
    data = form(step="add", add=["desk/weather", ""], reason="Kept", **expectation("max-tokens", "400"))
    body = as_("editor").post(f"{sign_of(prompt)}?wait=1", data)
    assert body.status_code == 200
    assert [row.name for row in body.context["groups"]["added"]] == ["desk/weather"]
    assert [row.value for row, _ in body.context["expectations"]] == ["400", ""]
    assert 'value="Kept"' in body.content.decode()
    gone = as_("editor").post(sign_of(prompt), {**data, "remove": "0"})
    assert [row.value for row, _ in gone.context["expectations"]] == [""]
    assert not CodexContract.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (expectation("regex", "(a+)+$"), "exponential"),
        (expectation("max-tokens", "many"), "number"),
        (expectation("", "typed"), "Choose what to measure."),
        (expectation("contains", "x", clause="weather"), "does not bind"),
        (expectation("contains", "x", weight="heavy"), "weight"),
        ({"add": ["desk/nothing"]}, "There is no such clause."),
        ({"role": ["nobody"]}, "There is no role"),
        ({"type": "iron"}, "One of"),
        ({"clause": []}, "Choose a clause"),
    ],
)
def test_terms_that_cannot_be_signed_are_refused_at_their_field_and_kept(as_, prompt, more, words):
    response = as_("editor").post(f"{sign_of(prompt)}?wait=1", form(reason="Kept", **more))
    body = response.content.decode()
    assert response.status_code == 422
    assert words in body
    assert 'value="Kept"' in body
    typed = more.get("expect-value", [""])[0]
    assert typed in body
    assert not CodexContract.objects.exists()


def test_values_are_read_as_their_kind_needs_them(as_, prompt):
    rows = [
        expectation("max-tokens", "400"),
        expectation("contains-all", '["shop", "refund"]'),
        expectation("contains", "50"),
    ]
    data = {name: [row[name][0] for row in rows] for name in rows[0]}
    assert as_("editor").post(sign_of(prompt), form(**data)).status_code == 302
    stored = prompt.contracts.get().symbolic_expectations
    assert [row["value"] for row in stored] == [400, ["shop", "refund"], "50"]
    assert [row["id"] for row in stored] == ["e1", "e2", "e3"]


def test_who_signs_late_sees_the_newer_contract_and_loses_nothing(as_, cast, prompt, contract):
    sign_contract(actor=cast.owner, prompt_id=prompt.pk, base=1, clauses=[{"ref": "weather"}])
    response = as_("editor").post(f"{sign_of(prompt)}?wait=1", form(base="1", reason="Mine"))
    body = response.content.decode()
    assert response.status_code == 409
    assert "The newer one also binds <code>weather</code>" in body
    assert 'name="base" value="2"' in body
    assert 'value="Mine"' in body
    assert as_("editor").post(sign_of(prompt), form(base="2")).status_code == 302
    assert prompt.contracts.get(status="in_force").version == 3


def test_re_signing_pins_what_is_in_force_unless_the_old_version_is_chosen(as_, cast, codex, prompt, contract):
    accept_edit(cast, codex, "refunds", REFUNDS.replace("50", "80"))
    client = as_("editor")
    assert "<del>50</del>" in client.get(f"{sign_of(prompt)}?wait=1").content.decode()
    client.post(sign_of(prompt), form(base="1", **{"version:desk/refunds": "1"}))
    assert (
        prompt.contracts.get(version=1).status == "in_force"
        or prompt.contracts.get(version=2).codex_clauses[0]["version"] == 1
    )
    newest = prompt.contracts.get(status="in_force")
    client.post(sign_of(prompt), form(base=str(newest.version), **{"version:desk/refunds": "0"}))
    newest = prompt.contracts.get(status="in_force")
    assert {term["ref"]: term["version"] for term in newest.codex_clauses} == {"refunds": 2, "privacy": 1}


# Roles


def test_a_role_is_made_edited_and_refuses_a_circle_and_a_late_edit(as_, cast, codex):
    client = as_("editor")
    assert client.post(reverse("roles.list"), {"name": "Not a name"}).status_code == 422
    assert client.post(reverse("roles.list"), {"name": "keeper", "title": "Keeper"}).status_code == 302
    assert client.post(reverse("roles.list"), {"name": "keeper"}).status_code == 422
    save_role(actor=cast.editor, swarm=cast.swarm, name="courier", base=0, includes=["keeper"])
    page = reverse("roles.page", args=["keeper"])
    data = {"base": "1", "title": "Keeper", "step": "save", "add": ["desk/privacy"]}
    assert client.post(page, {**data, "step": "add"}).context["rows"][0]["name"] == "desk/privacy"
    assert CodexRole.objects.get(name="keeper", is_newest=True).version == 1
    assert client.post(page, data).status_code == 302
    assert CodexRole.objects.get(name="keeper", is_newest=True).clauses[0]["ref"] == "privacy"
    circle = client.post(page, {**data, "base": "2", "include": ["courier"], "description": "Kept"})
    assert circle.status_code == 422
    assert "keeper → courier → keeper" in circle.content.decode()
    assert 'value="Kept"' in circle.content.decode()
    assert client.post(page, data).status_code == 409
    assert client.post(page, {**data, "base": "2", "add": ["desk/none"]}).status_code == 422


def test_a_role_says_who_inherits_it(as_, cast, codex, prompt):
    save_role(actor=cast.editor, swarm=cast.swarm, name="keeper", base=0, clauses=[{"ref": "privacy"}])
    sign_contract(actor=cast.editor, prompt_id=prompt.pk, base=0, roles=["keeper"])
    body = as_("viewer").get(reverse("roles.page", args=["keeper"])).content.decode()
    assert "hermes/desk" in body
    assert "Save version" not in body


def test_a_clause_is_shown_without_the_marks_of_its_source():
    raw = "Follow [?](#support_mental_health) and [these words](https://example.org/a_b)[^3kvn].\n\nAlways [sic] (so)."
    assert lead_of(raw) == "Follow support mental health and these words. Always [sic] (so)."


# What-if


def test_a_change_is_measured_shown_and_published_with_a_reason(as_, cast, codex, prompt, contract):
    client = as_("reviewer")
    clause = codex.clauses.get(ref="refunds")
    assert REFUNDS in client.get(reverse("whatif.new"), {"clause": clause.pk}).content.decode()
    loose = "You may promise any refund without approval from a human agent."
    page = client.post(reverse("whatif.new"), {"clause": "desk/refunds", "text": loose})["Location"]
    measuring = client.get(page).content.decode()
    assert 'hx-trigger="load delay:1s"' in measuring
    run_due()
    fragment = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "hx-trigger" not in fragment
    assert "hermes/desk" in fragment
    assert "Worse" in fragment
    number = page.rsplit("/", 1)[1]
    accept = reverse("whatif.accept", args=[number])
    assert as_("editor").post(accept, {"reason": "x"}).status_code == 403
    assert client.post(accept, {"reason": " "}).status_code == 422
    assert client.post(accept, {"reason": "Finance agreed"}).status_code == 302
    run_due()
    assert "Finance agreed" in client.get(page).content.decode()
    assert prompt.contracts.get().counts["stale"] == 1
    late = as_("owner").post(accept, {"reason": "Me too"})
    assert late.status_code == 409
    assert "already decided" in late.content.decode()


def test_several_clauses_are_changed_in_one_question(as_, cast, codex, prompt, contract):
    client, ask = as_("editor"), reverse("whatif.new")
    one = {"clause": "desk/refunds", "text": "Never refund."}
    body = client.post(ask, {**one, "another": "desk/weather", "add": "1"}).content.decode()
    assert "Never refund.</textarea>" in body
    assert body.count('name="clause"') == 2
    assert not CodexProposal.objects.exists()
    wrong = client.post(ask, {**one, "another": "desk/nothing", "add": "1"})
    assert wrong.status_code == 422
    assert "Never refund.</textarea>" in wrong.content.decode()
    client.post(ask, {"clause": ["desk/refunds", "desk/weather"], "text": ["Never refund.", "Be brief."]})
    assert [edit["ref"] for edit in CodexProposal.objects.get().edits] == ["refunds", "weather"]


def test_a_change_is_read_against_the_words_in_force_though_newer_ones_wait(as_, cast, codex, prompt):
    clause = codex.clauses.get(ref="weather")
    revise_clause(actor=cast.editor, clause_id=clause.pk, text="Report it in Kelvin, on Sundays.", base=1)
    client, ask = as_("editor"), reverse("whatif.new")
    same = client.post(ask, {"clause": "desk/weather", "text": "Always report it in Celsius."})
    assert same.status_code == 422
    assert "Nothing is different from the words in force." in same.content.decode()
    page = client.post(ask, {"clause": "desk/weather", "text": "Always report it in Fahrenheit."})["Location"]
    body = client.get(page).content.decode()
    assert "v1 → the new words" in body
    assert "<del>Celsius" in body
    assert "<ins>Fahrenheit" in body
    assert "Sundays" not in body


def test_when_the_world_moved_the_report_is_measured_again(as_, cast, codex, prompt, contract):
    proposal = propose_change(actor=cast.editor, codex=codex, edits=[{"ref": "refunds", "text": "Never refund."}])
    run_due()
    breach(cast, prompt)
    client = as_("reviewer")
    response = client.post(reverse("whatif.accept", args=[proposal.pk]), {"reason": "Kept words"})
    body = response.content.decode()
    assert response.status_code == 409
    assert "The world moved: measure again." in body
    assert "Kept words" in body
    fresh = client.post(reverse("whatif.again", args=[proposal.pk]))["Location"]
    run_due()
    proposal.refresh_from_db()
    assert proposal.status == "discarded"
    newer = CodexProposal.objects.exclude(pk=proposal.pk).get()
    assert [edit["text"] for edit in newer.edits] == ["Never refund."]
    accept = reverse("whatif.accept", args=[newer.pk])
    assert fresh.endswith(f"/{newer.pk}")
    assert client.post(accept, {"reason": "Now it is right"}).status_code == 302


def test_a_whole_edition_is_tried_and_a_bad_one_says_why(as_, cast, codex, prompt, contract):
    client = as_("editor")
    text = f"# Desk {{#desk-rules}}\n\n## Refunds {{#refunds}}\n\n{REFUNDS.replace('50', '20')}\n"
    upload = SimpleUploadedFile("2026-01-01.md", text.encode())
    page = client.post(reverse("whatif.new"), {"codex": "desk", "file": upload})["Location"]
    run_due()
    body = client.get(page).content.decode()
    assert "Import 2026-01-01.md" in body
    assert "Retired" in body
    assert client.post(reverse("whatif.new"), {"codex": "desk"}).status_code == 422
    double = SimpleUploadedFile("x.md", (text + "\n## Again {#refunds}\n\nx\n").encode())
    assert "x.md:7" in client.post(reverse("whatif.new"), {"codex": "desk", "file": double}).content.decode()
    unknown = client.post(reverse("whatif.new"), {"clause": "desk/nothing", "text": "x"})
    assert unknown.status_code == 422
    empty = client.post(reverse("whatif.new"), {"clause": "desk/refunds", "text": " "})
    assert "A clause needs a text." in empty.content.decode()
    assert client.post(reverse("whatif.discard", args=[page.rsplit("/", 1)[1]])).status_code == 302
    assert CodexProposal.objects.get().status == "discarded"


# Labels, approval and the inbox


def test_a_breach_keeps_the_label_where_it_is_and_says_why(as_, cast, prompt, contract):
    breach(cast, prompt)
    response = as_("owner").post(
        reverse("prompts.labels", args=[prompt.pk]), {"label": "production", "version": "2", "reason": "Launch"}
    )
    body = response.content.decode()
    assert response.status_code == 422
    assert f"“{REFUNDS}”" in body
    assert card_of(prompt) in body
    assert not prompt.labels.exists()


@pytest.mark.parametrize("who", ["editor", "reviewer"])
def test_who_may_not_move_a_protected_label_asks_and_somebody_else_approves(as_, cast, codex, who):
    author = getattr(cast, who)
    prompt = create_prompt(actor=author, swarm=cast.swarm, slug="hermes/desk", text=TEXT).prompt
    client, page = as_(who), reverse("prompts.labels", args=[prompt.pk])
    data = {"label": "production", "version": "1", "reason": "Launch"}
    offered = client.post(page, data)
    assert offered.status_code == 403
    assert "Ask a reviewer to move it" in offered.content.decode()
    assert client.post(page, {**data, "ask": "1"}).status_code == 302
    asked = LabelRequest.objects.get()
    decide = reverse("labels.decide", args=[asked.pk])
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    owner = as_("owner")
    assert "Launch" in owner.get(reverse("inbox")).content.decode()
    assert "Launch" in owner.get("/").content.decode()
    assert owner.post(decide, {"decision": "refuse", "reason": ""}).status_code == 422
    assert owner.post(decide, {"decision": "approve"}).status_code == 302
    assert prompt.labels.get().name == "production"
    late = owner.post(decide, {"decision": "refuse", "reason": "No"})
    assert late.status_code == 409
    assert "already decided" in late.content.decode()


def test_an_owner_switches_approval_off_and_names_the_protected_labels(as_, cast):
    page = reverse("accounts.swarm_settings")
    assert as_("reviewer").post(page, {}).status_code == 403
    assert as_("owner").post(page, {"protected_labels": "production, live"}).status_code == 302
    cast.swarm.refresh_from_db()
    assert cast.swarm.protected_labels == ["production", "live"]
    assert cast.swarm.requires_approval is False
    assert "Swarm settings" not in as_("reviewer").get(reverse("accounts.preferences")).content.decode()
    update_swarm(actor=cast.owner, swarm=cast.swarm, requires_approval=True)
    assert "Save swarm settings" in as_("owner").get(reverse("accounts.preferences")).content.decode()


def test_the_counts_of_inbox_home_and_overview_agree_with_their_rows(as_, cast, codex, prompt, contract):
    breach(cast, prompt)
    request_label_move(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1)
    other = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="mail", text="Be kind.").prompt
    sign_contract(actor=cast.editor, prompt_id=other.pk, base=0, clauses=[{"ref": "weather"}])
    waive_clause(
        actor=cast.reviewer,
        prompt_id=other.pk,
        ref="weather",
        reason="x",
        expires_at=timezone.now() + timedelta(days=1),
    )
    clause = codex.clauses.get(ref="privacy")
    revise_clause(actor=cast.editor, clause_id=clause.pk, text="Be private.", base=1)
    client = as_("owner")
    inbox, home = client.get(reverse("inbox")).context, client.get("/").context
    rows = sum(len(inbox[name]) for name in ("requests", "contracts", "waivers", "edits", "trades", "results"))
    assert inbox["nav"]["inbox"] == home["waiting_count"] == rows == 4
    overview = client.get(reverse("contracts.overview")).context
    assert home["states"] == overview["counts"]
    for state, number in home["states"].items():
        page = client.get(reverse("contracts.overview"), {"state": state}).context["page"]
        assert page.paginator.count == number


def test_the_prompt_shows_the_state_of_its_contract(as_, cast, prompt, contract):
    body = as_("viewer").get(reverse("prompts.page", args=[prompt.pk])).content.decode()
    assert card_of(prompt) in body
    assert "Contract, version 1" in body


def test_a_promise_whose_cases_were_not_run_does_not_look_as_if_all_of_it_passed(as_, cast, contract, prompt):
    expectation = {"type": "contains", "value": "agent", "clause": "refunds"}
    cases = [CaseRecord("refund", "I want 80 euros back", expectations=[expectation])]
    create_ritual(actor=cast.owner, swarm=cast.swarm, slug="refunds", prompt=prompt, cases=cases)
    check_prompt(prompt_id=prompt.pk)
    card = as_("viewer").get(reverse("contracts.card", args=[prompt.pk])).content.decode()
    assert "1 of 1 case about it has not been run" in card
    assert "1 of 2 checks pass<" in card
    signing = as_("editor").get(reverse("contracts.sign", args=[prompt.pk]), {"wait": 1}).content.decode()
    refunds, privacy = (signing.split(f'id="take-desk/{ref}"')[1].split("</li>")[0] for ref in ("refunds", "privacy"))
    assert "Untested</span>" in refunds
    assert "Kept</span>" in privacy


def test_a_breach_of_a_first_version_links_no_comparison_with_itself(as_, cast, codex):
    made = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="first", text="Be kind.").prompt
    sign_contract(actor=cast.editor, prompt_id=made.pk, base=0, clauses=[{"ref": "refunds"}], expectations=[
        {"id": "human", "type": "contains", "value": "agent", "clause": "refunds"}
    ])  # fmt: skip
    card = as_("viewer").get(reverse("contracts.card", args=[made.pk])).content.decode()
    assert "Failing check" in card
    assert "from=1&amp;to=1" not in card
    assert "What v1 changed" not in card
