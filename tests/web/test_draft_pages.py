from __future__ import annotations

import re

import pytest
from django.urls import reverse

from mythos.drafts.measures import COVERED, PAIRS
from mythos.drafts.models import AssistantDraft, AssistantVersion
from mythos.drafts.queries import compiled
from mythos.drafts.services import create_draft, deploy_draft, save_draft
from mythos.formats.rituals import CaseRecord
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.models import RitualCase, RitualReply
from mythos.rituals.services import create_ritual

TEXTS = {
    "persona": "You are Hermes.",
    "guard": "Never promise a refund to a customer.",
    "refunds": "You may promise a refund when a customer asks for one.",
    "hours": "Answer every question about opening hours.",
    "brief": "Write short answers in a plain tone.",
    "nasty": "Be kind. <script>alert(1)</script>",
}


@pytest.fixture(autouse=True)
def _no_answers_of_other_tests():
    PAIRS.clear()
    COVERED.clear()


@pytest.fixture
def library(cast):
    return {
        name: create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"hermes/{name}", text=text).prompt
        for name, text in TEXTS.items()
    }


def block(section, prompt):
    return f"{section}:{prompt.pk}:{prompt.current_id}"


@pytest.fixture
def draft(cast, library):
    rows = [
        {"section": "identity", "checkpoint": library["persona"].current_id},
        {"section": "guardrails", "checkpoint": library["guard"].current_id},
    ]
    return create_draft(actor=cast.editor, swarm=cast.swarm, name="Hermes", prompt_cluster=rows)


@pytest.fixture
def filled(draft, library):
    """The form as a browser sends it."""

    def fields(*blocks, **more):
        shown = list(blocks) or [block("identity", library["persona"]), block("guardrails", library["guard"])]
        return {
            "base": draft.version, "name": draft.name, "tone": "neutral", "codex_contract_type": "guarded",
            "model": "general-128k", "was_model": "general-128k", "token_limit": "128000", "block": shown, **more,
        }  # fmt: skip

    return fields


def placed(draft):
    draft = AssistantDraft.objects.get(pk=draft.pk)
    return [(row["section"], row["prompt"]) for row in draft.prompt_cluster]


def test_without_a_draft_the_tool_is_empty_with_a_suggestion_each_and_the_first_change_makes_one(as_, library):
    client = as_("editor")
    body = client.get("/assistants/draft").content.decode()
    assert body.count('class="slot"') == 4
    assert body.count("Suggested:") == 4
    assert not AssistantDraft.objects.exists()
    made = client.post(
        "/assistants/draft",
        {"name": "Hermes", "act": f"add:identity:{library['persona'].pk}:{library['persona'].current_id}"},
    )
    draft = AssistantDraft.objects.get()
    assert made["Location"] == f"/assistants/draft/{draft.pk}"
    assert placed(draft) == [("identity", library["persona"].pk)]
    assert client.get("/assistants/draft")["Location"] == made["Location"]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("down:persona", [("duties", "persona"), ("guardrails", "guard")]),
        ("up:guard", [("identity", "persona"), ("duties", "guard")]),
        ("up:persona", [("identity", "persona"), ("guardrails", "guard")]),
        ("to:style:persona", [("guardrails", "guard"), ("style", "persona")]),
        ("remove:guard", [("identity", "persona")]),
        ("add:style:refunds:+", [("identity", "persona"), ("guardrails", "guard"), ("style", "refunds")]),
        ("add:duties:guard:+", [("identity", "persona"), ("duties", "guard")]),
    ],
)
def test_every_move_is_a_button_of_a_form(as_, draft, library, filled, act, expected):
    parts = act.split(":")
    prompt = library[next(part for part in parts if part in library)]
    names = {prompt_name: str(one.pk) for prompt_name, one in library.items()} | {"+": str(prompt.current_id)}
    done = as_("editor").post(f"/assistants/draft/{draft.pk}", filled(act=":".join(names.get(p, p) for p in parts)))
    assert done.status_code == 302
    assert placed(draft) == [(section, library[name].pk) for section, name in expected]


def test_neighbours_change_places(as_, draft, library, filled):
    blocks = [block("duties", library["persona"]), block("duties", library["guard"])]
    as_("editor").post(f"/assistants/draft/{draft.pk}", filled(*blocks, act=f"up:{library['guard'].pk}"))
    assert placed(draft) == [("duties", library["guard"].pk), ("duties", library["persona"].pk)]


