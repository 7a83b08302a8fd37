"""The grid and the vault: columns, views, facets, pages by key, changes that were rolled back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mythos.errors import Invalid
from mythos.prompts.models import PromptMutationLog
from mythos.prompts.parts import count_up_to
from mythos.prompts.queries import visible_checkpoints, visible_mutations, with_rollbacks
from mythos.prompts.services import create_prompt, fork_prompt, merge_fork, restore_checkpoint, revise_prompt
from mythos.web import checkpoints
from mythos.web.checkpoint_query import parts_of, token_range, with_part
from mythos.web.grid_choices import MOST_VIEWS
from mythos.web.tables import page_after
from mythos.work.models import Job
from mythos.work.services import run_due

GRID = "checkpoints.grid"


def choose(client, **data):
    return client.post(reverse("checkpoints.columns"), {"density": "roomy", **data})


def test_columns_and_rows_are_kept_for_the_person(as_, cast, prompt):
    client = as_("viewer")
    assert b"Token trend" in client.get(reverse(GRID)).content
    assert choose(client, column=["message", "tokens", "nonsense"]).status_code == 302
    page = client.get(reverse(GRID))
    assert page.context["columns"] == ["tokens", "message"]
    assert b"<th>Token trend" not in page.content
    assert b"<th>Message" in page.content
    cast.viewer.refresh_from_db()
    assert cast.viewer.density == "roomy"
    client.force_login(cast.editor)  # the same browser, somebody else
    assert "trend" in client.get(reverse(GRID)).context["columns"]


def test_a_view_is_saved_opened_and_removed(as_, prompt):
    client, page = as_("viewer"), reverse("checkpoints.views")
    saved = client.post(page, {"name": "Long ones", "q": "tokens:>2", "sort": "-tokens"})
    assert saved["Location"] == "/prompts/checkpoints?q=tokens%3A%3E2&sort=-tokens"
    body = client.get(reverse(GRID)).content.decode()
    assert "?q=tokens%3A%3E2&amp;sort=-tokens" in body
    client.post(page, {"remove": "Long ones"})
    assert client.get(reverse(GRID)).context["views"] == []


def test_views_have_names_and_an_end_and_a_forged_cookie_is_ignored(as_, cast, prompt):
    client, page = as_("viewer"), reverse("checkpoints.views")
    client.post(page, {"name": " "})
    for number in range(MOST_VIEWS + 1):
        client.post(page, {"name": f"v{number}", "q": ""})
    assert len(client.get(reverse(GRID)).context["views"]) == MOST_VIEWS
    client.cookies[f"grid-{cast.viewer.pk}"] = "forged"
    assert client.get(reverse(GRID)).context["views"] == []


def test_facets_and_counts_are_the_databases_work(as_, cast, prompt):
    for number in range(30):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"p{number}", text="word " * (number + 1))
    with CaptureQueriesContext(connection) as queries:
        page = as_("viewer").get(reverse(GRID))
    facets = page.context["facets"]
    assert sum(bar.count for bar in facets["bars"]) == 32
    assert sum(count for _, count in facets["tones"]) == 32
    assert dict(facets["tags"])["@regression"] == 1
    for query in queries:
        sql = query["sql"]
        if 'FROM "prompts_promptcheckpoint"' in sql or 'FROM "prompts_promptmutationlog"' in sql:
            bounded = ("COUNT(", "LIMIT", "BETWEEN", '"prompts_promptmutationlog"."to_checkpoint_id" IN', '"id" IN (')
            assert any(word in sql for word in bounded), sql
            assert '"prompts_promptcheckpoint"."text"' not in sql, sql


def test_the_histogram_shows_which_sizes_are_asked_for(as_, cast, prompt):
    for number in range(30):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"p{number}", text="word " * 10 * (number + 1))
    bars = as_("viewer").get(reverse(GRID), {"q": "tokens:100..150"}).context["facets"]["bars"]
    assert any(bar.is_in for bar in bars)
    assert all(bar.high >= 100 and bar.low <= 150 for bar in bars if bar.is_in)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tokens:>5", (6, None)),
        ("tokens:<=9 word", (0, 9)),
        ("tokens:3..7", (3, 7)),
        ("tokens:4", (4, 4)),
        ("", (0, None)),
    ],
)
def test_the_range_of_a_query(query, expected):
    assert token_range(query) == expected


def test_a_facet_joins_the_filter_and_leaves_it_again(as_, prompt):
    assert with_part("tokens:>5 tone:formal word", "tone", "neutral") == "tokens:>5 word tone:neutral"
    assert with_part("word tone:neutral", "tone", "neutral") == "word"
    assert parts_of("a b") == [("a", "b"), ("b", "a")]
    body = as_("viewer").get(reverse(GRID), {"q": "tokens:>0"}).content.decode()
    assert "?q=tokens%3A%3E0+tag%3A%40regression" in body


def test_pages_by_key_show_every_row_once_though_rows_arrive(cast, prompt):
    def make(number, when):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"p{number}", text="One.", created_at=when)

    start = timezone.now() - timedelta(days=1)
    for number in range(9):
        make(number, start + timedelta(minutes=number // 3))
    rows = visible_checkpoints(cast.owner, cast.swarm)
    before, seen, after = set(rows.values_list("pk", flat=True)), [], ""
    while True:
        page, after = page_after(rows, "created_at", "-created", after, 4)
        seen += [row.pk for row in page]
        make(f"late-{len(seen)}", timezone.now())
        if not after:
            break
    assert len(seen) == len(set(seen))
    assert before <= set(seen)
    assert count_up_to(rows, 5) == 6


@pytest.mark.parametrize("name", [GRID, "mutations.list"])
def test_a_page_key_that_is_none_of_ours_is_refused(as_, prompt, name):
    assert as_("viewer").get(reverse(name), {"after": "nonsense|5"}).status_code == 422


def test_a_change_is_rolled_back_when_an_earlier_text_returns(as_, cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="p", text="First.")
    for base, text in enumerate(("Second.", "Third."), start=1):
        revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text=text, base=base, source="web")
    client, page = as_("viewer"), reverse("mutations.list")
    assert b"Rolled back</span>" not in client.get(page).content
    restore_checkpoint(actor=cast.owner, prompt_id=made.prompt_id, version=2, base=3)
    states = {
        row.to_checkpoint.version: row.rolled_back
        for row in with_rollbacks(visible_mutations(cast.owner, cast.swarm)).select_related("to_checkpoint")
    }
    assert states == {2: False, 3: True, 4: False}
    shown = client.get(page, {"result": "rolled_back"})
    assert [row.to_checkpoint.version for row in shown.context["rows"]] == [3]
    assert b"Rolled back</span>" in shown.content
    kept = client.get(page, {"result": "kept"}).context["rows"]
    assert {row.to_checkpoint.version for row in kept} == {2, 4}
    assert PromptMutationLog.objects.filter(result="kept").count() == 3  # derived, never written


def test_a_wrong_query_is_marked_and_the_last_result_kept(as_, cast, prompt):
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="other", text="A much longer text than the other one has.")
    client = as_("viewer")
    right = client.get(reverse(GRID), {"q": "prompt:other"})
    assert [row.slug for row in right.context["rows"]] == ["other"]
    wrong = client.get(reverse(GRID), {"q": "prompt:other tokens:many", "last": right.context["last"]})
    assert wrong.status_code == 422
    assert "“tokens:many”" in wrong.context["error"]
    assert [row.slug for row in wrong.context["rows"]] == ["other"]
    assert b'aria-invalid="true"' in wrong.content
    assert b"Still shown: prompt:other" in wrong.content
    worse = client.get(reverse(GRID), {"q": "tokens:many", "last": "tone:"})
    assert len(worse.context["rows"]) == 3


def test_everything_that_matches_is_tagged_at_once(as_, cast, prompt):
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="other", text="Text.")
    client, page = as_("editor"), reverse("checkpoints.tag")
    assert client.post(page, {"q": "prompt:hermes", "name": "to-review", "all": "1"}).status_code == 302
    shown = client.get(reverse(GRID), {"q": "tag:@to-review"})
    assert {row.slug for row in shown.context["rows"]} == {"hermes/desk"}
    assert shown.context["count"].number == 2
    assert b"Put on by Marco" in shown.content
    client.post(page, {"q": "tag:@to-review", "name": "@to-review", "remove": "1", "all": "1"})
    assert client.get(reverse(GRID), {"q": "tag:@to-review"}).context["count"].number == 0
    client.post(page, {"q": "", "name": "@clarity+", "all": "1"})
    assert b"is measured" in client.get(reverse(GRID)).content


def test_a_tag_without_rows_is_asked_about_and_changes_nothing(as_, prompt):
    client = as_("editor")
    shown = client.post(reverse("checkpoints.tag"), {"q": "prompt:hermes", "name": "to-review"}, follow=True)
    assert "Pick rows first, or ask for all that match." in shown.content.decode()
    assert shown.context["q"] == "prompt:hermes"
    assert client.get(reverse(GRID), {"q": "tag:@to-review"}).context["count"].number == 0


def test_a_comparison_of_one_row_keeps_the_filter_and_the_pick(as_, prompt):
    sent = {"q": "prompt:hermes", "pick": prompt.current_id}
    shown = as_("viewer").get(reverse("checkpoints.compare"), sent, follow=True)
    assert "1 was picked." in shown.content.decode()
    assert shown.context["q"] == "prompt:hermes"
    assert f'value="{prompt.current_id}" checked' in shown.content.decode()


def test_every_word_of_a_query_that_cannot_be_read_is_marked(as_, prompt):
    shown = as_("viewer").get(reverse(GRID), {"q": "tokens:abc desk bogus:1"})
    assert list(shown.context["wrong"]) == ["tokens:abc", "bogus:1"]
    assert shown.content.count(b"chip off bad") == 2
    assert "“bogus” is no filter" in shown.context["error"]


def test_a_page_that_takes_too_long_gives_advice(as_, prompt, monkeypatch):
    def slow(*_, **__):
        raise Invalid("This question took longer than 2 s and was stopped.", hint="Add a part.", fields={"q": "Slow."})

    calls = iter([slow])
    real = checkpoints.search
    monkeypatch.setattr(checkpoints, "search", lambda *given: next(calls, real)(*given))
    page = as_("viewer").get(reverse(GRID), {"q": "word"})
    assert page.status_code == 422
    assert b"was stopped. Add a part." in page.content


def test_the_vault_draws_the_family_and_offers_the_merge(as_, cast, prompt):
    fork = fork_prompt(actor=cast.owner, prompt_id=prompt.pk, slug="desk-fork")
    revise_prompt(actor=cast.owner, prompt_id=fork.prompt_id, text="Refuse politely.", base=1, source="web")
    client = as_("editor")
    page = client.get(reverse("mutations.list"), {"prompt": fork.prompt_id})
    drawing = page.context["drawing"]
    assert len(drawing.circles) == len(drawing.lineage.nodes) == 4
    drawn = [page.content.count(part) for part in (b'r="5"', b'<path class="step"', b'<path class="fork"')]
    assert drawn == [4, 2, 1]
    merge = reverse("mutations.merge", args=[fork.prompt_id])
    assert merge.encode() in page.content
    shown = client.get(merge)
    assert b"Both sides fit together" in shown.content
    done = client.post(merge, {"base": shown.context["three"].current.version, "text": shown.context["text"]})
    assert done["Location"] == reverse("prompts.page", args=[prompt.pk])
    prompt.refresh_from_db()
    assert prompt.current.text == "Refuse politely."
    late = client.post(merge, {"base": "1", "text": "Mine."})
    assert late.status_code == 409
    assert b"is at version 3, not 1" in late.content


def test_a_fork_and_a_merge_are_told_from_the_next_version(as_, cast, prompt):
    fork = fork_prompt(actor=cast.owner, prompt_id=prompt.pk, slug="desk-fork")
    revise_prompt(actor=cast.owner, prompt_id=fork.prompt_id, text="Refuse politely.", base=1, source="web")
    merge_fork(actor=cast.owner, fork_id=fork.prompt_id, base=2, text="Refuse politely.", source="web")
    grid = " ".join(as_("viewer").get(reverse("checkpoints.grid")).content.decode().split())
    assert grid.count(f"fork of {prompt.slug}") == 1
    assert grid.count("merge of desk-fork") == 1
    vault = as_("viewer").get(reverse("mutations.list")).content.decode()
    assert "forked from</span>" in vault
    assert "v2 → v1" not in vault


def test_a_long_export_is_a_job_that_leads_to_its_file(as_, cast, prompt, monkeypatch):
    monkeypatch.setattr(checkpoints, "AT_ONCE", 1)
    client = as_("viewer")
    answer = client.get(reverse("checkpoints.export"), {"q": "prompt:hermes", "format": "jsonl"})
    job = Job.objects.get(kind="prompts.export")
    assert answer["Location"] == reverse("jobs.page", args=[job.pk])
    assert client.get(reverse("checkpoints.download", args=[job.pk])).status_code == 404
    assert run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.progress_done) == ("done", 2)
    assert f"/exports/{job.pk}".encode() in client.get(answer["Location"]).content
    lines = b"".join(client.get(reverse("checkpoints.download", args=[job.pk])).streaming_content).splitlines()
    assert [json.loads(line)["version"] for line in lines] == [2, 1]
    assert "@regression" in json.loads(lines[0])["tags"]
    stranger = as_("stranger")
    assert stranger.get(reverse("checkpoints.download", args=[job.pk])).status_code == 404
