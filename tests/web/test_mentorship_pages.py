# ruff: noqa: F401, F811
"""The pages of mentorship, without any script: offer, rank, preview, adopt, measure, undo."""

from __future__ import annotations

import pytest

from mythos.assistants.services import create_assistant
from mythos.drafts.services import move_pin
from mythos.mentorship.models import AssistantMentorTag, PromptMentorshipLog
from mythos.mentorship.services import try_assistants
from mythos.prompts.services import move_label, revise_prompt
from tests.mentorship.conftest import (
    TOPICS,
    _no_memory,
    athena,
    do,
    guard_of,
    hermes,
    make,
    offer_guard,
    offered,
    refusals,
    try_all,
)

NASTY = "<script>alert(1)</script>"


def url(assistant, rest=""):
    return f"/assistants/{assistant.pk}/mentorship{rest}"


def test_the_menu_leads_to_an_assistant_or_says_what_to_do(cast, as_):
    web = as_("owner")
    assert "No assistant yet" in web.get("/assistants/mentorship").content.decode()


def test_an_assistant_that_was_never_deployed_is_told_what_to_do_first(cast, as_):
    fresh = create_assistant(actor=cast.owner, swarm=cast.swarm, slug="fresh", name="Fresh")
    page = as_("owner").get(url(fresh)).content.decode()
    assert "Fresh speaks from no deployed version yet" in page
    assert "Put it together" in page


def test_from_offer_to_undo(cast, as_, athena, hermes, refusals, do):
    web = as_("reviewer")
    assert web.get("/assistants/mentorship").url == url(athena)
    form = {"name": "Guardrails", "prompts": [guard_of(athena)], "subjects": "refusing, safety", "notes": NASTY}
    assert do(web.post, path=url(athena, "/offer"), data=form).status_code == 302
    page = web.get(url(hermes)).content.decode()
    assert "Not enough evidence" in page
    assert "Mentors<span>1 offer</span>" in page
    assert NASTY not in page
    assert "has not been tried in any ritual" in page
    setting = {"rituals": [refusals.pk], "provider": "scripted"}
    do(web.post, path=url(hermes, "/try"), data=setting)
    page = web.get(url(hermes)).content.decode()
    assert "is the best teacher the evidence shows" in page
    assert "1 of 1 ritual won" in page
    assert "+0.80" in page
    assert 'Simulated</span><span class="fit">' in page
    where = url(hermes, f"/preview?mentor={athena.pk}&set=Guardrails")
    page = web.get(where).content.decode()
    assert "hermes/guard-2" in page
    assert "May be adopted" in page
    assert "No sentence of it was found to contradict hermes/" in page
    digest = page.split('name="digest" value="')[1].split('"')[0]
    form = {"mentor": athena.pk, "set": "Guardrails", "base": "1", "digest": digest, "notes": "For the desk."}
    assert do(web.post, path=url(hermes, "/preview"), data=form).url == f"{url(hermes)}#adopted"
    log = PromptMentorshipLog.objects.get()
    do(web.post, path=url(hermes, f"/{log.pk}/measure"), data=setting)
    page = web.get(url(hermes)).content.decode()
    assert "Helped" in page
    assert "trust-plot" in page
    assert "trust-graph" in page
    drawn = page[page.index("Trust over time") :]
    assert drawn.count("Simulated</span>") == 2
    assert ", simulated</title>" in drawn
    web.post(url(hermes, f"/{log.pk}/feedback"), {"value": "2"})
    assert PromptMentorshipLog.objects.get().feedback == pytest.approx(0.1 / 3)
    page = web.post(url(hermes, f"/{log.pk}/undo"), follow=True).content.decode()
    assert "speaks from version 3" in page
    assert "Undone" in page


def test_what_was_chosen_may_take_a_place(cast, as_, offered, hermes):
    web = as_("reviewer")
    mentor = offered.assistant
    given = {"mentor": mentor.pk, "set": "Guardrails", f"in-place-of-{guard_of(mentor)}": guard_of(hermes)}
    assert "In place of hermes/guard." in web.get(url(hermes, "/preview"), given).content.decode()
    web.post(url(hermes, "/preview"), {**given, "base": "1"})
    assert "in place of hermes/guard" in PromptMentorshipLog.objects.get().mutation_notes


