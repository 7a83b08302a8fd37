"""The one write path."""

from __future__ import annotations

import pytest

from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.prompts import queries, services
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptLabelMove, PromptMutationLog
from mythos.prompts.signals import prompt_revised


@pytest.fixture
def prompt(cast):
    return services.create_prompt(actor=cast.editor, swarm=cast.swarm, slug="desk", text="Never promise.").prompt


def revise(actor, prompt, text, base):
    return services.revise_prompt(actor=actor, prompt_id=prompt.pk, text=text, base=base, source="web", reason="why")


def test_a_revision_writes_checkpoint_log_and_pointer_and_is_announced(
    cast, prompt, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, **kwargs):
        heard.append(kwargs["checkpoint_id"])

    prompt_revised.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        saved = revise(cast.editor, prompt, "You may promise.", 1)
    prompt_revised.disconnect(listen)
    assert heard == [saved.pk]
    log = PromptMutationLog.objects.get()
    assert (log.from_checkpoint.version, log.to_checkpoint.version, log.actor) == (1, 2, cast.editor)
    assert log.trait_delta
    assert "@regression" in log.symbolic_tags
    assert Prompt.objects.get(pk=prompt.pk).current == saved
    assert saved.token_count > 0
    assert saved.tone_type


def test_an_unchanged_text_writes_nothing(cast, prompt):
    assert revise(cast.editor, prompt, "Never promise.  \n", 1).version == 1
    assert PromptCheckpoint.objects.count() == 1


def test_a_late_save_carries_both_texts_and_writes_nothing(cast, prompt):
    revise(cast.owner, prompt, "Theirs.", 1)
    with pytest.raises(Stale) as caught:
        revise(cast.editor, prompt, "Mine.", 1)
    assert (caught.value.data["current_text"], caught.value.data["your_text"]) == ("Theirs.", "Mine.")
    assert PromptCheckpoint.objects.count() == 2


def test_viewers_are_denied_and_strangers_find_nothing(cast, prompt):
    with pytest.raises(Denied):
        revise(cast.viewer, prompt, "x", 1)
    with pytest.raises(NotFound):
        revise(cast.stranger, prompt, "x", 1)


def test_history_cannot_be_changed(prompt):
    checkpoint = prompt.checkpoints.get()
    for attempt in (checkpoint.save, checkpoint.delete, prompt.checkpoints.all().delete):
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(TypeError):
        PromptCheckpoint.objects.update(text="x")


@pytest.mark.parametrize("slug", ["", "Upper", "new", "12", "a//b", "a/", "x" * 161])
def test_a_bad_slug_is_said_at_the_field(cast, slug):
    with pytest.raises(Invalid) as caught:
        services.create_prompt(actor=cast.editor, swarm=cast.swarm, slug=slug, text="x")
    assert "slug" in caught.value.fields


def test_restoring_copies_forward(cast, prompt):
    revise(cast.editor, prompt, "Two.", 1)
    restored = services.restore_checkpoint(actor=cast.editor, prompt_id=prompt.pk, version=1, base=2)
    assert (restored.version, restored.text, restored.derived_from.version) == (3, "Never promise.", 1)


def test_a_fork_remembers_its_parent(cast, prompt):
    fork = services.fork_prompt(actor=cast.editor, prompt_id=prompt.pk, slug="desk-2")
    assert fork.prompt.parent == prompt
    assert PromptMutationLog.objects.get().parent_prompt == prompt


def test_a_protected_label_needs_a_reviewer_and_every_move_is_kept(cast, prompt):
    with pytest.raises(Denied):
        services.move_label(actor=cast.editor, prompt_id=prompt.pk, label="production", version=1)
    services.move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1, reason="ready")
    services.move_label(actor=cast.reviewer, prompt_id=prompt.pk, label="production", version=1)
    assert [move.reason for move in PromptLabelMove.objects.all()] == ["ready"]
    assert queries.checkpoint_of(cast.viewer, prompt, label="production").version == 1
    with pytest.raises(NotFound, match="nothing"):
        queries.checkpoint_of(cast.viewer, prompt, label="nothing")


def test_a_label_does_not_move_to_a_text_whose_includes_are_missing(cast, prompt):
    revise(cast.owner, prompt, "Hello. {{> tone}}", 1)
    given = {"actor": cast.reviewer, "prompt_id": prompt.pk, "version": 2}
    with pytest.raises(Invalid, match="'tone' with the label 'production'") as caught:
        services.move_label(label="beta", **given)
    assert caught.value.fields == {"version": "tone@production is not there."}
    assert not prompt.labels.exists()
    tone = services.create_prompt(actor=cast.owner, swarm=cast.swarm, slug="tone", text="Be kind.").prompt
    services.move_label(actor=cast.reviewer, prompt_id=tone.pk, label="production", version=1)
    assert services.move_label(label="beta", **given).checkpoint.version == 2


def test_a_circle_of_includes_is_refused_with_its_path(cast, prompt):
    services.create_prompt(actor=cast.editor, swarm=cast.swarm, slug="b", text="B {{> desk@latest}}")
    with pytest.raises(Invalid, match="desk → b → desk"):
        revise(cast.editor, prompt, "A {{> b@latest}}", 1)
    assert queries.render_prompt(cast.viewer, queries.get_prompt(cast.viewer, "b"), {}) == "B Never promise."
