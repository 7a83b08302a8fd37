from __future__ import annotations

import pytest

from mythos.assistants.services import create_assistant
from mythos.errors import Denied, Invalid, NotFound
from mythos.mentorship.models import AssistantMentorTag
from mythos.mentorship.queries import sets_of, tag_of
from mythos.mentorship.ranking import rank_mentors
from mythos.mentorship.services import offer_mentorship, withdraw_mentorship
from tests.mentorship.conftest import guard_of, offer_guard


@pytest.mark.both_databases
def test_an_offer_holds_subjects_sets_and_terms(cast, athena):
    tag = offer_guard(cast, athena, notes="Ask before you change it.")
    assert (tag.subjects, tag.mentorship_notes, tag.offered_by_name) == (
        ["refusing"],
        "Ask before you change it.",
        "Marco",
    )
    (found,) = sets_of(tag_of(cast.viewer, athena))
    assert (found.name, [prompt.slug for prompt in found.prompts.all()]) == ("Guardrails", ["athena/guard"])


def test_offering_again_takes_the_place_of_the_offer_before(cast, athena, offered):
    sets = [{"name": "All", "prompts": [row["prompt"] for row in athena.prompt_cluster]}]
    offer_mentorship(actor=cast.editor, assistant=athena, sets=sets)
    (found,) = sets_of(AssistantMentorTag.objects.get())
    assert (found.name, found.prompts.count()) == ("All", 2)


@pytest.mark.parametrize(
    ("sets", "field"),
    [
        ([], "sets"),
        ([{"name": "", "prompts": ["guard"]}], "sets.0.name"),
        ([{"name": "A", "prompts": []}], "sets.0.prompts"),
        ([{"name": "A", "prompts": ["other"]}], "sets.0.prompts"),
        ([{"name": "A", "prompts": ["guard"]}, {"name": "A", "prompts": ["guard"]}], "sets.1.name"),
    ],
)
def test_what_is_wrong_with_a_set_is_said_by_field(cast, athena, hermes, sets, field):
    ids = {"guard": guard_of(athena), "other": guard_of(hermes)}
    given = [row | {"prompts": [ids[name] for name in row["prompts"]]} for row in sets]
    with pytest.raises(Invalid) as caught:
        offer_mentorship(actor=cast.editor, assistant=athena, sets=given)
    assert field in caught.value.fields
    assert not AssistantMentorTag.objects.exists()


def test_an_assistant_without_a_version_cannot_teach(cast):
    empty = create_assistant(actor=cast.owner, swarm=cast.swarm, slug="empty", name="Empty")
    with pytest.raises(NotFound, match="no version"):
        offer_mentorship(actor=cast.editor, assistant=empty, sets=[{"name": "A", "prompts": [1]}])


def test_withdrawing_takes_the_mentor_off_the_list(cast, offered, hermes):
    assert rank_mentors(cast.viewer, hermes).offering == 1
    withdraw_mentorship(actor=cast.editor, assistant=offered.assistant)
    ranking = rank_mentors(cast.viewer, hermes)
    assert (ranking.offering, ranking.missing) == (0, "No other assistant offers mentorship yet.")
    with pytest.raises(NotFound):
        withdraw_mentorship(actor=cast.editor, assistant=offered.assistant)


def test_who_may_only_look_may_not_offer(cast, athena):
    with pytest.raises(Denied):
        offer_mentorship(actor=cast.viewer, assistant=athena, sets=[{"name": "A", "prompts": [guard_of(athena)]}])
