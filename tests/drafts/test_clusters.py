from __future__ import annotations

import numpy as np
import pytest

from mythos.drafts.clustering import grouped, rows_of, section_of, suggested_clusters
from mythos.errors import Denied
from mythos.prompts.services import create_prompt, trash_prompt
from mythos.prompts.services.afterwards import embed_waiting

TOPICS = {
    "cooking": ["A recipe for soup.", "How to bake bread in an oven.", "Spices for a stew.", "A dinner recipe."],
    "code": ["Review Python code.", "Debug this Python stack trace.", "Unit tests of Python code.", "Python classes."],
}


@pytest.fixture
def prompts(cast):
    made = {
        f"{topic}/{number}": create_prompt(
            actor=cast.owner, swarm=cast.swarm, slug=f"{topic}/{number}", text=text, tags=[topic]
        ).prompt
        for topic, texts in TOPICS.items()
        for number, text in enumerate(texts)
    }
    embed_waiting(swarm_id=cast.swarm.pk, tell=lambda done: None)
    return made


def test_prompts_are_grouped_by_what_they_mean_and_named_by_what_they_share(cast, prompts):
    found = suggested_clusters(actor=cast.viewer, swarm=cast.swarm)
    assert {cluster.name: {p.slug.split("/")[0] for p in cluster.prompts} for cluster in found.clusters} == {
        "Cooking": {"cooking"},
        "Code": {"code"},
    }
    assert (found.grouped, found.waiting) == (8, 0)
    assert suggested_clusters(actor=cast.viewer, swarm=cast.swarm) == found


def test_what_is_in_the_trash_or_of_others_is_not_grouped(cast, prompts):
    for number in range(4):
        trash_prompt(actor=cast.owner, prompt_id=prompts[f"code/{number}"].pk)
    assert suggested_clusters(actor=cast.viewer, swarm=cast.swarm).clusters == ()
    with pytest.raises(Denied):
        suggested_clusters(actor=cast.stranger, swarm=cast.swarm)


def test_far_groups_are_told_apart_whatever_their_number():
    seed = np.random.default_rng(5)
    middles = np.eye(5, 24, dtype=np.float32)
    rows = np.concatenate([middle + seed.normal(0, 0.05, (30, 24)).astype(np.float32) for middle in middles])
    labels, found = grouped(rows)
    assert len(found) == 5
    assert all(len(set(labels[start : start + 30].tolist())) == 1 for start in range(0, 150, 30))


def test_equal_rows_are_one_group_without_noise():
    labels, found = grouped(np.ones((9, 4), dtype=np.float32))
    assert len(set(labels.tolist())) == 1
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("text", "taken", "section"),
    [
        ("You are Hermes.", set(), "identity"),
        ("You are Hermes.", {"identity"}, "duties"),
        ("Never promise. Do not lie.", set(), "guardrails"),
        ("Keep a plain, friendly tone.", set(), "style"),
        ("Sort the mail.", set(), "duties"),
    ],
)
def test_a_text_goes_where_it_reads_best(text, taken, section):
    assert section_of(text, taken) == section


def test_a_cluster_becomes_rows_of_a_draft(prompts):
    rows = rows_of(list(prompts.values())[:2])
    assert [row["checkpoint"] for row in rows] == [p.current_id for p in list(prompts.values())[:2]]


def test_a_cluster_is_opened_in_the_draft_tool(cast, client, prompts):
    client.force_login(cast.editor)
    assert "Open in draft tool" in client.get("/assistants/clusters").content.decode()
    sent = {"name": "Cook", "prompt": [prompts["cooking/0"].pk, prompts["cooking/1"].pk, "x"]}
    made = client.post("/assistants/clusters", sent)
    assert "cooking/1" in client.get(made["Location"]).content.decode()
    client.force_login(cast.viewer)
    assert client.post("/assistants/clusters", sent).status_code == 403
    client.force_login(cast.stranger)
    assert "cooking" not in client.get("/assistants/clusters").content.decode()
