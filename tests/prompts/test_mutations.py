"""Changes found by what they did, to whom, by whom and when; the goals of the vault's phase document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mythos.assistants.services import create_assistant
from mythos.errors import Invalid
from mythos.prompts import search as module
from mythos.prompts.models import PromptMutationLog
from mythos.prompts.mutation_query import read_mutation_query
from mythos.prompts.mutations import COLUMNS, matching_mutations, mutation_rows
from mythos.prompts.queries import visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.search import search
from mythos.prompts.services import create_prompt, fork_prompt, restore_checkpoint, revise_prompt

FIRST = "You must answer the customer. Always say who you are."


@pytest.fixture
def changed(cast):
    """Three changes of two prompts and a fork, each with a way, an author and a date of its own."""
    hermes = create_assistant(actor=cast.owner, swarm=cast.swarm, slug="hermes", name="Hermes")

    def prompt(slug, assistant=None):
        made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text=FIRST, assistant=assistant)
        return made.prompt_id

    def save(key, base, text, **more):
        revise_prompt(actor=cast.editor, prompt_id=key, text=text, base=base, **more)

    desk, night = prompt("hermes/desk", hermes), prompt("iris/night")
    jan, mar = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
    save(desk, 1, "You may answer the customer. Always say who you are.", source="web", reason="Kinder", created_at=jan)
    save(night, 1, FIRST + " Never promise a refund, and explain every step you take in full.", source="api",
         created_at=mar, author_name="Ada Byron")  # fmt: skip
    restore_checkpoint(actor=cast.owner, prompt_id=desk, version=1, base=2)
    fork_prompt(actor=cast.owner, prompt_id=desk, slug="hermes/child")
    return cast


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"desk 2", "night 2", "desk 3", "child 1"}),
        ("prompt:hermes/d", {"desk 2", "desk 3"}),
        ("ancestor:hermes/desk", {"desk 2", "desk 3", "child 1"}),
        ("assistant:hermes", {"desk 2", "desk 3", "child 1"}),
        ("tag:@obligation-", {"desk 2"}),
        ("tag:longer", {"night 2"}),
        ("@obligation-", {"desk 2"}),
        ("trait:obligations_must", {"desk 2", "desk 3"}),
        ("trait:obligations_must-", {"desk 2"}),
        ("trait:obligations_must+ prompt:hermes", {"desk 3"}),
        ("trait:tokens>5", {"night 2"}),
        ("trait:tokens<-50", set()),
        ("prohibitions", {"night 2"}),
        ("source:api", {"night 2"}),
        ("author:marco", {"desk 2"}),
        ("author:ada_byron", {"night 2"}),
        ("created:<2026-02", {"desk 2"}),
        ("created:>2026-02 created:<2026-04", {"night 2"}),
        ("kinder", {"desk 2"}),
    ],
)
def test_a_change_is_found_by_each_of_its_sides_either_way(changed, monkeypatch, query, found):
    def named():
        rows = matching_mutations(changed.owner, changed.swarm, query)
        return {f"{row.prompt.slug.split('/')[1]} {row.to_checkpoint.version}" for row in rows}

    assert named() == found
    monkeypatch.setattr(module, "FEW", -1)
    assert named() == found


def test_a_part_that_cannot_be_read_is_named(cast):
    for token in ("trait:nonsense", "source:pigeon", "created:soon", "tag:", "owner:me"):
        with pytest.raises(Invalid) as told:
            read_mutation_query(f"refund {token}", cast.swarm)
        assert told.value.data["token"] == token


def test_goal_mutation_logs_store_lineage_tags_and_trait_deltas(changed):
    row = PromptMutationLog.objects.select_related("from_checkpoint", "to_checkpoint").get(reason="Kinder")
    assert (row.from_checkpoint.version, row.to_checkpoint.version) == (1, 2)
    assert row.assistant.slug == "hermes"
    assert {"@obligation-", "@regression"} <= set(row.symbolic_tags)
    assert row.trait_delta["obligations_must"] == -1.0
    assert row.trait_delta["obligations_may"] == 1.0
    fork = PromptMutationLog.objects.get(prompt__slug="hermes/child")
    assert (fork.parent_prompt.slug, fork.trait_delta) == ("hermes/desk", {})


def test_goal_checkpoints_show_token_counts_and_are_filtered_by_symbolic_tags(changed):
    rows = visible_checkpoints(changed.owner, changed.swarm)
    found = search(rows, read_query("tag:@obligation- tokens:>5", changed.swarm)).rows
    assert [(row.slug, row.version) for row in found] == [("hermes/desk", 2)]
    assert all(row.token_count == row.traits["tokens"] > 0 for row in rows)
    assert found[0].trend == [row.token_count for row in rows.filter(slug="hermes/desk", version__lte=2)][::-1]


def test_an_export_row_names_everything(changed):
    rows = list(mutation_rows(matching_mutations(changed.owner, changed.swarm, "prompt:hermes", "rolled_back")))
    assert [row["to_version"] for row in rows] == [2]
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["prompt"], rows[0]["assistant"], rows[0]["rolled_back"]) == ("hermes/desk", "hermes", True)
