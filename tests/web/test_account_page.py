"""One's own name and password on the preferences page."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

OLD, NEW = "an old pass phrase 7", "a newer pass phrase 8"


@pytest.fixture
def person(cast):
    cache.clear()
    cast.viewer.set_password(OLD)
    cast.viewer.save()
    return cast.viewer


def signed_in(person, password=OLD):
    client = Client()
    client.post(reverse("sign-in"), {"email": person.email, "password": password})
    return client


def change(client, current=OLD, password=NEW, repeated=None):
    given = {"current": current, "password": password, "repeated": password if repeated is None else repeated}
    return client.post(reverse("accounts.password"), given)


def is_in(client):
    return client.get(reverse("home")).status_code == 200


def test_a_person_changes_the_own_name(person):
    client = signed_in(person)
    assert client.post(reverse("accounts.rename"), {"name": " Ada "}).status_code == 302
    person.refresh_from_db()
    assert person.name == "Ada"
    assert 'value="Ada"' in client.get(reverse("accounts.preferences")).content.decode()
    for name in ("  ", "x" * 151):
        refused = client.post(reverse("accounts.rename"), {"name": name})
        assert refused.status_code == 422
        assert "Between 1 and 150 characters." in refused.content.decode()
    person.refresh_from_db()
    assert person.name == "Ada"


def test_a_person_changes_the_own_password_and_only_this_session_goes_on(person):
    here, elsewhere = signed_in(person), signed_in(person)
    assert change(here).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert not is_in(signed_in(person))
    assert is_in(signed_in(person, NEW))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"current": "something else"}, "This is not your password."),
        ({"password": "short"}, "This password is too short."),
        ({"password": "123456789012"}, "entirely numeric"),
        ({"password": OLD}, "This is the password you have."),
        ({"repeated": "a newer pass phrase 9"}, "It is not the same as the one above."),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_beside_its_field(person, given, told):
    client = signed_in(person)
    refused = change(client, **given)
    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert NEW not in refused.content.decode()
    assert is_in(signed_in(person))


def test_guessing_the_current_password_is_stopped(person):
    client = signed_in(person)
    for _ in range(10):
        change(client, current="guess")
    assert "Too many attempts." in change(client).content.decode()
    assert is_in(signed_in(person))
