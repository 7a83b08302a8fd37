from __future__ import annotations

import pytest

from mythos.drafts.models import AssistantDraft
from mythos.drafts.queries import get_draft, newest_draft, visible_drafts
from mythos.drafts.services import create_draft, delete_draft, save_draft
from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.prompts.services import create_prompt, trash_prompt
from tests.drafts.conftest import row


def test_a_draft_stores_its_prompt_cluster_and_tone(draft, library):
    stored = AssistantDraft.objects.get(pk=draft.pk)
    assert (stored.name, stored.tone, stored.codex_contract_type) == ("Hermes", "friendly", "guarded")
    assert [(r["section"], r["order"], r["prompt"], r["checkpoint"]) for r in stored.prompt_cluster] == [
        ("identity", 0, library["persona"].pk, library["persona"].current_id),
        ("duties", 1, library["answer"].pk, library["answer"].current_id),
        ("guardrails", 2, library["guard"].pk, library["guard"].current_id),
    ]
    assert stored.created_at is not None


def test_blocks_are_stored_in_the_order_of_their_sections(cast, draft, library):
    rows = [row("style", library["brief"]), row("identity", library["persona"])]
    saved = save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    assert [r["section"] for r in saved.prompt_cluster] == ["identity", "style"]
    assert (saved.version, saved.tone) == (2, "friendly")


def test_saving_what_is_there_writes_nothing(cast, draft):
    saved = save_draft(actor=cast.editor, draft_id=draft.pk, base=99, tone="friendly")
    assert saved.version == 1


def test_the_second_editor_finds_out(cast, draft):
    save_draft(actor=cast.owner, draft_id=draft.pk, base=1, tone="formal")
    with pytest.raises(Stale, match="Ines saved this draft") as caught:
        save_draft(actor=cast.editor, draft_id=draft.pk, base=1, tone="terse")
    assert caught.value.data == {"base": 1, "current": 2}
    assert AssistantDraft.objects.get(pk=draft.pk).tone == "formal"


def test_a_model_brings_its_limit_unless_one_is_given(cast, draft):
    assert save_draft(actor=cast.editor, draft_id=draft.pk, base=1, model="local-2k").token_limit == 2_000
    given = save_draft(actor=cast.editor, draft_id=draft.pk, base=2, model="general-8k", token_limit=160)
    assert (given.model, given.token_limit) == ("general-8k", 160)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tone", "jolly"),
        ("codex_contract_type", "lax"),
        ("model", "huge"),
        ("token_limit", 0),
        ("token_limit", "9"),
        ("name", " "),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_stored_is_named(cast, draft, field, value):
    with pytest.raises(Invalid) as caught:
        save_draft(actor=cast.editor, draft_id=draft.pk, base=1, **{field: value})
    assert field in caught.value.fields
    assert AssistantDraft.objects.get(pk=draft.pk).version == 1


def test_a_block_is_a_checkpoint_of_a_prompt_of_this_swarm_once(cast, draft, library):
    elsewhere = create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="x", text="Theirs.").prompt
    persona = library["persona"]
    for rows, field in (
        ([row("soul", persona)], "section"),
        ([row("style", elsewhere)], "checkpoint"),
        ([row("style", persona) | {"prompt": library["guard"].pk}], "checkpoint"),
        ([row("style", persona), row("duties", persona)], "prompt"),
        ([{"section": "style", "checkpoint": "1"}], "checkpoint"),
    ):
        with pytest.raises(Invalid) as caught:
            save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
        assert list(caught.value.fields)[0].endswith(field)


def test_a_prompt_in_the_trash_cannot_be_added(cast, draft, library):
    trash_prompt(actor=cast.owner, prompt_id=library["brief"].pk)
    with pytest.raises(Invalid):
        save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=[row("style", library["brief"])])


def test_who_may(cast, draft):
    for verb in (
        lambda actor: save_draft(actor=actor, draft_id=draft.pk, base=1, tone="formal"),
        lambda actor: delete_draft(actor=actor, draft_id=draft.pk),
    ):
        with pytest.raises(Denied):
            verb(cast.viewer)
        with pytest.raises(NotFound):
            verb(cast.stranger)
    with pytest.raises(Denied):
        create_draft(actor=cast.viewer, swarm=cast.swarm, name="Mine")
    assert get_draft(cast.viewer, draft.pk) == draft
    delete_draft(actor=cast.editor, draft_id=draft.pk)
    assert not visible_drafts(cast.owner, cast.swarm)


def test_the_newest_draft_is_ones_own(cast, draft):
    theirs = create_draft(actor=cast.owner, swarm=cast.swarm, name="Iris")
    assert newest_draft(cast.editor, cast.swarm) == draft
    assert newest_draft(cast.owner, cast.swarm) == theirs
    assert newest_draft(cast.viewer, cast.swarm) is None
