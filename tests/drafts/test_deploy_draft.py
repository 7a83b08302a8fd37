from __future__ import annotations

import pytest

from mythos.assistants.models import Assistant
from mythos.assistants.services import create_assistant
from mythos.codex.serving import serve_assistant
from mythos.drafts.models import AssistantPrompt, AssistantVersion
from mythos.drafts.queries import compare_versions, compiled_draft, get_version, pin_offers, pins_of, users_of
from mythos.drafts.services import (
    clone_assistant,
    create_draft,
    deploy_draft,
    move_pin,
    roll_back_assistant,
    save_draft,
)
from mythos.errors import ClauseBroken, Denied, Invalid, NotFound, Stale
from mythos.prompts.services import purge_prompt, revise_prompt, trash_prompt
from tests.drafts.conftest import row


@pytest.fixture
def hermes(cast, draft):
    return deploy_draft(actor=cast.owner, draft_id=draft.pk, base=1, reason="First").assistant


@pytest.fixture
def second(cast, draft, hermes, library):
    rows = [*draft.prompt_cluster[:2], row("style", library["brief"])]
    save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    return deploy_draft(actor=cast.owner, draft_id=draft.pk, base=2, reason="Shorter")


@pytest.mark.both_databases
def test_deploying_makes_the_assistant_with_pinned_checkpoints(cast, draft, hermes, library):
    draft.refresh_from_db()
    assert (hermes.slug, hermes.name, draft.assistant) == ("hermes", "Hermes", hermes)
    version = get_version(cast.viewer, hermes)
    assert (version.number, version.reason, version.author_name, version.origin) == (1, "First", "Ines", "draft")
    assert [pin.checkpoint_id for pin in pins_of(version)] == [
        library[name].current_id for name in ("persona", "answer", "guard")
    ]
    served = serve_assistant(cast.viewer, hermes).compiled
    compiled = compiled_draft(cast.viewer, draft).compiled
    assert served.text == compiled.text == version.text
    assert served.sha256 == version.sha256


def test_a_revised_prompt_changes_nothing_until_its_pin_moves(cast, hermes, library):
    before = serve_assistant(cast.viewer, hermes).compiled.text
    newer = revise_prompt(actor=cast.owner, prompt_id=library["answer"].pk, text="Answer all.", base=1, source="web")
    assert serve_assistant(cast.viewer, hermes).compiled.text == before
    (offer,) = pin_offers(pins_of(get_version(cast.viewer, hermes)))
    assert (offer.newest, offer.state, offer.keeps) == (newer, "", False)
    moved = move_pin(actor=cast.reviewer, assistant=hermes, prompt_id=newer.prompt_id, checkpoint_id=newer.pk, base=1)
    assert (moved.number, moved.origin) == (2, "pin")
    hermes.refresh_from_db()
    assert "Answer all." in serve_assistant(cast.viewer, hermes).compiled.text


def test_deploying_the_same_again_writes_nothing(cast, draft, hermes):
    again = deploy_draft(actor=cast.owner, draft_id=draft.pk, base=1)
    assert (again.number, AssistantVersion.objects.count()) == (1, 1)


def test_an_open_conflict_is_refused_with_the_reason_and_nothing_is_written(cast, draft, library):
    rows = [*draft.prompt_cluster, row("duties", library["refunds"])]
    save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    with pytest.raises(ClauseBroken, match="Conflict 1") as caught:
        deploy_draft(actor=cast.owner, draft_id=draft.pk, base=2)
    assert len(caught.value.data["reasons"]) == 1
    assert not Assistant.objects.exists()
    assert not AssistantVersion.objects.exists()


def test_an_answered_conflict_is_deployed_and_kept_on_record(cast, draft, library):
    rows = [*draft.prompt_cluster, row("duties", library["refunds"])]
    saved = save_draft(actor=cast.editor, draft_id=draft.pk, base=1, prompt_cluster=rows)
    (clash,) = compiled_draft(cast.editor, saved).clashes
    save_draft(actor=cast.editor, draft_id=draft.pk, base=2, answers={clash.key: "The desk decides."})
    version = deploy_draft(actor=cast.owner, draft_id=draft.pk, base=3)
    assert version.answers == {clash.key: "The desk decides."}
    assert "The desk decides." in version.report[0]["text"]