def test_another_version_is_swapped_in(cast, as_, draft, library, filled):
    guard = library["guard"]
    newer = revise_prompt(actor=cast.owner, prompt_id=guard.pk, text="Never promise.", base=1, source="web")
    body = as_("editor").get(f"/assistants/draft/{draft.pk}").content.decode()
    assert "v2 is newer" in body
    client, address = as_("editor"), f"/assistants/draft/{draft.pk}"
    client.post(address, filled(act=f"newest:{guard.pk}:{newer.pk}"))
    draft.refresh_from_db()
    assert draft.prompt_cluster[1]["checkpoint"] == newer.pk
    old = [block("identity", library["persona"]), f"guardrails:{guard.pk}:{newer.pk}"]
    client.post(address, filled(*old, act=f"swap:{guard.pk}", base=2) | {f"version-{guard.pk}": "1"})
    draft.refresh_from_db()
    assert draft.prompt_cluster[1]["checkpoint"] == guard.current_id
    wrong = client.post(address, filled(act=f"swap:{guard.pk}", base=3) | {f"version-{guard.pk}": "9"})
    assert wrong.status_code == 422


def test_a_fragment_carries_every_part_and_the_number_to_save_on_top_of(as_, draft, filled):
    done = as_("editor").post(f"/assistants/draft/{draft.pk}", filled(tone="formal"), headers={"HX-Request": "true"})
    body = done.content.decode()
    assert re.findall(r'data-part="(\w+)"', body) == ["title", "deploy", "limit", "state", "clusters", "preview"]
    assert 'name="base" value="2"' in body
    assert "<html" not in body


def test_a_conflict_has_one_number_on_blocks_text_and_list_and_is_answered_or_resolved(as_, draft, library, filled):
    client, address = as_("editor"), f"/assistants/draft/{draft.pk}"
    both = [*filled()["block"], block("duties", library["refunds"])]
    client.post(address, filled(*both))
    for _ in range(50):
        body = client.get(address).content.decode()
        if "data-again" not in body:
            break
    assert body.count("Conflict 1</a>") == 2
    assert body.count('class="flag-number" href="#conflict-1"') == 2
    assert 'id="conflict-1"' in body
    assert re.search(r'<button class="btn pri" type="button" disabled', body)
    key = re.search(r"answer:([\w-]+)", body)[1]
    nothing = client.post(address, filled(*both, base=2, act=f"answer:{key}") | {f"reason-{key}": " "})
    assert nothing.status_code == 422
    typed_only = client.post(address, filled(*both, base=2) | {f"reason-{key}": "Because"})
    assert typed_only.status_code == 302
    assert AssistantDraft.objects.get(pk=draft.pk).answers == {}
    client.post(address, filled(*both, base=2, act=f"answer:{key}") | {f"reason-{key}": "Only the desk."})
    assert "Accepted because: Only the desk." in client.get(address).content.decode()
    client.post(address, filled(*both, base=3, act=f"take-back:{key}") | {f"answer-{key}": "Only the desk."})
    assert AssistantDraft.objects.get(pk=draft.pk).answers == {}


def test_the_second_editor_sees_both_and_may_save_on_top(cast, as_, draft, library, filled):
    save_draft(actor=cast.owner, draft_id=draft.pk, base=1, tone="formal")
    client, address = as_("editor"), f"/assistants/draft/{draft.pk}"
    page = client.post(address, filled(act=f"remove:{library['guard'].pk}"))
    body = page.content.decode()
    assert page.status_code == 409
    assert "Ines saved this draft" in body
    again = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', body)
    fields = {name: value for name, value in again if name != "csrfmiddlewaretoken"}
    assert fields["base"] == "2"
    assert client.post(address, fields).status_code == 302
    assert placed(draft) == [("identity", library["persona"].pk)]
    assert client.post(address, filled(tone="terse"), headers={"HX-Request": "true"}).status_code == 409


