"""Every page: who sees it, what it escapes, what it refuses."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mythos.codex.models import CodexClauseAudit, CodexEdition
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.services import create_prompt, revise_prompt
from tests.conftest import PASSWORD
from tests.web.conftest import NASTY

LISTS = [
    "home", "palette", "accounts.preferences", "accounts.tokens", "jobs.list", "assistants.roster", "codex.list",
    "codex.import", "regression.queue", "mutations.list", "prompts.library", "prompts.new", "prompts.import",
    "checkpoints.grid",
]  # fmt: skip
DOCUMENT = "# Rules {#rules}\n\n## Tone {#tone authority=user}\n\nYou must be kind.\n"


def object_pages(prompt, clause):
    return [
        reverse("prompts.page", args=[prompt.pk]),
        reverse("prompts.versions", args=[prompt.pk]),
        reverse("prompts.compare", args=[prompt.pk]),
        reverse("clauses.page", args=[clause.pk]),
        reverse("regression.page", args=[str(clause.pk)]),
        reverse("codex.page", args=["desk"]),
        f"{reverse('clauses.new')}?codex=desk",
    ]


@pytest.mark.parametrize("name", LISTS)
def test_an_owner_sees_the_page_and_a_guest_is_asked_to_sign_in(as_, prompt, clause, name):
    assert as_("owner").get(reverse(name)).status_code == 200
    response = Client().get(reverse(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in?next=")


def test_pages_of_things_show_them_escaped_to_members_and_404_to_strangers(as_, prompt, clause):
    owner, stranger = as_("owner"), as_("stranger")
    for page in object_pages(prompt, clause):
        body = owner.get(page)
        assert body.status_code == 200, page
        assert NASTY.encode() not in body.content, page
        assert stranger.get(page).status_code == 404, page
    for name in LISTS:
        assert NASTY.encode() not in owner.get(reverse(name)).content, name
        assert b"hermes/desk" not in stranger.get(reverse(name)).content, name


def test_a_viewer_may_look_but_not_write(as_, prompt, clause):
    viewer = as_("viewer")
    audit = clause.audits.first()
    posts = {
        reverse("prompts.page", args=[prompt.pk]): {"text": "New", "base": 2},
        reverse("prompts.labels", args=[prompt.pk]): {"label": "dev", "version": 1},
        reverse("prompts.restore", args=[prompt.pk]): {"version": 1, "base": 2},
        reverse("prompts.fork", args=[prompt.pk]): {"slug": "copy"},
        reverse("prompts.details", args=[prompt.pk]): {"title": "T", "kind": "system"},
        reverse("clauses.page", args=[clause.pk]): {"text": "New", "base": 2},
        reverse("regression.review", args=[audit.pk]): {"decision": "override", "reason": "x"},
        reverse("accounts.tokens"): {"name": "x", "role": "viewer"},
        reverse("assistants.roster"): {"name": "x", "slug": "x"},
    }
    before = (PromptCheckpoint.objects.count(), CodexClauseAudit.objects.count())
    for page, data in posts.items():
        assert viewer.post(page, data).status_code == 403, page
    assert (PromptCheckpoint.objects.count(), CodexClauseAudit.objects.count()) == before


def test_every_page_carries_the_strict_policy(as_, prompt):
    policy = as_("owner").get("/")["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == "'self'"
    assert parts["frame-ancestors"] == parts["base-uri"] == "'none'"


@pytest.mark.parametrize("page", ["mutations.list", "checkpoints.grid", "prompts.library", "codex.list", "home"])
def test_ten_more_rows_cost_no_more_queries(as_, cast, prompt, page, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("owner")
    client.get(reverse(page))
    cache.clear()  # what lists keep for some seconds is counted both times
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(page))
    for number in range(10):
        made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"p{number}", text="One.")
        revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    cache.clear()
    with django_assert_max_num_queries(len(few) + 1):
        client.get(reverse(page))


def test_who_saves_late_gets_both_texts_and_loses_nothing(as_, prompt):
    client, page = as_("editor"), reverse("prompts.page", args=[prompt.pk])
    response = client.post(page, {"text": "Mine from the first version.", "base": 1, "message": "why"})
    assert response.status_code == 409
    body = response.content.decode()
    assert "Mine from the first version." in body
    assert "Avoid promising." in body
    assert 'name="base" value="2"' in body
    assert client.post(page, {"text": "Both together.", "base": 2}).status_code == 302
    assert Prompt.objects.get(pk=prompt.pk).current.text == "Both together."


def test_a_conflict_that_nobody_decided_is_not_saved(as_, prompt):
    client, page = as_("editor"), reverse("prompts.page", args=[prompt.pk])
    merge = client.post(page, {"text": "Mine from the first version.", "base": 1})
    assert 'data-line="1"' in merge.content.decode()
    merged = merge.context["three"].merged
    refused = client.post(page, {"text": f"Hello.\n{merged}", "base": 2})
    body = refused.content.decode()
    assert refused.status_code == 422
    assert "Line 2 still holds the marks of a conflict." in body
    assert 'data-line="2"' in body
    assert "Mine from the first version." in body
    assert prompt.checkpoints.count() == 2


def test_an_unclosed_variable_is_said_at_the_field_and_the_text_is_kept(as_, prompt):
    response = as_("editor").post(reverse("prompts.page", args=[prompt.pk]), {"text": "Hi {{name\nthere", "base": 2})
    assert response.status_code == 422
    body = response.content.decode()
    assert "text-wrong" in body
    assert "Hi {{name\nthere" in body
    assert prompt.checkpoints.count() == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", b"caf\xe9", "x.txt:1"),
        ("x.txt", b"\x00\x01", "binary"),
        ("x.csv", b"a,b\n1,2\n", "the column"),
        ("x.exe", b"x", "no source of prompts"),
    ],
)
def test_a_bad_upload_says_where_and_writes_nothing(as_, cast, name, content, message):
    upload = SimpleUploadedFile(name, content)
    response = as_("editor").post(reverse("prompts.import"), {"file": upload, "step": "import"})
    assert message in response.content.decode()
    assert Prompt.objects.count() == 0


def test_prompts_are_planned_then_imported(as_, cast):
    client = as_("editor")

    def send(step):
        upload = SimpleUploadedFile("p.csv", b"act,prompt\nGreeter,Say hello.\n")
        return client.post(reverse("prompts.import"), {"file": upload, "step": step})

    assert b"Nothing has been written" in send("check").content
    assert Prompt.objects.count() == 0
    assert send("import").status_code == 302
    assert Prompt.objects.get().slug == "greeter"


def test_a_codex_is_planned_then_exactly_that_plan_is_applied(as_, cast):
    client, page = as_("editor"), reverse("codex.import")
    data = {"codex": "desk", "document": DOCUMENT, "name": "rules.md"}
    plan = client.post(page, data)
    assert CodexEdition.objects.count() == 0
    digest = plan.context["plan"].digest
    assert client.post(page, {**data, "plan": "another"}).status_code == 409
    assert client.post(page, {**data, "plan": digest}).status_code == 302
    assert CodexEdition.objects.get().codex.slug == "desk"
    again = client.post(page, data)
    assert b"nothing to write" in again.content


def test_problems_of_a_document_are_listed_with_file_and_line(as_, cast):
    document = DOCUMENT + "\n## Again {#tone}\n\nx\n"
    response = as_("editor").post(reverse("codex.import"), {"codex": "desk", "document": document, "name": "r.md"})
    assert response.status_code == 422
    assert "r.md:7" in response.content.decode()


def test_a_flagged_edit_is_not_accepted_but_overridden_with_a_reason_and_kept(as_, clause):
    client, audit = as_("reviewer"), clause.audits.first()
    page, review = reverse("regression.page", args=[str(clause.pk)]), reverse("regression.review", args=[audit.pk])
    assert b"Your review" in client.get(page).content
    assert client.post(review, {"decision": "accept", "reason": "fine"}).status_code == 422
    assert client.post(review, {"decision": "override", "reason": " "}).status_code == 422
    assert client.post(review, {"decision": "override", "reason": "Finance agreed."}).status_code == 302
    assert b"Finance agreed." in client.get(page).content
    late = as_("owner").post(review, {"decision": "send_back", "reason": "no"})
    assert late.status_code == 409
    assert b"already decided" in late.content


def test_the_ref_of_a_clause_leads_to_its_page(as_, clause):
    response = as_("viewer").get("/codex/regression/refunds")
    assert response["Location"] == f"/codex/regression/{clause.pk}"


def test_the_slug_of_a_prompt_leads_to_its_page(as_, prompt):
    assert as_("viewer").get("/prompts/hermes/desk")["Location"] == f"/prompts/{prompt.pk}"
    assert as_("viewer").get("/prompts/nothing").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [("tokens:>0", 2), ("tokens:>9999", 0), ("prompt:hermes", 2), ("created:>2001-01", 2), ("Avoid", 1)],
)
def test_the_grid_filters_by_its_query(as_, prompt, query, count):
    response = as_("viewer").get(reverse("checkpoints.grid"), {"q": query})
    assert response.context["count"].number == count


def test_a_query_that_cannot_be_read_names_its_part(as_, prompt):
    response = as_("viewer").get(reverse("checkpoints.grid"), {"q": "tokens:many"})
    assert response.status_code == 422
    assert "tokens:many" in response.context["error"]
    assert response.context["count"].number == 2


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_exports_hold_every_match_and_no_formula(as_, cast, prompt, kind):
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="formula", text="=1+1")
    response = as_("viewer").get(reverse("checkpoints.export"), {"format": kind})
    lines = b"".join(response).decode().strip().splitlines()
    assert len([line for line in lines if line]) >= 3
    assert kind == "jsonl" or "'=1+1" in "\n".join(lines)
    assert as_("viewer").get(reverse("mutations.export"), {"format": kind}).status_code == 200
    assert as_("viewer").get(reverse("mutations.export"), {"format": "xls"}).status_code == 422


def test_signing_in_goes_back_to_the_page_but_never_to_another_site(cast):
    client = Client()
    data = {"email": "INES@example.org", "password": PASSWORD}
    assert client.post("/sign-in?next=/codex", data)["Location"] == "/codex"
    assert Client().post("/sign-in", {**data, "next": "https://evil.example"})["Location"] == "/"


def test_too_many_wrong_passwords_have_to_wait(cast):
    client = Client()
    data = {"email": "ines@example.org", "password": "wrong"}
    for _ in range(10):
        assert b"Wrong email or password." in client.post("/sign-in", data).content
    assert b"Too many attempts" in client.post("/sign-in", {**data, "password": PASSWORD}).content


def test_a_token_is_shown_once(as_, cast):
    client = as_("owner")
    body = client.post(reverse("accounts.tokens"), {"name": "reader", "role": "viewer"}).content.decode()
    secret = body.split('class="secret">')[1].split("<")[0]
    assert secret.startswith("mth_")
    assert secret not in client.get(reverse("accounts.tokens")).content.decode()


def test_errors_come_as_a_page_or_as_a_fragment(as_, cast):
    page = as_("viewer").get("/prompts/999999")
    assert page.status_code == 404
    assert b"<html" in page.content
    fragment = as_("viewer").get("/prompts/999999", headers={"HX-Request": "true"})
    assert fragment.status_code == 404
    assert b"<html" not in fragment.content


def test_the_health_check_answers_without_an_account(db):
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_an_address_that_only_takes_forms_says_so_in_the_frame(as_, prompt):
    response = as_("editor").get(reverse("prompts.details", args=[prompt.pk]))
    body = response.content.decode()
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "This address only takes a form that is sent." in body
    assert 'id="main"' in body
