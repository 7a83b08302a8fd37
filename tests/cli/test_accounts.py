"""Swarms, people and tokens from the server's own terminal."""

from __future__ import annotations

import pytest

from mythos.accounts.models import User
from mythos.accounts.queries import get_user
from mythos.accounts.services import authenticate_token, reset_password
from mythos.errors import Denied
from tests.cli.conftest import as_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def mythos(cast, told, tmp_path, settings, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.delenv("MYTHOS_PASSWORD", raising=False)

    return told


def test_a_second_swarm_is_made_and_listed(mythos, cast):
    made = as_json(mythos, "swarm", "create", "support", "--name", "Support", "--owner", "INES@example.org")
    assert (made["slug"], made["name"]) == ("support", "Support")
    assert [row["slug"] for row in as_json(mythos, "swarm", "list")] == ["olympus", "hades", "support"]
    assert as_json(mythos, "user", "list", "--swarm", "support")[0]["role"] == "owner"
    assert cast.owner.swarms.filter(slug="support").exists()
    for slug, owner, field in (
        ("support", "", "slug"),
        ("no good", "", "slug"),
        ("new", "nobody@example.org", "email"),
    ):
        code, said = mythos("swarm", "create", slug, "--owner", owner)
        assert (code, field in said) == (2, True), said
    assert mythos("swarm", "list")[1].count("\n") == 3


def test_a_lost_password_is_replaced(mythos, cast, monkeypatch):
    password = as_json(mythos, "user", "password", "ines@example.org")["password"]
    assert User.objects.get(pk=cast.owner.pk).check_password(password)
    monkeypatch.setenv("MYTHOS_PASSWORD", "123")
    code, said = mythos("user", "password", "ines@example.org")
    assert (code, "password" in said) == (2, True)
    assert User.objects.get(pk=cast.owner.pk).check_password(password)
    assert mythos("user", "password", "nobody@example.org")[0] == 2
    with pytest.raises(Denied):
        reset_password(actor=cast.owner, user=cast.viewer, password="another pass phrase 8")  # noqa: S106
    with pytest.raises(Denied):
        get_user(cast.owner, "ines@example.org")


def test_people_are_listed_with_their_roles(mythos, cast):
    cast.viewer.is_active = False
    cast.viewer.save()
    rows = {row["email"]: row["role"] for row in as_json(mythos, "user", "list", "--swarm", "olympus")}
    assert rows[cast.owner.email] == "owner"
    assert cast.stranger.email not in rows
    assert f"{cast.viewer.email}  viewer, switched off" in mythos("user", "list", "--swarm", "olympus")[1]


def test_tokens_are_listed_without_secrets_and_revoked(mythos):
    secret = as_json(mythos, "token", "create", "--name", "reader", "--swarm", "olympus")["token"]
    (row,) = as_json(mythos, "token", "list", "--swarm", "olympus")
    assert (row["name"], row["state"], secret.startswith(row["prefix"])) == ("reader", "live", True)
    assert secret not in mythos("token", "list", "--swarm", "olympus")[1]
    assert as_json(mythos, "token", "list", "--swarm", "hades") == []
    assert mythos("token", "revoke", row["id"]) == (0, "reader is revoked.\n")
    assert authenticate_token(secret) is None
    assert "revoked" in mythos("token", "list", "--swarm", "olympus")[1]
    assert mythos("token", "revoke", 999)[0] == 2