def test_a_model_chosen_anew_brings_its_limit(as_, draft, filled):
    client, address = as_("editor"), f"/assistants/draft/{draft.pk}"
    client.post(address, filled(model="general-8k"))
    assert AssistantDraft.objects.get(pk=draft.pk).token_limit == 8_000
    client.post(address, filled(model="local-2k", was_model="general-8k", token_limit="3", base=2))
    assert AssistantDraft.objects.get(pk=draft.pk).token_limit == 3
    body = client.get(address).content.decode()
    assert "too many" in body
    assert "budget over" in body
    assert client.post(address, filled(token_limit="many", base=3)).status_code == 422


def test_the_library_is_searched_paged_and_escaped(cast, as_, library):
    client = as_("viewer")
    body = client.get("/assistants/draft/library?q=refund").content.decode()
    assert sorted(re.findall(r"Move (hermes/\w+)", body)) == ["hermes/guard", "hermes/refunds"]
    assert "&lt;script&gt;" in client.get("/assistants/draft/library").content.decode()
    assert "No block matches" in client.get("/assistants/draft/library?q=zeppelin").content.decode()
    assert "Blocks" in client.get("/assistants/draft/library?label=production").content.decode()
    for number in range(21):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"more/{number}", text=f"Text {number}.")
    assert "1–20" in client.get("/assistants/draft/library").content.decode()
    assert "21–27" in client.get("/assistants/draft/library?page=2").content.decode()


def test_ten_more_blocks_and_prompts_cost_no_more_queries(cast, as_, draft, django_assert_max_num_queries):
    client = as_("editor")

    def grow(count):
        draft.refresh_from_db()
        start = len(draft.prompt_cluster)
        made = [
            create_prompt(actor=cast.owner, swarm=cast.swarm, slug=f"g/{n}", text=f"Greet guest {n}.")
            for n in range(start, start + count)
        ]
        rows = [*draft.prompt_cluster, *({"section": "duties", "checkpoint": one.pk} for one in made)]
        save_draft(actor=cast.editor, draft_id=draft.pk, base=draft.version, prompt_cluster=rows)
        for _ in range(80):
            if "data-again" not in client.get(f"/assistants/draft/{draft.pk}").content.decode():
                return

    grow(3)
    with django_assert_max_num_queries(60) as seen:
        client.get(f"/assistants/draft/{draft.pk}")
        before = len(seen)
    grow(6)
    with django_assert_max_num_queries(before):
        client.get(f"/assistants/draft/{draft.pk}")


def test_deploying_asks_for_the_version_that_was_seen_and_tells_why_not(cast, as_, draft, library):
    client, address = as_("owner"), f"/assistants/draft/{draft.pk}/deploy"
    client.get(address)
    assert client.post(address, {"base": 9}).status_code == 409
    rows = [*draft.prompt_cluster, {"section": "duties", "checkpoint": library["refunds"].current_id}]
    save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    refused = client.post(address, {"base": 2})
    assert refused.status_code == 422
    assert "Conflict 1" in refused.content.decode()
    save_draft(actor=cast.editor, draft_id=draft.pk, base=2, prompt_cluster=rows[:2])
    done = client.post(address, {"base": 3, "reason": "First"})
    assert done["Location"] == "/assistants/hermes"
    body = client.get("/assistants/hermes").content.decode()
    assert "# Identity\nYou are Hermes." in body
    assert "First" in body


@pytest.fixture
def hermes(cast, draft, library):
    deploy_draft(actor=cast.owner, draft_id=draft.pk, base=1)
    rows = [draft.prompt_cluster[0]]
    save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    return deploy_draft(actor=cast.owner, draft_id=draft.pk, base=2).assistant


def test_versions_are_compared_rolled_back_cloned_and_pins_moved(cast, as_, hermes, library):
    client = as_("owner")
    assert "hermes/guard v1: taken out" in client.get("/assistants/hermes/compare").content.decode()
    assert client.post("/assistants/hermes/roll-back", {"version": 1, "base": 1}).status_code == 409
    assert client.post("/assistants/hermes/roll-back", {"version": 1, "base": 2}).status_code == 302
    newer = revise_prompt(actor=cast.owner, prompt_id=library["guard"].pk, text="Never promise.", base=1, source="web")
    body = client.get("/assistants/hermes").content.decode()
    assert "Pins behind" in body
    assert "No contract binds this prompt." in body
    pin = {"prompt": library["guard"].pk, "checkpoint": newer.pk, "base": 3}
    assert client.post("/assistants/hermes/pin", pin).status_code == 302
    assert AssistantVersion.objects.get(number=4).text.endswith("Never promise.")
    made = client.post("/assistants/hermes/clone", {"name": "Iris"})
    assert AssistantDraft.objects.get(name="Iris").prompt_cluster
    assert client.get(made["Location"]).status_code == 200


