"""The family of a prompt as a graph, and forks that come home."""

from __future__ import annotations

import pytest

from mythos.errors import Invalid, Stale
from mythos.prompts import lineage as module
from mythos.prompts.lineage import lineage_of
from mythos.prompts.models import Prompt
from mythos.prompts.queries import fork_merge
from mythos.prompts.services import create_prompt, fork_prompt, merge_fork, restore_checkpoint, revise_prompt

LINES = ["You must answer.", "Use plain words.", "Cite a source.", "Say when you do not know."]


def text(**changed):
    return "\n".join(changed.get(f"l{n}", line) for n, line in enumerate(LINES))


@pytest.fixture
def pair(cast):
    first = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text=text())
    fork = fork_prompt(actor=cast.editor, prompt_id=first.prompt_id, slug="desk-short")
    return first.prompt, fork.prompt


def save(cast, prompt, base, said):
    return revise_prompt(actor=cast.owner, prompt_id=prompt.pk, text=said, base=base, source="web")


def merged(cast, fork, base, **more):
    return merge_fork(actor=cast.editor, fork_id=fork.pk, base=base, source="web", **more)


@pytest.mark.both_databases
def test_what_fits_together_comes_home_and_counts_as_common_ground_afterwards(cast, pair):
    parent, fork = pair
    save(cast, fork, 1, text(l0="You must answer in one sentence."))
    save(cast, parent, 1, text(l3="Say when you are not sure."))
    checkpoint = merged(cast, fork, 2)
    assert checkpoint.text == text(l0="You must answer in one sentence.", l3="Say when you are not sure.")
    assert (checkpoint.version, checkpoint.derived_from.prompt_id, checkpoint.message) == (
        3,
        fork.pk,
        "Merged desk-short",
    )
    assert merged(cast, fork, 3).version == 3
    save(cast, fork, 2, text(l0="You must answer in two sentences."))
    assert "two sentences" in merged(cast, fork, 3).text


def test_a_conflict_is_shown_and_never_guessed(cast, pair):
    parent, fork = pair
    save(cast, fork, 1, text(l1="Use short words."))
    save(cast, parent, 1, text(l1="Use long words."))
    with pytest.raises(Invalid) as told:
        merged(cast, fork, 2)
    assert told.value.data["conflicts"] == [{"line": 2, "mine": "Use short words.\n", "theirs": "Use long words.\n"}]
    with pytest.raises(Invalid, match="not decided"):
        merged(cast, fork, 2, text=fork_merge(cast.editor, Prompt.objects.get(pk=fork.pk)).merged)
    with pytest.raises(Stale):
        merged(cast, fork, 1, text=text(l1="Use good words."))
    assert merged(cast, fork, 2, text=text(l1="Use good words.")).text == text(l1="Use good words.")
    with pytest.raises(Invalid, match="no fork"):
        merged(cast, parent, 3)


@pytest.mark.both_databases
def test_the_lineage_spans_the_family_with_forks_and_copies(cast, pair):
    parent, fork = pair
    save(cast, parent, 1, text(l0="You may answer."))
    restore_checkpoint(actor=cast.owner, prompt_id=parent.pk, version=1, base=2)
    fork_prompt(actor=cast.owner, prompt_id=fork.pk, slug="desk-shorter")
    graph = lineage_of(cast.viewer, Prompt.objects.get(slug="desk-shorter"))
    assert {(node.checkpoint.slug, node.lane) for node in graph.nodes} == {
        ("desk-shorter", 0),
        ("desk-short", 1),
        ("desk", 2),
    }
    assert len(graph.nodes) == 5
    said = {(f"{e.newer.checkpoint}", f"{e.older.checkpoint}", e.kind) for e in graph.edges}
    assert said == {
        ("desk v2", "desk v1", "step"),
        ("desk v3", "desk v2", "step"),
        ("desk v3", "desk v1", "copy"),
        ("desk-short v1", "desk v1", "fork"),
        ("desk-shorter v1", "desk-short v1", "fork"),
    }


def test_a_large_family_shows_its_nearest_and_says_so(cast, pair, monkeypatch):
    parent, fork = pair
    monkeypatch.setattr(module, "MOST", 6)
    monkeypatch.setattr(module, "NEAREST", 4)
    for number in range(1, 8):
        save(cast, parent, number, text(l0=f"You must answer {number}."))
    graph = lineage_of(cast.viewer, Prompt.objects.get(pk=parent.pk))
    assert [node.checkpoint.version for node in graph.nodes] == [8, 7, 6, 5]
    assert graph.hidden == 5
    near_fork = lineage_of(cast.viewer, Prompt.objects.get(pk=fork.pk))
    assert "desk-short" in {node.checkpoint.slug for node in near_fork.nodes}