def test_an_empty_or_too_long_draft_is_refused(cast, draft):
    empty = create_draft(actor=cast.editor, swarm=cast.swarm, name="Nobody")
    with pytest.raises(ClauseBroken, match="no blocks"):
        deploy_draft(actor=cast.owner, draft_id=empty.pk, base=1)
    save_draft(actor=cast.editor, draft_id=draft.pk, base=1, token_limit=5)
    with pytest.raises(ClauseBroken, match="over the limit of 5"):
        deploy_draft(actor=cast.owner, draft_id=draft.pk, base=2)


def test_who_may_deploy(cast, draft, hermes):
    for verb in (
        lambda actor: deploy_draft(actor=actor, draft_id=draft.pk, base=1),
        lambda actor: roll_back_assistant(actor=actor, assistant=hermes, number=1, base=1),
        lambda actor: move_pin(actor=actor, assistant=hermes, prompt_id=1, checkpoint_id=1, base=1),
    ):
        with pytest.raises(Denied):
            verb(cast.editor)
    with pytest.raises(NotFound):
        deploy_draft(actor=cast.stranger, draft_id=draft.pk, base=1)
    with pytest.raises(NotFound):
        get_version(cast.stranger, hermes)


def test_what_was_not_seen_is_not_deployed(cast, draft):
    save_draft(actor=cast.editor, draft_id=draft.pk, base=1, tone="formal")
    with pytest.raises(Stale):
        deploy_draft(actor=cast.owner, draft_id=draft.pk, base=1)


def test_a_name_that_is_taken_is_not_taken_over(cast, draft):
    create_assistant(actor=cast.owner, swarm=cast.swarm, slug="hermes", name="Hermes")
    with pytest.raises(Invalid, match="already"):
        deploy_draft(actor=cast.owner, draft_id=draft.pk, base=1)


@pytest.mark.both_databases
def test_rolling_back_copies_forward(cast, hermes, second):
    first = get_version(cast.viewer, hermes, 1)
    back = roll_back_assistant(actor=cast.reviewer, assistant=hermes, number=1, base=2, reason="Refunds came back")
    assert (back.number, back.origin, back.restored, back.text) == (3, "rollback", 1, first.text)
    hermes.refresh_from_db()
    assert serve_assistant(cast.viewer, hermes).compiled.text == first.text
    with pytest.raises(Stale):
        roll_back_assistant(actor=cast.reviewer, assistant=hermes, number=2, base=2)


def test_versions_tell_what_changed(cast, hermes, second):
    found = compare_versions(cast.viewer, hermes, 1, 2)
    assert found.pins == ["hermes/guard v1: taken out", "hermes/brief v1: added to style"]
    assert "".join(span.new for span in found.diff) == second.text


def test_versions_are_history(hermes):
    version = hermes.versions.get()
    for change in (version.save, version.delete, lambda: AssistantVersion.objects.update(reason="x")):
        with pytest.raises(TypeError):
            change()


def test_a_clone_is_a_draft_of_the_same_or_of_another(cast, hermes, second):
    same = clone_assistant(actor=cast.editor, assistant=hermes)
    other = clone_assistant(actor=cast.editor, assistant=hermes, name="Iris")
    assert (same.name, same.assistant, other.name, other.assistant) == ("Hermes", hermes, "Iris", None)
    assert same.prompt_cluster == other.prompt_cluster
    assert compiled_draft(cast.editor, other).compiled.text == second.text
    with pytest.raises(Denied):
        clone_assistant(actor=cast.viewer, assistant=hermes)


def test_a_prompt_knows_who_speaks_from_it(cast, hermes, second, library):
    assert [pin.version.assistant.slug for pin in users_of(cast.viewer, library["answer"])] == ["hermes"]
    assert users_of(cast.viewer, library["guard"]) == []
    assert users_of(cast.stranger, library["answer"]) == []


@pytest.mark.both_databases
def test_a_prompt_in_the_history_of_an_assistant_is_not_purged(cast, hermes, second, library):
    trash_prompt(actor=cast.owner, prompt_id=library["guard"].pk)
    with pytest.raises(Invalid, match="still refer"):
        purge_prompt(actor=cast.owner, prompt_id=library["guard"].pk)
    assert AssistantPrompt.objects.filter(prompt=library["guard"]).count() == 1
