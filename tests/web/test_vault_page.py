"""The vault page: filters, a wrong filter, roll back, any two compared; the same in terminal and API."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm, create_token
from mythos.cli.main import cli
from mythos.formats.prompts.base import PromptRecord, Revision
from mythos.prompts import lineage
from mythos.prompts.carrying import export_lines
from mythos.prompts.limits import limited
from mythos.prompts.models import Prompt, PromptMutationLog
from mythos.prompts.services import create_prompt, import_prompts, revise_prompt, trash_prompt
from mythos.web import mutations
from mythos.work.models import Job

PAGE = "mutations.list"


@pytest.fixture
def desk(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="You must answer. Be kind.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="You may answer.", base=1, source="web")
    other = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="night", text="Say nothing.")
    revise_prompt(
        actor=cast.editor, prompt_id=other.prompt_id, text="Say nothing, in any language.", base=1, source="api"
    )
    return made.prompt


def slugs(page):
    return {row.prompt.slug for row in page.context["rows"]}


def test_a_filter_narrows_and_what_is_chosen_in_the_menu_joins_it(as_, desk):
    client = as_("viewer")
    assert slugs(client.get(reverse(PAGE), {"q": "tag:@regression"})) == {"desk"}
    chosen = {
        "choose": "1",
        "q": "trait:tokens ancestor:desk",
        "with-trait": "tokens-",
        "with-author": "Ines B",
    }
    led = client.get(reverse(PAGE), {**chosen, "result": "kept"})
    assert led["Location"] == f"{reverse(PAGE)}?q=ancestor%3Adesk+author%3AInes_B+trait%3Atokens-&result=kept"
    body = client.get(reverse(PAGE), {"q": "source:api trait:tokens+"})
    assert slugs(body) == {"night"}
    assert b'<option value="api" selected>' in body.content


def test_a_wrong_filter_marks_the_part_and_keeps_the_last_result(as_, desk):
    wrong = as_("viewer").get(reverse(PAGE), {"q": "prompt:desk trait:nonsense", "last": "prompt:desk"})
    assert wrong.status_code == 422
    assert slugs(wrong) == {"desk"}
    assert b"Still shown: prompt:desk" in wrong.content
    assert wrong.content.count(b"chip off bad") == 1
    assert list(wrong.context["wrong"]) == ["trait:nonsense"]
    lost = as_("viewer").get(reverse(PAGE), {"q": "source:pigeon", "last": "also:wrong"})
    assert slugs(lost) == {"desk", "night"}


def test_the_name_of_a_prompt_filters_by_it(as_, desk):
    body = as_("viewer").get(reverse(PAGE)).content.decode()
    assert f"prompt={desk.pk}&amp;q=prompt%3Adesk" in body or f"q=prompt%3Adesk&amp;prompt={desk.pk}" in body


def test_the_first_version_leads_to_no_comparison_with_itself(as_, desk):
    for name in ("prompts.page", "prompts.versions"):
        assert "?to=1&amp;from=1" not in as_("viewer").get(reverse(name, args=[desk.pk])).content.decode()


def test_a_filter_that_takes_too_long_is_stopped_with_advice(as_, desk, monkeypatch):
    monkeypatch.setattr(mutations, "limited", lambda: limited(-1.0))
    monkeypatch.setattr("mythos.prompts.limits.STEPS", 1)
    page = as_("viewer").get(reverse(PAGE), {"q": "answer"})
    assert page.status_code == 422
    assert b"was stopped" in page.content


def test_an_old_version_is_copied_forward_from_the_lineage(as_, desk):
    client, page = as_("editor"), f"{reverse(PAGE)}?prompt={desk.pk}"
    shown = client.get(page)
    assert shown.content.count(b'aria-label="Roll back to v1"') == 1
    assert shown.content.count(b'class="now"') == 1
    done = client.post(reverse("prompts.restore", args=[desk.pk]), {"from": "vault", "version": "1", "base": "2"})
    assert done["Location"] == page
    desk.refresh_from_db()
    assert (desk.current.version, desk.current.text) == (3, "You must answer. Be kind.")
    assert desk.current.derived_from.version == 1
    assert b"Rolled back</span>" in client.get(page).content
    assert b"Roll back to" not in as_("viewer").get(page).content


def test_a_large_family_leads_to_the_whole_list(as_, desk, monkeypatch):
    monkeypatch.setattr(lineage, "MOST", 1)
    monkeypatch.setattr(lineage, "NEAREST", 1)
    body = as_("viewer").get(reverse(PAGE), {"prompt": desk.pk}).content
    assert b"The nearest 1; 1 more are further away." in body
    assert b"/prompts/checkpoints?q=ancestor:desk" in body


@pytest.mark.both_databases
def test_a_family_of_more_than_two_hundred_is_drawn_by_its_nearest_fifty_with_the_list(as_, cast):
    history = tuple(Revision(f"You must answer in {number} words.") for number in range(1, 203))
    import_prompts(actor=cast.owner, swarm=cast.swarm, records=[PromptRecord("long", "Long", history)])
    page = as_("viewer").get(reverse(PAGE), {"prompt": Prompt.objects.get(slug="long").pk})
    nodes = page.context["drawing"].lineage.nodes
    assert [node.checkpoint.version for node in nodes] == [*range(202, 152, -1)]
    assert b"The nearest 50; 152 more are further away." in page.content
    assert page.content.count(b'r="5"') == 50
    listed = as_("viewer").get(reverse("checkpoints.grid"), {"q": "ancestor:long"})
    assert listed.context["count"].number == 202
    assert len(listed.context["rows"]) == 50


def test_any_two_checkpoints_are_compared(as_, desk):
    client = as_("viewer")
    first, second = desk.checkpoints.order_by("version")
    night = Prompt.objects.get(slug="night").current
    page = reverse("checkpoints.compare")
    led = client.get(page, {"pick": [second.pk, first.pk]})
    assert led["Location"] == f"{reverse('prompts.compare', args=[desk.pk])}?from=1&to=2"
    shown = client.get(page, {"pick": [first.pk, night.pk], "view": "source"})
    assert b"desk v1" in shown.content
    assert b"night v2" in shown.content
    assert client.get(page, {"pick": [first.pk]})["Location"] == f"{reverse('checkpoints.grid')}?pick={first.pk}"
    assert as_("stranger").get(page, {"pick": [first.pk, night.pk]}).status_code == 302


def test_rows_that_were_picked_are_tagged_and_no_others(as_, desk):
    picked = desk.checkpoints.get(version=1)
    as_("editor").post(reverse("checkpoints.tag"), {"q": "", "pick": [picked.pk], "name": "@mine"})
    tagged = as_("viewer").get(reverse("checkpoints.grid"), {"q": "tag:@mine"})
    assert [row.pk for row in tagged.context["rows"]] == [picked.pk]


def run(*words):
    done = CliRunner().invoke(cli, list(words), standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout


def test_the_commands_find_tag_export_and_roll_back(desk, tmp_path):
    assert "desk v2" in run("checkpoint", "find", "tag:@regression")
    assert [row["version"] for row in json.loads(run("checkpoint", "find", "prompt:desk", "--json"))] == [2, 1]
    assert "2 checkpoints changed." in run("checkpoint", "tag", "mine", "prompt:desk")
    file = tmp_path / "out.csv"
    run("checkpoint", "export", str(file), "tag:mine", "--format", "csv")
    assert len(file.read_text().splitlines()) == 3
    assert "copied forward as version 3" in run("checkpoint", "roll-back", "desk", "1")
    assert "desk v2 → v3" in run("vault", "log", "prompt:desk", "trait:tokens+")
    assert json.loads(run("vault", "log", "source:api", "--json"))[0]["prompt"] == "night"
    assert run("vault", "lineage", "desk").splitlines()[0] == "* desk v3 copy of desk v1"


def test_the_trash_is_kept_for_ever_unless_told_otherwise(cast, desk, settings):
    trash_prompt(actor=cast.owner, prompt_id=desk.pk)
    Prompt.objects.filter(pk=desk.pk).update(deleted_at="2026-01-01T00:00Z")
    assert "desk" in run("vault", "trash")
    run("worker", "--once")
    assert not Job.objects.filter(kind="prompts.purge").exists()
    assert "is back" in run("vault", "trash", "--restore", "desk")
    Prompt.objects.filter(pk=desk.pk).update(deleted_at="2026-01-01T00:00Z")
    settings.TRASH_DAYS = 30
    run("worker", "--once")
    assert not Prompt.objects.filter(slug="desk").exists()
    assert Job.objects.get(kind="prompts.purge", state="pending").not_before > Job.objects.first().created_at


@pytest.fixture
def ask(cast):
    token = create_token(actor=cast.owner, swarm=cast.swarm, name="t", role="owner").secret
    client = Client(headers={"Authorization": f"Bearer {token}"})
    return lambda path, **more: client.get(f"/api/v1{path}", more)


def test_the_api_finds_changes_compares_any_two_and_draws_the_family(ask, desk):
    assert [row["prompt"] for row in ask("/mutations", q="author:marco").json()["items"]] == ["night"]
    assert ask("/mutations", q="source:pigeon").status_code == 422
    assert ask("/mutations", result="rolled_back").json()["items"] == []
    first, second = desk.checkpoints.order_by("version")
    compared = ask(f"/checkpoints/{first.pk}/compare/{second.pk}").json()
    assert compared["comparison"]["is_regression"]
    assert compared["trait_delta"]["obligations_must"] == -1
    assert ask(f"/checkpoints/{first.pk}/compare/999999").status_code == 404
    graph = ask(f"/prompts/{desk.pk}/lineage").json()
    assert [node["version"] for node in graph["nodes"]] == [2, 1]
    assert graph["edges"] == [{"newer": second.pk, "older": first.pk, "kind": "step"}]
    assert ask("/mutations/export", format="xls").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_vault_comes_in_through_the_api(cast, desk):
    empty = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    token = create_token(actor=SYSTEM, swarm=empty, name="t", role="owner").secret
    lines = "".join(export_lines(actor=SYSTEM, swarm=cast.swarm))
    sent = Client(headers={"Authorization": f"Bearer {token}"}).post(
        "/api/v1/vault/import", lines, content_type="application/x-ndjson"
    )
    assert sent.json()["proof"]["is_whole"], sent.content
    assert sent.json()["rows"]["checkpoint"] == 4
    assert PromptMutationLog.objects.filter(swarm=empty).count() == 2
