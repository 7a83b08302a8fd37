"""People's tags, and prompts that are thrown away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mythos.accounts.actors import SYSTEM
from mythos.errors import Denied, Invalid, NotFound
from mythos.prompts.fulltext import matching
from mythos.prompts.models import CheckpointTag, Prompt, PromptCheckpoint, PromptMutationLog, PurgedMutation
from mythos.prompts.queries import get_prompt, visible_checkpoints, visible_mutations, visible_prompts
from mythos.prompts.services import (
    create_prompt,
    fork_prompt,
    move_label,
    purge_expired,
    purge_prompt,
    remove_label,
    revise_prompt,
    tag_checkpoints,
    trash_prompt,
    untag_checkpoints,
    untrash_prompt,
)
from mythos.prompts.verifying import verify_vault


def made(cast, slug="a"):
    first = create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text="You must answer.")
    return revise_prompt(actor=cast.owner, prompt_id=first.prompt_id, text="You may answer.", base=1, source="web")


@pytest.mark.both_databases
def test_a_persons_tag_is_put_on_told_apart_and_taken_off(cast):
    checkpoint = made(cast)
    other = create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="x", text="One.")
    ids = [checkpoint.pk, other.pk, 10**9]
    assert tag_checkpoints(actor=cast.editor, swarm=cast.swarm, ids=ids, name="to-review") == 1
    assert tag_checkpoints(actor=cast.editor, swarm=cast.swarm, ids=ids, name="@to-review") == 0
    tags = {(tag.name, tag.origin, tag.by_name) for tag in checkpoint.tag_rows.all()}
    assert ("@to-review", "person", "Marco") in tags
    assert ("@obligation-", "measured", "") in tags
    assert untag_checkpoints(actor=cast.editor, swarm=cast.swarm, ids=ids, name="to-review") == 1
    assert CheckpointTag.objects.filter(origin="person").count() == 0
    for name in ("@obligation-", "Bad Name", ""):
        with pytest.raises(Invalid):
            tag_checkpoints(actor=cast.editor, swarm=cast.swarm, ids=ids, name=name)
    with pytest.raises(Denied):
        tag_checkpoints(actor=cast.viewer, swarm=cast.swarm, ids=ids, name="x")


@pytest.mark.both_databases
def test_the_trash_hides_restores_and_keeps_the_slug(cast):
    prompt_id = made(cast).prompt_id
    move_label(actor=cast.reviewer, prompt_id=prompt_id, label="production", version=1)
    with pytest.raises(Invalid, match="production"):
        trash_prompt(actor=cast.editor, prompt_id=prompt_id)
    remove_label(actor=cast.owner, prompt_id=prompt_id, label="production")
    trash_prompt(actor=cast.editor, prompt_id=prompt_id)
    for rows in (visible_prompts, visible_checkpoints, visible_mutations):
        assert not rows(cast.owner, cast.swarm).exists()
        assert not rows(cast.owner).exists()
    with pytest.raises(NotFound):
        get_prompt(cast.owner, "a", cast.swarm)
    with pytest.raises(NotFound):
        revise_prompt(actor=cast.owner, prompt_id=prompt_id, text="New.", base=2, source="web")
    with pytest.raises(Invalid) as taken:
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug="a", text="Again.")
    assert "trash" in taken.value.fields["slug"]
    untrash_prompt(actor=cast.editor, prompt_id=prompt_id)
    assert get_prompt(cast.owner, "a", cast.swarm).current.version == 2
    assert verify_vault(actor=SYSTEM, swarm=cast.swarm).is_whole


@pytest.mark.both_databases
def test_a_purge_frees_the_slug_and_the_chain_still_closes(cast):
    kept, gone = made(cast, "kept"), made(cast, "gone")
    revise_prompt(actor=cast.owner, prompt_id=kept.prompt_id, text="Never answer.", base=2, source="web")
    with pytest.raises(NotFound):
        purge_prompt(actor=cast.owner, prompt_id=gone.prompt_id)
    trash_prompt(actor=cast.owner, prompt_id=gone.prompt_id)
    with pytest.raises(Denied):
        purge_prompt(actor=cast.editor, prompt_id=gone.prompt_id)
    assert purge_prompt(actor=cast.owner, prompt_id=gone.prompt_id) == 2
    assert not PromptCheckpoint.objects.filter(slug="gone").exists()
    assert not PromptCheckpoint.objects.filter(pk__in=matching(["gone"])).exists()
    again = made(cast, "gone")
    proof = verify_vault(actor=SYSTEM, swarm=cast.swarm)
    assert (proof.is_whole, proof.mutations, proof.purged) == (True, 3, 1)
    assert PurgedMutation.objects.get().purged_by == "Ines"
    trash_prompt(actor=cast.owner, prompt_id=again.prompt_id)
    purge_prompt(actor=cast.owner, prompt_id=again.prompt_id)  # the newest place of the chain
    made(cast, "later")
    assert PromptMutationLog.objects.get(prompt__slug="later").number == 5
    assert verify_vault(actor=SYSTEM, swarm=cast.swarm).is_whole


def test_a_parent_stays_while_it_has_forks(cast):
    parent = made(cast)
    fork = fork_prompt(actor=cast.owner, prompt_id=parent.prompt_id, slug="b")
    trash_prompt(actor=cast.owner, prompt_id=parent.prompt_id)
    with pytest.raises(Invalid, match="forks"):
        purge_prompt(actor=cast.owner, prompt_id=parent.prompt_id)
    trash_prompt(actor=cast.owner, prompt_id=fork.prompt_id)
    long_ago = timezone.now() - timedelta(days=40)
    Prompt.objects.filter(deleted_at__isnull=False).update(deleted_at=long_ago)
    for days in (50, 99_999_999_999):
        assert purge_expired(actor=cast.owner, swarm=cast.swarm, days=days) == (0, [])
    purged, kept = purge_expired(actor=cast.owner, swarm=cast.swarm, days=30)
    assert (purged + len(kept), Prompt.objects.count()) == (2, 2 - purged)
    assert purge_expired(actor=cast.owner, swarm=cast.swarm, days=30)[0] == 2 - purged
    assert verify_vault(actor=SYSTEM, swarm=cast.swarm).is_whole
