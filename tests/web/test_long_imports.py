"""Long files are imported by the worker, and one sees how far it is."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mythos.accounts.models import Membership
from mythos.codex.models import CodexEdition
from mythos.codex.services import create_clause, create_codex
from mythos.codex.services.uploads import AT_ONCE_CHARACTERS
from mythos.prompts import tasks
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.services.uploads import AT_ONCE_BYTES, AT_ONCE_TEXTS, IMPORT_JOB
from mythos.work.models import Job
from mythos.work.services import run_due

PAGE = "prompts.import"
BAD_ROW = "x,\n"


def table(rows: int, *, size: int = 0, more: str = "") -> SimpleUploadedFile:
    lines = [f"Greeter {number},Say hello {number}.{'x' * size}\n" for number in range(rows)]
    return SimpleUploadedFile("many.csv", ("act,prompt\n" + "".join(lines) + more).encode())


def send(client, upload, **more):
    return client.post(reverse(PAGE), {"file": upload, "step": "import", **more})


@pytest.mark.parametrize("upload", [{"rows": AT_ONCE_TEXTS + 1}, {"rows": 3, "size": AT_ONCE_BYTES // 3}])
def test_a_long_file_becomes_a_job_that_is_watched_to_its_end(as_, cast, upload):
    client = as_("editor")
    response = send(client, table(**upload))
    job = Job.objects.get()
    page = reverse("jobs.page", args=[job.pk])
    assert response["Location"] == page
    assert Prompt.objects.count() == 0
    waiting = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="load delay:1s"' in waiting
    assert "<html" not in waiting
    run_due()
    assert Prompt.objects.count() == upload["rows"]
    done = client.get(page).content.decode()
    assert f"new <b>{upload['rows']}</b>" in done
    assert "hx-trigger" not in done.split('id="job"')[1].split(">")[0]
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (upload["rows"], upload["rows"])
    assert "data" not in job.payload  # the file is not kept
    assert PromptCheckpoint.objects.first().author == cast.editor


def test_a_small_file_is_imported_at_once(as_, cast):
    assert send(as_("editor"), table(AT_ONCE_TEXTS))["Location"] == reverse("prompts.library")
    assert Job.objects.filter(kind=IMPORT_JOB).count() == 0
    assert Prompt.objects.count() == AT_ONCE_TEXTS


def test_many_revisions_count_as_many_texts(as_, cast):
    revisions = [{"text": f"Say {number}."} for number in range(AT_ONCE_TEXTS + 1)]
    send(as_("editor"), SimpleUploadedFile("p.json", json.dumps({"greeter": revisions}).encode()))
    assert Job.objects.get().kind == "prompts.import"


def test_progress_is_told_while_it_goes_on(as_, cast, monkeypatch):
    told = []
    monkeypatch.setattr(tasks, "SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(tasks, "progress", lambda claim, done, total, note="": told.append((done, total, note)))
    send(as_("editor"), table(AT_ONCE_TEXTS + 1))
    run_due()
    assert told[0] == (0, AT_ONCE_TEXTS + 1, "Reading")
    assert told[100] == (100, AT_ONCE_TEXTS + 1, "greeter-99")
    assert told[-1][0] == AT_ONCE_TEXTS + 1


def test_a_bad_row_is_told_with_its_line_and_all_or_nothing_says_why_it_was_nothing(as_, cast):
    client = as_("editor")
    send(client, table(AT_ONCE_TEXTS + 1, more=BAD_ROW), strict="on")
    run_due()
    job = Job.objects.get()
    assert job.state == "dead"
    assert Prompt.objects.count() == 0
    assert f"many.csv:{AT_ONCE_TEXTS + 3}" in client.get(reverse("jobs.page", args=[job.pk])).content.decode()
    send(client, table(AT_ONCE_TEXTS + 1, more=BAD_ROW))
    run_due()
    assert Prompt.objects.count() == AT_ONCE_TEXTS + 1
    page = client.get(reverse("jobs.page", args=[Job.objects.filter(kind=IMPORT_JOB).latest("pk").pk])).content.decode()
    assert f"many.csv:{AT_ONCE_TEXTS + 3}" in page
    assert "problems <b>1</b>" in page


def test_a_job_is_done_as_the_person_who_gave_it(as_, cast):
    send(as_("editor"), table(AT_ONCE_TEXTS + 1))
    Membership.objects.filter(user=cast.editor).update(role="viewer")
    run_due()
    assert Prompt.objects.count() == 0
    assert "role editor" in Job.objects.get().error


def test_the_page_of_a_job_is_for_its_swarm(as_, cast):
    send(as_("editor"), table(AT_ONCE_TEXTS + 1))
    page = reverse("jobs.page", args=[Job.objects.get().pk])
    assert as_("viewer").get(page).status_code == 200
    assert as_("stranger").get(page).status_code == 404


@pytest.mark.parametrize("name", [PAGE, "codex.import"])
def test_the_limits_stand_on_the_page(as_, cast, name):
    body = as_("editor").get(reverse(name)).content.decode()
    assert "5 MB" in body
    assert "bove 1 MB" in body


def test_a_long_rule_book_is_imported_by_exactly_the_plan_that_was_shown(as_, cast):
    client, page = as_("editor"), reverse("codex.import")
    text = "# Rules {#rules}\n\n## Tone {#tone authority=user}\n\n" + "You must be kind. " * (
        AT_ONCE_CHARACTERS // 18 + 1
    )
    data = {"codex": "desk", "document": text, "name": "rules.md"}
    digest = client.post(page, data).context["plan"].digest
    response = client.post(page, {**data, "plan": digest})
    job = Job.objects.get()
    assert response["Location"] == reverse("jobs.page", args=[job.pk])
    assert CodexEdition.objects.count() == 0
    run_due()
    assert CodexEdition.objects.get().codex.slug == "desk"
    shown = client.get(reverse("jobs.page", args=[job.pk])).content.decode()
    assert "new <b>2</b>" in shown
    assert 'href="/codex/desk"' in shown


def test_a_rule_book_that_moved_on_is_not_overwritten(as_, cast):
    client, page = as_("editor"), reverse("codex.import")
    text = "# Rules {#rules}\n\n" + "You must be kind. " * (AT_ONCE_CHARACTERS // 18 + 1)
    data = {"codex": "desk", "document": text, "name": "rules.md"}
    digest = client.post(page, data).context["plan"].digest
    client.post(page, {**data, "plan": digest})
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="desk")
    create_clause(actor=cast.owner, codex=codex, ref="rules", title="Rules", text="Others.")
    run_due()
    job = Job.objects.get(kind="codex.import")
    assert job.state == "dead"
    assert "changed since the plan" in client.get(reverse("jobs.page", args=[job.pk])).content.decode()
