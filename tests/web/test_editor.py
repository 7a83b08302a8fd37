"""The editor's pages and the advice on a draft."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mythos.codex.models import CodexClauseAudit
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.services import create_prompt, move_label
from mythos.web.advice import MOST_CHARACTERS


def policy_of(response):
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip())


def check(client, prompt, text, **more):
    page = reverse("prompts.check", args=[prompt.pk])
    return client.post(page, {"text": text, **more}, headers={"HX-Request": "true"})


def test_editor_and_style_nonce_come_with_its_pages_only(as_, prompt, clause):
    client = as_("owner")
    for page in [
        reverse("prompts.page", args=[prompt.pk]),
        reverse("prompts.new"),
        reverse("clauses.page", args=[clause.pk]),
        f"{reverse('clauses.new')}?codex=desk",
    ]:
        response = client.get(page)
        assert b"vendor/codemirror.min.js" in response.content, page
        nonce = policy_of(response)["style-src"].split("'nonce-")[1].rstrip("'")
        assert f'nonce="{nonce}"' in response.content.decode().replace("&#x27;", "'"), page
        assert policy_of(response)["script-src"] == "'self'"
    other = client.get(reverse("prompts.library"))
    assert b"codemirror" not in other.content
    assert policy_of(other)["style-src"] == "'self'"


def test_without_scripts_the_textarea_holds_the_text_and_saves_it(as_, prompt):
    client, page = as_("editor"), reverse("prompts.page", args=[prompt.pk])
    body = client.get(page).content.decode()
    area = body.split("<textarea", 1)[1].split("</textarea>")[0]
    assert 'name="text"' in area
    assert area.split(">", 1)[1].startswith("\nAvoid promising.")  # HTML drops the first line break
    client.post(page, {"text": "\nTwo lines.", "base": 2})
    assert prompt.checkpoints.order_by("-version").first().text.strip() == "Two lines."


def test_advice_tells_size_and_what_the_draft_weakens_and_why_and_saves_nothing(as_, cast):
    made = create_prompt(
        actor=cast.owner, swarm=cast.swarm, slug="p", text="Answer {{name}}. You must never promise a refund."
    )
    before = PromptCheckpoint.objects.count()
    response = check(as_("editor"), made.prompt, "Answer {{name}}. You may promise a refund.")
    body = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in body
    assert "tokens" in body
    finding = response.context["advice"].findings[0]
    assert finding.direction == "weaker"
    assert finding.reason
    assert "What this draft changes" in body
    assert PromptCheckpoint.objects.count() == before


def test_after_saving_the_page_says_what_the_edit_weakened_and_what_is_not_there(as_, cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="p", text="You must never promise a refund.")
    client, page = as_("editor"), reverse("prompts.page", args=[made.prompt_id])
    saved = client.post(page, {"text": "You may promise a refund. {{> gone}}", "base": 1}, follow=True)
    body = saved.content.decode()
    assert saved.context["weaker"] >= 1
    assert "of meaning since v1." in body
    assert f"{page}/compare?from=1&amp;to=2" in body
    assert "<code>gone@production</code>" in body
    later = client.get(page).content.decode()
    assert "of meaning since v1." not in later
    assert "<code>gone@production</code>" in later


def test_advice_names_new_unclosed_and_missing_placeholders(as_, cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="p", text="Hello {{name}}.")
    move_label(actor=cast.reviewer, prompt_id=made.prompt_id, label="production", version=1)
    client = as_("editor")
    advice = check(client, made.prompt, "Hello {{name}} and {{team}}. {{> p}} {{> gone}}").context["advice"]
    assert advice.unknown == ("team",)
    assert advice.missing == ("gone@production",)
    broken = check(client, made.prompt, "Hello {{name").content.decode()
    assert "in line 1 is not closed" in broken


def test_advice_says_when_somebody_saved_meanwhile(as_, prompt):
    assert "saved version 2 meanwhile" in check(as_("editor"), prompt, "x", base="1").content.decode()
    assert "meanwhile" not in check(as_("editor"), prompt, "x", base="2").content.decode()


def test_advice_is_for_those_who_may_edit_and_has_a_limit(as_, prompt, clause):
    assert check(as_("stranger"), prompt, "x").status_code == 404
    assert check(as_("viewer"), prompt, "x").status_code == 403
    assert check(Client(), prompt, "x").status_code == 302
    assert check(as_("editor"), prompt, "x" * (MOST_CHARACTERS + 1)).status_code == 422
    rule = reverse("clauses.check", args=[clause.pk])
    assert as_("stranger").post(rule, {"text": "x"}).status_code == 404
    assert as_("viewer").post(rule, {"text": "x"}).status_code == 403
    assert as_("viewer").post(reverse("prompts.check_new"), {"text": "x"}).status_code == 403


def test_advice_on_a_rule_compares_with_its_newest_text(as_, clause):
    before = CodexClauseAudit.objects.count()
    response = as_("editor").post(reverse("clauses.check", args=[clause.pk]), {"text": clause.text})
    assert response.context["advice"].comparison is None
    response = as_("editor").post(reverse("clauses.check", args=[clause.pk]), {"text": "You must never promise."})
    assert response.context["advice"].comparison.findings
    assert CodexClauseAudit.objects.count() == before


@pytest.mark.parametrize("text", ["Say {{> nobody}}.", "{{open"])
def test_advice_on_a_first_text_knows_no_saved_version(as_, cast, text):
    advice = as_("editor").post(reverse("prompts.check_new"), {"text": text}).context["advice"]
    assert advice.before is None
    assert advice.missing or advice.problem


def test_the_line_ends_a_browser_sends_are_no_change(as_, cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="p", text="One.\n\nTwo.\n\nThree.")
    client = as_("editor")
    advice = check(client, made.prompt, "One.\r\n\r\nTwo.\r\n\r\nThree.\r\n").context["advice"]
    assert (advice.tokens, advice.comparison) == (advice.before, None)
    page = reverse("prompts.page", args=[made.prompt_id])
    client.post(page, {"text": "Theirs.\n\nTwo.\n\nThree.", "base": 1})
    late = client.post(page, {"text": "One.\r\n\r\nTwo.\r\n\r\nMine.", "base": 1})
    changed = "".join(span.old for span in late.context["mine"] if span.op != "equal")
    assert "Three" in changed
    assert "Two" not in changed
