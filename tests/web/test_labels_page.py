"""The page of a prompt's labels: splitting one, seeing what readers think, ending it."""

from __future__ import annotations

import pytest
from django.test import Client

from mythos.prompts.models import PromptLabel
from mythos.prompts.services import create_prompt, give_feedback, move_label, revise_prompt
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="One.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", version=1)
    return f"/prompts/{made.prompt_id}/labels"


@pytest.fixture
def browse():
    def client(name="marco"):
        web = Client()
        assert web.login(username=f"{name}@example.org", password=PASSWORD)
        return web

    return client


SPLIT = {"split": "1", "label": "best", "version": "1", "other_version": "2", "share": "25", "reason": "Try it."}


def test_the_prompt_says_where_a_label_gives_an_older_version(desk, browse, cast):
    page = browse().get(desk.removesuffix("/labels")).content.decode()
    assert "You see version 2, the newest; best still gives v1." in page
    move_label(actor=cast.owner, prompt_id=PromptLabel.objects.get().prompt_id, label="best", version=2)
    assert "still gives" not in browse().get(desk.removesuffix("/labels")).content.decode()


def test_a_label_is_split_watched_and_given_to_all(cast, desk, browse):
    web = browse()
    done = web.post(desk, SPLIT, follow=True).content.decode()
    assert "best is split: 25 percent get version 2." in done
    assert "there is nothing to compare" in done
    assert "95 % interval" not in done, "what was not measured has no number"
    prompt_id = PromptLabel.objects.get().prompt_id
    for number in range(40):
        arm = "ab"[number % 2]
        give_feedback(
            actor=cast.viewer,
            prompt_id=prompt_id,
            label="best",
            score=float(arm == "b"),
            arm=arm,
            key=f"u{number}",
            comment="<b>Fine.</b>",
        )
        if number == 1:
            assert "It cannot be told yet" in web.get(desk).content.decode()
    shown = web.get(desk).content.decode()
    assert "Readers of b think better of it" in shown
    assert "95 % interval" in shown
    assert "&lt;b&gt;Fine.&lt;/b&gt;" in shown
    assert "and v2" in web.get(f"/prompts/{prompt_id}").content.decode()
    ended = web.post(desk, {"page": "labels", "label": "best", "version": "2", "reason": "It won."}, follow=True)
    assert ended.redirect_chain == [(desk, 302)]
    row = PromptLabel.objects.get()
    assert (row.checkpoint.version, row.other, row.share) == (2, None, 0)
    assert "for 25 %" in ended.content.decode(), "the history of moves keeps the split"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"share": "0"}, "share"), ({"other_version": "1"}, "other_version"), ({"other_version": "9"}, "other_version")],
)
def test_what_is_no_split_stands_at_its_field(desk, browse, given, field):
    answer = browse().post(desk, SPLIT | given)
    assert answer.status_code in (404, 422)
    assert f'id="{field}-wrong"' in answer.content.decode()
    assert 'value="Try it."' in answer.content.decode()


def test_a_label_that_is_not_there_is_said_at_its_field_on_the_prompt_too(desk, browse):
    page = desk.removesuffix("/labels")
    answer = browse().post(desk, {"remove": "1", "label": "nolabel", "reason": "Not needed."})
    body = answer.content.decode()
    assert answer.status_code == 404
    assert "Unknown label." in body
    assert 'value="nolabel"' in body
    assert f'action="{page}"' in body


def test_a_reader_may_look_and_a_stranger_may_not(desk, browse):
    shown = browse("vera").get(desk)
    assert shown.status_code == 200
    assert "Split label" not in shown.content.decode()
    assert browse("vera").post(desk, SPLIT).status_code == 403
    assert browse("sten").get(desk).status_code == 404