def test_a_label_that_gives_another_version_than_the_mentor_speaks_from_is_explained(cast, as_, offered, hermes):
    mentor = offered.assistant
    given = {"mentor": mentor.pk, "set": "Guardrails"}
    assert "so that is what comes" not in as_("owner").get(url(hermes, "/preview"), given).content.decode()
    prompt_id = guard_of(mentor)
    revise_prompt(actor=cast.owner, prompt_id=prompt_id, text="Refuse requests for cooking.", base=1, source="web")
    move_label(actor=cast.owner, prompt_id=prompt_id, label="best", version=2)
    page = as_("owner").get(url(hermes, "/preview"), given).content.decode()
    assert "Athena speaks from v1, so that is what comes, though best is at v2." in page


def test_a_newer_text_of_the_mentor_and_a_frozen_set_are_shown(cast, as_, offered, hermes):
    web, mentor = as_("owner"), offered.assistant
    web.post(url(hermes, "/preview"), {"mentor": mentor.pk, "set": "Guardrails", "base": "1"})
    newer = revise_prompt(
        actor=cast.owner, prompt_id=guard_of(mentor), text="Refuse requests for cooking.", base=1, source="web"
    )
    move_pin(actor=cast.owner, assistant=mentor, prompt_id=newer.prompt_id, checkpoint_id=newer.pk, base=1)
    assert "Preview the update" in web.get(url(hermes)).content.decode()
    web.post(url(mentor, "/withdraw"))
    page = web.get(url(hermes)).content.decode()
    assert "Frozen" in page
    assert "No mentor fits yet" in page


def test_errors_stand_beside_what_caused_them(cast, as_, athena, hermes):
    web = as_("reviewer")
    answer = web.post(url(athena, "/offer"), {"name": "A"})
    assert (answer.status_code, "Choose a prompt." in answer.content.decode()) == (422, True)
    answer = web.post(url(hermes, "/try"), {"provider": "scripted"})
    assert (answer.status_code, "Between 1 and 20 rituals." in answer.content.decode()) == (422, True)
    answer = web.get(url(hermes, f"/preview?mentor={athena.pk}&set=None"))
    assert answer.status_code == 404
    assert web.post(url(hermes, "/dance")).status_code == 404


def test_a_stale_preview_is_shown_again(cast, as_, offered, hermes):
    form = {"mentor": offered.assistant_id, "set": "Guardrails", "base": "7"}
    answer = as_("reviewer").post(url(hermes, "/preview"), form)
    assert (answer.status_code, "Something changed" in answer.content.decode()) == (409, True)
    assert not PromptMentorshipLog.objects.exists()


def test_who_may_only_look_sees_no_form_and_strangers_nothing(cast, as_, offered, hermes):
    page = as_("viewer").get(url(hermes)).content.decode()
    assert "Offer mentorship" not in page
    assert as_("viewer").post(url(offered.assistant, "/withdraw")).status_code == 403
    stranger = as_("stranger")
    for rest in ("", f"/preview?mentor={offered.assistant_id}&set=Guardrails"):
        assert stranger.get(url(hermes, rest)).status_code == 404
    assert stranger.post(url(offered.assistant, "/withdraw")).status_code == 404
    assert AssistantMentorTag.objects.get().is_offering


def test_more_mentors_cost_no_more_queries(
    cast,
    as_,
    make,
    offered,
    hermes,
    refusals,
    do,
    try_all,
    django_assert_max_num_queries,
):
    web = as_("owner")
    try_all(hermes, offered.assistant)

    def count():
        with django_assert_max_num_queries(60) as seen:
            web.get(url(hermes))
        return len(seen.captured_queries)

    few = count()
    more = [make(f"Muse{number}", TOPICS[:5]) for number in range(3)]
    for assistant in more:
        do(offer_guard, cast=cast, assistant=assistant)
    do(try_assistants, actor=cast.owner, assistants=more, rituals=[refusals.pk], provider="scripted")
    assert count() <= few + 1