def test_the_page_of_a_prompt_names_who_speaks_from_it(as_, hermes, library):
    body = as_("viewer").get(reverse("prompts.page", args=[library["persona"].pk])).content.decode()
    assert '<a class="link" href="/assistants/hermes">Hermes</a>' in body
    other = as_("viewer").get(reverse("prompts.page", args=[library["nasty"].pk])).content.decode()
    assert "/assistants/hermes" not in other


def test_what_a_stranger_a_viewer_and_an_editor_get(as_, draft, hermes, filled):
    stranger, viewer, editor = as_("stranger"), as_("viewer"), as_("editor")
    for path in (
        f"/assistants/draft/{draft.pk}",
        f"/assistants/draft/{draft.pk}/deploy",
        "/assistants/hermes",
        "/assistants/hermes/compare",
    ):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/assistants/draft/{draft.pk}", filled()).status_code == 404
    assert stranger.post("/assistants/hermes/roll-back", {"version": 1, "base": 2}).status_code == 404
    assert "hermes/" not in stranger.get("/assistants/draft/library").content.decode()
    assert viewer.get(f"/assistants/draft/{draft.pk}").status_code == 200
    assert viewer.post(f"/assistants/draft/{draft.pk}", filled(tone="formal")).status_code == 403
    assert viewer.post("/assistants/draft", {"name": "Mine"}).status_code == 403
    assert editor.get(f"/assistants/draft/{draft.pk}/deploy").status_code == 403
    assert editor.post("/assistants/hermes/roll-back", {"version": 1, "base": 2}).status_code == 403


def test_drafts_are_listed_begun_and_deleted(as_, draft, hermes):
    client = as_("editor")
    assert "Hermes" in client.get("/assistants/drafts").content.decode()
    assert client.post("/assistants/drafts", {"name": "Iris"}).status_code == 302
    assert client.post("/assistants/drafts", {"assistant": "hermes"}).status_code == 302
    assert client.post("/assistants/drafts", {"for": "hermes"}).status_code == 302
    assert client.post(f"/assistants/draft/{draft.pk}/delete").status_code == 302
    assert AssistantDraft.objects.count() == 3


def test_a_draft_is_tried_out_before_it_is_deployed(as_, cast, draft):
    page = reverse("drafts.playground", args=[draft.pk])
    assert page in as_("editor").get(reverse("drafts.page", args=[draft.pk])).content.decode()
    shown = as_("editor").get(page).content.decode()
    assert "# Identity\nYou are Hermes.\n\n# Guardrails\nNever promise a refund to a customer.</textarea>" in shown
    asked = {"text": compiled(draft).compiled.text, "said": "Hello", "provider": "scripted"}
    answered = as_("editor").post(page, asked).content.decode()
    assert "Simulated</span>" in answered
    assert RitualReply.objects.count() == 1
    assert not AssistantVersion.objects.exists()
    assert as_("viewer").post(page, asked).status_code == 403
    assert as_("stranger").post(page, asked).status_code == 404
    assert as_("stranger").get(page).status_code == 404


def test_a_case_of_one_of_its_prompts_lends_a_draft_its_input(as_, cast, draft, library):
    cases = [CaseRecord(ref="late", input="I have waited for days")]
    create_ritual(actor=cast.owner, swarm=cast.swarm, slug="patience", prompt=library["guard"], cases=cases)
    held = RitualCase.objects.get()
    page = reverse("drafts.playground", args=[draft.pk])
    assert f'<option value="{held.pk}">patience: late</option>' in as_("editor").get(page).content.decode()
    assert b"I have waited for days</textarea>" in as_("editor").get(page, {"case": held.pk}).content
    kept = as_("editor").post(page, {"step": "keep", "said": "And now?", "ritual": held.ritual_id}).content.decode()
    assert "And now?" in kept
    assert reverse("rituals.case", args=[held.ritual_id]) in kept
