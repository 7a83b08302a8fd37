"""The market's pages: cards, a curriculum, composing one, teaching; what a stranger gets."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from mythos.accounts.services import create_token
from mythos.assistants.services import create_assistant
from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.formats.curriculum import unpack
from mythos.market.models import Enrollment, Listing, PromptCurriculumVault, RitualTagBundle
from mythos.market.queries.curricula import parts_of
from mythos.market.services.copying import copy_curriculum
from mythos.market.services.listings import Terms, list_curriculum
from mythos.market.services.teaching import enroll_assistant, try_part
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.work.models import Job
from mythos.work.services import run_due

from .conftest import FIRM

pytestmark = pytest.mark.usefixtures("_announced")


@pytest.fixture
def _announced(monkeypatch) -> None:
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_: call())


@pytest.fixture
def listed(exported, seller):
    return list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(price=120, takes_barter=True))


def get(client, person, name, *args, query="") -> tuple[int, str]:
    client.force_login(person)
    response = client.get(reverse(name, args=args) + query)
    return response.status_code, response.content.decode()


def test_a_card_shows_price_seller_tags_and_what_was_measured(client, listed, cast) -> None:
    status, html = get(client, cast.stranger, "market.page")
    assert status == 200
    for said in (
        "Refund Firmness",
        "Hermes · Olympus",
        "Buy for 120 cr",
        "Barter",
        "firm",
        "0 teams",
        "Being compared",
    ):
        assert said in html
    assert "Your wallet" in html


def test_the_card_says_owned_to_those_who_have_it(client, listed, cast) -> None:
    _, html = get(client, cast.owner, "market.page")
    assert "Owned" in html
    assert "Buy for" not in html


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?q=firmness", True),
        ("?q=nothing", False),
        ("?tab=credits", True),
        ("?tab=trade", True),
        ("?tab=free", False),
        ("?sort=price", True),
        ("?sort=gain&tab=credits", True),
    ],
)
def test_search_tabs_and_order(client, listed, cast, query, shown) -> None:
    status, html = get(client, cast.stranger, "market.page", query=query)
    assert status == 200
    assert ('class="good"' in html) is shown
    assert ("No curriculum matches" in html) is not shown


def test_an_order_that_is_none_is_said_beside_the_list(client, listed, cast) -> None:
    status, html = get(client, cast.stranger, "market.page", query="?sort=beauty")
    assert (status, "no such order" in html) == (422, True)


def test_what_somebody_looks_at_is_held_against_their_codex_once(client, listed, seller, cast) -> None:
    codex = create_codex(actor=cast.stranger, swarm=cast.other_swarm, slug="own", title="Own rules")
    never = "Never mention the ticket number."
    create_clause(actor=cast.stranger, codex=codex, ref="no_tickets", title="No tickets", text=never)
    for _ in range(2):
        get(client, cast.stranger, "market.page")
    assert Job.objects.filter(kind="market.fit").count() == 1
    run_due()
    assert "Clashes with no_tickets" in get(client, cast.stranger, "market.page")[1]
    _, html = get(client, cast.stranger, "curricula.page", listed.curriculum_id)
    assert never in html


def test_a_curriculum_on_the_market_shows_its_parts_and_no_case(client, listed, cast) -> None:
    status, html = get(client, cast.stranger, "curricula.page", listed.curriculum_id)
    assert status == 200
    assert "2 sealed" in html
    assert "1. Ticket numbers" in html
    assert "I want a refund today" not in html
    assert "Start teaching" not in html


def test_whoever_has_it_is_led_to_their_own_and_offered_nothing(client, listed, cast) -> None:
    _, html = get(client, cast.stranger, "curricula.page", listed.curriculum_id)
    assert "Buy for 120 cr" in html
    held = copy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, source=listed.curriculum)
    _, html = get(client, cast.stranger, "curricula.page", listed.curriculum_id)
    assert ("Buy for" in html, "Barter" in html, "Owned" in html) == (False, False, True)
    assert f'href="{reverse("curricula.page", args=[held.pk])}">Open yours' in html


def test_a_copy_that_is_listed_again_says_who_made_it(client, copy, cast) -> None:
    said = f"a copy of what {cast.swarm.name} made"
    assert f"a copy from {cast.swarm.name}" in get(client, cast.stranger, "market.list")[1]
    list_curriculum(actor=cast.stranger, curriculum_id=copy.pk, terms=Terms(price=5))
    assert said in get(client, cast.stranger, "market.page")[1]
    assert said in get(client, cast.stranger, "curricula.page", copy.pk)[1]


def test_a_curriculum_that_is_not_listed_is_not_there_for_strangers(client, exported, copy, cast) -> None:
    assert get(client, cast.stranger, "curricula.page", exported.pk)[0] == 404
    assert get(client, cast.stranger, "curricula.download", exported.pk)[0] == 404
    assert get(client, cast.stranger, "curricula.edit", exported.pk)[0] == 404
    client.force_login(cast.stranger)
    assert client.post(reverse("curricula.reveal", args=[exported.pk])).status_code == 404
    assert client.post(reverse("teaching.enroll", args=[exported.pk]), {"assistant": "hermes"}).status_code == 404
    assert get(client, cast.owner, "curricula.page", copy.pk)[0] == 404


def test_a_curriculum_is_composed_signed_and_downloaded(client, bundle, cast) -> None:
    client.force_login(cast.editor)
    form = {
        "title": "Calm",
        "slug": "calm",
        "curator": "hermes",
        "license": "MIT",
        "place-tickets": "20",
        "mark-tickets": "75",
        "after-tickets": "10",
        "place-medical": "10",
        "bundle-medical": "firm",
    }
    response = client.post(reverse("curricula.new"), form)
    made = PromptCurriculumVault.objects.get(slug="calm")
    assert response.headers["Location"] == reverse("curricula.page", args=[made.pk])
    first, second = parts_of(made)
    assert (first.ritual.slug, second.ritual.slug, second.pass_mark) == ("medical", "tickets", 0.75)
    assert [row.position for row in second.prerequisites.all()] == [1]
    client.post(reverse("curricula.page", args=[made.pk]), {"do": "export"})
    data = client.get(reverse("curricula.download", args=[made.pk])).content
    document, _ = unpack("curriculum", data)
    assert (document["name"], document["version"]) == ("calm", "1.0.0")


def test_a_form_that_is_wrong_says_where(client, seller, cast) -> None:
    client.force_login(cast.editor)
    response = client.post(reverse("curricula.new"), {"title": "", "slug": "X", "curator": "hermes"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "1 to 150 characters" in html
    assert "1 to 500 parts" in html
    client.force_login(cast.viewer)
    assert client.post(reverse("curricula.new"), {"title": "A", "slug": "a"}).status_code == 403


def test_a_ritual_tag_is_made_and_removed_on_the_page(client, seller, cast) -> None:
    client.force_login(cast.editor)
    client.post(reverse("curricula.mine"), {"tag_name": "calm", "slug": "calm", "rituals": ["tickets", "medical"]})
    bundle = RitualTagBundle.objects.get(slug="calm")
    assert bundle.rituals.count() == 2
    assert "2 rituals, 2 clauses" in client.get(reverse("curricula.mine")).content.decode()
    client.post(reverse("curricula.mine"), {"do": "delete", "bundle": bundle.pk})
    assert not RitualTagBundle.objects.exists()


def test_teaching_on_the_page_from_the_first_part_to_the_certificate(client, copy, cast) -> None:
    client.force_login(cast.stranger)
    started = client.post(
        reverse("teaching.enroll", args=[copy.pk]), {"assistant": "charon", "prompt": "desk", "provider": "scripted"}
    )
    row = Enrollment.objects.get()
    assert started.headers["Location"] == reverse("teaching.page", args=[row.pk])
    run_due()
    html = get(client, cast.stranger, "teaching.page", row.pk)[1]
    for said in ("Not passed", "Locked", "0 of 2 parts passed", "on sealed cases"):
        assert said in html
    refused = client.post(reverse("teaching.page", args=[row.pk]), {"do": "try", "position": "2"})
    assert refused.status_code == 422
    assert "Part 2 is locked." in refused.content.decode()
    prompt = get_prompt(cast.stranger, "desk", cast.other_swarm)
    revise_prompt(actor=cast.stranger, prompt_id=prompt.pk, text=FIRM, base=1, reason="Learnt", source="web")
    client.post(reverse("teaching.page", args=[row.pk]), {"do": "try", "position": "1"})
    run_due()
    serial = Enrollment.objects.get().certificate.serial
    html = get(client, cast.stranger, "teaching.certificate", serial)[1]
    assert "Signature holds" in html
    assert "Simulated" in html
    record = json.loads(client.get(reverse("teaching.certificate", args=[serial]) + "?format=json").content)
    assert record["document"]["serial"] == serial
    assert get(client, cast.owner, "teaching.certificate", serial)[0] == 404
    assert get(client, cast.owner, "teaching.page", row.pk)[0] == 404


def test_what_a_rule_follower_measured_is_marked_wherever_it_shows(client, copy, cast, exported, seller) -> None:
    list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(price=5))
    prompt = get_prompt(cast.stranger, "desk", cast.other_swarm)
    revise_prompt(actor=cast.stranger, prompt_id=prompt.pk, text=FIRM, base=1, reason="Learnt", source="web")
    assert "Simulated" not in get(client, cast.owner, "market.page")[1]
    row = enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon", prompt="desk")
    run_due()
    for person, name, *args in (
        (cast.owner, "market.page"),
        (cast.owner, "curricula.page", exported.pk),
        (cast.stranger, "curricula.page", copy.pk),
        (cast.stranger, "curricula.mine"),
        (cast.stranger, "teaching.page", row.pk),
    ):
        assert "Simulated</span>" in get(client, person, name, *args)[1], name
    html = get(client, cast.owner, "curricula.page", exported.pk)[1]
    assert "Every reply behind it came from a rule follower, not from a language model." in html


def test_for_an_assistant_the_card_says_how_far_it_is(client, copy, cast, exported, seller) -> None:
    list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(price=5))
    row = enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon", prompt="desk")
    run_due()
    try_part(actor=cast.stranger, enrollment_id=row.pk, position=1)
    _, html = get(client, cast.stranger, "market.page", query="?assistant=charon")
    assert "Active" in html
    assert "1 team" in html


def test_for_an_assistant_what_its_own_rules_forbid_is_left_out(client, listed, cast) -> None:
    pupil = create_assistant(actor=cast.stranger, swarm=cast.other_swarm, slug="charon", name="Charon")
    create_assistant(actor=cast.stranger, swarm=cast.other_swarm, slug="thanatos", name="Thanatos")
    codex = create_codex(actor=cast.stranger, swarm=cast.other_swarm, slug="own", title="Own rules")
    never = "Never mention the ticket number."
    create_clause(actor=cast.stranger, codex=codex, ref="no_tickets", title="No tickets", text=never)
    made = create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="own", text=never, assistant=pupil)
    sign_contract(actor=cast.stranger, prompt_id=made.prompt_id, base=0, clauses=[{"ref": "no_tickets"}])
    get(client, cast.stranger, "market.page")
    run_due()
    for slug, shown in (("charon", False), ("thanatos", True)):
        _, html = get(client, cast.stranger, "market.page", query=f"?assistant={slug}")
        assert ('class="good"' in html, "1 that clashes with its rules, 0" in html) == (shown, not shown)
        token = create_token(actor=cast.stranger, swarm=cast.other_swarm, name="t", role="viewer")
        asked = Client(headers={"Authorization": f"Bearer {token.secret}"}).get(
            f"/api/v1/market/listings?assistant={slug}"
        )
        assert len(asked.json()["items"]) == int(shown)


def test_for_an_assistant_what_it_is_certified_by_is_left_out(client, copy, cast, exported, seller) -> None:
    list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(price=5))
    row = enroll_assistant(actor=cast.stranger, curriculum_id=copy.pk, assistant="charon", prompt="desk")
    Enrollment.objects.filter(pk=row.pk).update(state="completed")
    _, html = get(client, cast.stranger, "market.page", query="?assistant=charon")
    assert 'class="good"' not in html
    assert "1 it is certified by" in html


def test_ten_more_cards_cost_no_more_queries(client, listed, seller, cast, django_assert_max_num_queries) -> None:
    source = PromptCurriculumVault.objects.get(pk=listed.curriculum_id)
    get(client, cast.stranger, "market.page")
    for number in range(10):
        source.pk, source.slug, source.lineage = None, f"more-{number}", f"{number:032x}"
        source.sha256 = ""
        source.save(force_insert=True)
        Listing.objects.create(
            swarm=seller.swarm, curriculum=source, price=5, license="MIT", title=f"More {number}", words="more"
        )
    client.force_login(cast.stranger)
    with django_assert_max_num_queries(32):
        html = client.get(reverse("market.page")).content.decode()
    assert html.count('class="good"') == 11
