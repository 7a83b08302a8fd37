"""Texts that running programs are given: by label, rendered, and compiled for an assistant."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.test import Client

from mythos.accounts.services import create_token
from mythos.assistants.services import create_assistant, set_prompt_cluster
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.errors import Denied, Invalid
from mythos.prompts.services import create_prompt, move_label, remove_label, revise_prompt

COMPILED = "# Identity\nYou are Hermes.\n\n# Guardrails\nNever promise refunds to {{name}}.\n\nBe {{ tone }}."


@pytest.fixture
def call(cast):
    def send(method, path, body=None, maker=cast.owner, swarm=cast.swarm, **headers):
        token = create_token(actor=maker, swarm=swarm, name="t", role="viewer")
        client = Client(headers={"Authorization": f"Bearer {token.secret}", **headers})
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", **data)

    return send


@pytest.fixture
def made(cast):
    def make(slug, text, label="best", kind="system"):
        checkpoint = create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text=text, kind=kind)
        move_label(actor=cast.owner, prompt_id=checkpoint.prompt_id, label=label, version=1)
        return checkpoint

    return make


@pytest.fixture
def hermes(cast, made):
    identity, rule = made("hermes/identity", "You are Hermes."), made("hermes/rule", "Be {{ tone }}.")
    refunds = made("hermes/refunds", "Never promise refunds to {{name}}.")
    cluster = [
        {"section": "guardrails", "order": 2, "prompt": rule.prompt_id, "checkpoint": rule.pk},
        {"section": "guardrails", "order": 1, "prompt": refunds.prompt_id, "label": "best"},
        {"section": "identity", "order": 9, "prompt": identity.prompt_id, "checkpoint": identity.pk},
    ]
    assistant = create_assistant(actor=cast.owner, swarm=cast.swarm, slug="hermes", name="Hermes")
    return set_prompt_cluster(actor=cast.editor, assistant=assistant, cluster=cluster)


def test_a_label_gives_the_text_with_its_includes_its_hash_and_its_variables(call, made):
    made("house", "Be brief, {{ name }}.")
    made("desk", "You are Hermes. {{> house@best}} {{x}}", kind="user")
    answer = call("get", "/prompts/desk?label=best")
    body = answer.json()
    assert body["text"] == "You are Hermes. Be brief, {{ name }}. {{x}}"
    assert body["sha256"] == hashlib.sha256(body["text"].encode()).hexdigest()
    assert body["variables"] == ["name", "x"]
    assert body["checkpoint"]["text"] == "You are Hermes. {{> house@best}} {{x}}"
    assert (body["messages"], body["contract"]) == (None, None)
    spoken = call("get", "/prompts/desk?label=best&form=messages").json()
    assert (spoken["text"], spoken["messages"]) == (None, [{"role": "user", "content": body["text"]}])


def test_the_tag_of_a_text_changes_with_what_it_includes(cast, call, made):
    house = made("house", "Be brief.")
    made("desk", "Hello. {{> house@best}}")
    tag = call("get", "/prompts/desk?label=best")["ETag"]
    assert call("get", "/prompts/desk?label=best", **{"If-None-Match": tag}).status_code == 304
    revise_prompt(actor=cast.owner, prompt_id=house.prompt_id, text="Be long.", base=1, source="web")
    move_label(actor=cast.owner, prompt_id=house.prompt_id, label="best", version=2)
    newer = call("get", "/prompts/desk?label=best", **{"If-None-Match": tag})
    assert newer.json()["text"] == "Hello. Be long."
    remove_label(actor=cast.owner, prompt_id=house.prompt_id, label="best")
    broken = call("get", "/prompts/desk?label=best")
    assert (broken.status_code, broken.json()["fields"]) == (404, {"include": "house@best is not there."})


def test_the_standing_of_the_contract_is_told_and_changes_the_tag(cast, call, made):
    prompt = made("desk", "Never promise refunds.")
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house", title="House")
    create_clause(actor=cast.owner, codex=codex, ref="refunds", title="Refunds", text="Never promise refunds.")
    before = call("get", "/prompts/desk?label=best")["ETag"]
    terms = [{"codex": "house", "ref": "refunds"}]
    sign_contract(actor=cast.owner, prompt_id=prompt.prompt_id, base=0, type="guarded", clauses=terms, expectations=[])
    answer = call("get", "/prompts/desk?label=best", **{"If-None-Match": before})
    contract = answer.json()["contract"]
    assert (contract["version"], contract["type"]) == (1, "guarded")
    assert answer["ETag"] == f'"v1.c1.{contract["state"]}.{contract["checked_version"] or 0}"'


def test_a_prompt_is_rendered_by_slug_and_every_missing_value_is_named(call, made):
    made("house", "Be {{tone}}.")
    made("desk", "Hello {{ name }}.\n{{> house@best}} {{{raw}}}")
    body = {"prompt": "desk", "label": "best"}
    answer = call("post", "/render", body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    expected = {"name": "No value given (line 1).", "tone": "No value given (house, line 1)."}
    assert answer.json()["fields"] == expected
    values = {"name": "{{tone}} {% now %} {{> house@best}}", "tone": 3}
    filled = call("post", "/render", body | {"values": values}).json()
    assert filled["text"] == "Hello {{tone}} {% now %} {{> house@best}}.\nBe 3. {{{raw}}}"
    assert filled["sha256"] == hashlib.sha256(filled["text"].encode()).hexdigest()
    assert filled["version"] == 1


def test_an_assistant_is_compiled_in_the_order_of_its_sections(cast, call, hermes):
    answer = call("get", "/assistants/hermes/compiled")
    body = answer.json()
    assert body["text"] == COMPILED
    assert body["sha256"] == hashlib.sha256(COMPILED.encode()).hexdigest()
    assert body["variables"] == ["name", "tone"]
    shown = [(row["section"], row["prompt"], COMPILED[row["start"] : row["end"]]) for row in body["blocks"]]
    assert shown == [
        ("identity", "hermes/identity", "You are Hermes."),
        ("guardrails", "hermes/refunds", "Never promise refunds to {{name}}."),
        ("guardrails", "hermes/rule", "Be {{ tone }}."),
    ]
    assert call("get", "/assistants/hermes/compiled", **{"If-None-Match": answer["ETag"]}).status_code == 304
    spoken = call("get", "/assistants/hermes/compiled?form=messages").json()
    assert spoken["messages"] == [{"role": "system", "content": COMPILED}]
    hidden = call("get", "/assistants/hermes/compiled", maker=cast.stranger, swarm=cast.other_swarm)
    assert hidden.status_code == 404


def test_a_pin_stays_and_a_label_is_followed(cast, call, hermes):
    for row in hermes.prompt_cluster:
        text = "Newer."
        revise_prompt(actor=cast.owner, prompt_id=row["prompt"], text=text, base=1, source="web")
        move_label(actor=cast.owner, prompt_id=row["prompt"], label="best", version=2)
    text = call("get", "/assistants/hermes/compiled").json()["text"]
    assert text == "# Identity\nYou are Hermes.\n\n# Guardrails\nNewer.\n\nBe {{ tone }}."
    remove_label(actor=cast.owner, prompt_id=hermes.prompt_cluster[1]["prompt"], label="best")
    gone = call("get", "/assistants/hermes/compiled")
    assert gone.status_code == 404
    assert "the label 'best' of hermes/refunds is gone" in gone.json()["title"]


def test_a_cluster_names_a_section_and_one_of_checkpoint_and_label(cast, hermes):
    with pytest.raises(Invalid) as caught:
        set_prompt_cluster(actor=cast.owner, assistant=hermes, cluster=[{"section": "soul"}])
    assert set(caught.value.fields) == {f"prompt_cluster.0.{name}" for name in ("section", "prompt", "checkpoint")}
    with pytest.raises(Denied):
        set_prompt_cluster(actor=cast.viewer, assistant=hermes, cluster=[])
    hermes.refresh_from_db()
    assert len(hermes.prompt_cluster) == 3


def test_an_assistant_without_prompts_says_what_to_do(cast, call):
    create_assistant(actor=cast.owner, swarm=cast.swarm, slug="mute", name="Mute")
    answer = call("get", "/assistants/mute/compiled")
    assert (answer.status_code, answer.json()["hint"]) == (404, "Deploy a draft of it.")
