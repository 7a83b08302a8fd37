"""Pages of an assistant: its versions, and what may be compared."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mythos.drafts.services import create_draft, deploy_draft, save_draft
from mythos.prompts.services import create_prompt


@pytest.fixture
def deployed(cast):
    prompt = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="persona", text="You are Hermes.").prompt
    rows = [{"section": "identity", "checkpoint": prompt.current_id}]
    draft = create_draft(actor=cast.editor, swarm=cast.swarm, name="Hermes", prompt_cluster=rows)
    return draft, deploy_draft(actor=cast.reviewer, draft_id=draft.pk, base=draft.version, reason="First").assistant


def test_a_first_version_has_nothing_to_be_compared_with(cast, as_, deployed):
    draft, assistant = deployed
    page = reverse("assistants.page", args=[assistant.slug])
    compare = reverse("assistants.compare", args=[assistant.slug])
    client = as_("viewer")
    assert compare not in client.get(page).content.decode()
    alone = client.get(compare).content.decode()
    assert "Both sides are version 1: there is nothing to compare." in alone
    assert "Choose another one." not in alone
    draft.refresh_from_db()
    other = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="style", text="Write in a plain tone.").prompt
    rows = [{"section": "style", "checkpoint": other.current_id}, *draft.prompt_cluster]
    saved = save_draft(actor=cast.editor, draft_id=draft.pk, base=draft.version, prompt_cluster=rows)
    deploy_draft(actor=cast.reviewer, draft_id=draft.pk, base=saved.version, reason="More")
    shown = client.get(page).content.decode()
    assert f"{compare}?from=1&amp;to=2" in shown
    assert "from=1&amp;to=1" not in shown
    assert "Write in a plain tone." in client.get(compare).content.decode()


def test_the_roster_counts_a_single_prompt_as_one(cast, as_, deployed):
    _, assistant = deployed
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="own", text="Be kind.", assistant=assistant)
    assert ">1 prompt</a>" in as_("viewer").get(reverse("assistants.roster")).content.decode()
