"""Finding anything by a few letters."""

from __future__ import annotations

import re
from pathlib import Path

from django.urls import resolve, reverse

from mythos.assistants.services import create_assistant
from mythos.web import palette

KEYS = Path(palette.__file__).parent / "static" / "js" / "keys.js"


def found(client, q, **headers):
    response = client.get(reverse("palette"), {"q": q}, headers=headers)
    return {name: [hit.name for hit in hits] for name, hits in response.context["groups"]}


def test_things_of_every_kind_are_found_by_all_their_words(as_, cast, prompt, clause):
    create_assistant(actor=cast.owner, swarm=cast.swarm, slug="desk-bot", name="Desk bot", description="")
    client = as_("viewer")
    assert found(client, "desk") == {"Prompts": ["hermes/desk"], "Assistants": ["Desk bot"], "Codices": ["Desk rules"]}
    assert found(client, "desk her")["Prompts"] == ["hermes/desk"]
    assert "Clauses" in found(client, "refunds")
    assert found(client, "new pro") == {"Actions": ["New prompt"]}
    assert found(client, "desk nothing") == {}


def test_strangers_find_pages_but_nothing_of_others(as_, prompt, clause):
    assert found(as_("stranger"), "desk") == {}
    assert found(as_("stranger"), "refunds") == {}
    assert "Pages" in found(as_("stranger"), "")


def test_the_dialog_gets_options_and_the_page_works_alone(as_, prompt):
    client = as_("viewer")
    fragment = client.get(reverse("palette"), {"q": "desk"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'role="listbox"' in fragment
    assert len(re.findall('role="option"', fragment)) == 1
    page = client.get(reverse("palette"), {"q": "desk"}).content.decode()
    assert f'href="/prompts/{prompt.pk}"' in page
    assert '<dialog class="palette"' in page


def test_every_page_action_and_key_leads_to_an_address(as_):
    for _, view, _, _ in [*palette.PAGES, *palette.ACTIONS]:
        assert reverse(view)
    places = re.search(r"const places = \{(.*?)\};", KEYS.read_text(), re.DOTALL)[1]
    targets = re.findall(r'"(/[^"]*)"', places)
    assert len(targets) == 10
    for target in targets:
        assert resolve(target)


def test_every_single_key_is_on_the_sheet(as_, cast):
    sheet = as_("viewer").get(reverse("accounts.preferences")).content.decode()
    for key in re.findall(r'event\.key === "(.)"', KEYS.read_text()):
        assert f"<kbd>{key}</kbd>" in sheet, key
