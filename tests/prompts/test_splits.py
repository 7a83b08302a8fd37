"""A label split between two versions: who gets which, what asks the gates, what is remembered."""

from __future__ import annotations

import pytest

from mythos.accounts.services import update_swarm
from mythos.codex.serving import serve_prompt
from mythos.errors import ClauseBroken, Denied, Invalid, NotFound
from mythos.prompts import gates
from mythos.prompts.models import PromptFeedback, PromptLabel, PromptLabelMove
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import (
    create_prompt,
    give_feedback,
    move_label,
    purge_prompt,
    remove_label,
    revise_prompt,
    split_label,
    trash_prompt,
)
from mythos.prompts.splitting import Reader, arm_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def desk(cast):
    """A prompt with two versions by the editor."""
    made = create_prompt(actor=cast.editor, swarm=cast.swarm, slug="desk", text="Be kind.")
    revise_prompt(actor=cast.editor, prompt_id=made.prompt_id, text="Be kind and brief.", base=1, source="web")
    return made.prompt_id


def split(cast, prompt_id, share=20, label="best", versions=(1, 2), actor=None):
    return split_label(
        actor=actor or cast.owner,
        prompt_id=prompt_id,
        label=label,
        version=versions[0],
        other_version=versions[1],
        share=share,
        reason="Try it.",
    )


def served(cast, prompt_id, **reader):
    return serve_prompt(cast.viewer, get_prompt(cast.viewer, prompt_id), label="best", reader=Reader(**reader))


def test_a_key_always_gets_the_same_arm_and_the_shares_are_kept():
    keys = [f"user-{number}" for number in range(20_000)]
    arms = {key: arm_of("desk", "best", key, 20) for key in keys}
    assert abs(sum(arm == "b" for arm in arms.values()) / len(keys) - 0.2) < 0.01
    assert arms == {key: arm_of("desk", "best", key, 20) for key in keys}
    wider = {key: arm_of("desk", "best", key, 30) for key in keys}
    assert all(wider[key] == "b" for key in keys if arms[key] == "b"), "a larger share takes nobody out of b"
    other = {key: arm_of("desk", "canary", key, 20) for key in keys}
    assert 0.6 < sum(arms[key] == other[key] for key in keys) / len(keys) < 0.76, "labels are split independently"


def test_without_a_key_chance_decides_in_the_same_shares():
    arms = [arm_of("desk", "best", None, 20) for _ in range(20_000)]
    assert abs(arms.count("b") / len(arms) - 0.2) < 0.02


def test_an_arm_comes_with_its_checkpoint_hash_and_tag(cast, desk):
    split(cast, desk)
    a, b = served(cast, desk, arm="a"), served(cast, desk, arm="b")
    assert (a.checkpoint.version, a.split.arm, a.tag) == (1, "a", "v1.a20")
    assert (b.checkpoint.version, b.split.arm, b.tag) == (2, "b", "v2.b20")
    assert (a.text, b.text) == ("Be kind.", "Be kind and brief.")
    assert a.sha256 == a.checkpoint.sha256
    assert {served(cast, desk, key="k").split.arm for _ in range(20)} == {arm_of("desk", "best", "k", 20)}
    assert {served(cast, desk).split.arm for _ in range(100)} == {"a", "b"}


def test_moving_the_label_ends_the_split_and_history_keeps_all_of_it(cast, desk):
    split(cast, desk)
    assert split(cast, desk).share == 20, "the same again changes nothing"
    split(cast, desk, share=50)
    move_label(actor=cast.owner, prompt_id=desk, label="best", version=2)
    remove_label(actor=cast.owner, prompt_id=desk, label="best")
    rows = PromptLabelMove.objects.order_by("id")
    assert [
        (
            row.to_checkpoint and row.to_checkpoint.version,
            row.other_checkpoint and row.other_checkpoint.version,
            row.share,
        )
        for row in rows
    ] == [(1, 2, 20), (1, 2, 50), (2, None, 0), (None, None, 0)]


@pytest.mark.parametrize(
    ("share", "versions", "field"),
    [(0, (1, 2), "share"), (100, (1, 2), "share"), (20, (1, 1), "other_version"), (20, (1, 9), "other_version")],
)
def test_what_is_no_split_is_refused(cast, desk, share, versions, field):
    with pytest.raises((Invalid, NotFound)) as caught:
        split(cast, desk, share=share, versions=versions)
    assert field in caught.value.fields
    assert not PromptLabel.objects.exists()


def test_a_protected_label_asks_the_gate_for_both_arms(cast, desk, monkeypatch):
    asked = []

    def gate(prompt, checkpoint):
        asked.append(checkpoint.version)
        if checkpoint.version == 3:
            raise ClauseBroken("No.")
        return {"saw": checkpoint.version}

    monkeypatch.setattr(gates, "_gates", {"contract": gate})
    row = split(cast, desk, label="production", actor=cast.reviewer)
    assert (asked, row.share) == ([1, 2], 20)
    assert PromptLabelMove.objects.get().evidence == {"contract": {"saw": 1}, "other": {"contract": {"saw": 2}}}
    revise_prompt(actor=cast.editor, prompt_id=desk, text="Promise everything.", base=2, source="web")
    with pytest.raises(ClauseBroken):
        split(cast, desk, label="production", versions=(1, 3), actor=cast.reviewer)
    with pytest.raises(Denied):
        split(cast, desk, label="production", actor=cast.editor)
    assert PromptLabel.objects.get().other.version == 2


def test_the_author_of_either_arm_does_not_split_a_protected_label_alone(cast, desk, monkeypatch):
    monkeypatch.setattr(gates, "_gates", {})
    update_swarm(actor=cast.owner, swarm=cast.swarm, requires_approval=True)
    revise_prompt(actor=cast.reviewer, prompt_id=desk, text="Be swift.", base=2, source="web")
    with pytest.raises(Denied, match="You wrote version 3"):
        split(cast, desk, label="production", versions=(1, 3), actor=cast.reviewer)


def test_feedback_finds_the_version_the_reader_got(cast, desk):
    split(cast, desk)
    key = next(key for key in map(str, range(100)) if arm_of("desk", "best", key, 20) == "b")

    def say(**how):
        return give_feedback(actor=cast.viewer, prompt_id=desk, label="best", score=0.5, **how).checkpoint.version

    assert [say(arm="a"), say(arm="b"), say(version=1), say(key=key)] == [1, 2, 1, 2]
    with pytest.raises(Invalid) as caught:
        say()
    assert "arm" in caught.value.fields
    with pytest.raises(NotFound):
        give_feedback(actor=cast.viewer, prompt_id=desk, label="nowhere", score=0.5)
    with pytest.raises(Invalid):
        give_feedback(actor=cast.viewer, prompt_id=desk, label="best", score=float("nan"), arm="a")
    with pytest.raises(NotFound):
        give_feedback(actor=cast.stranger, prompt_id=desk, label="best", score=0.5, arm="a")


def test_feedback_goes_with_a_prompt_that_is_purged(cast, desk):
    split(cast, desk)
    give_feedback(actor=cast.viewer, prompt_id=desk, label="best", score=1.0, arm="a", comment="Good.")
    trash_prompt(actor=cast.owner, prompt_id=desk)
    purge_prompt(actor=cast.owner, prompt_id=desk)
    assert not PromptFeedback.objects.exists()
