"""Who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mythos.accounts.models import ApiToken
from mythos.accounts.permissions import LEAST_ROLE, may
from mythos.accounts.services import authenticate_token, create_token, create_user
from mythos.errors import Denied, Invalid


def test_each_role_may_do_what_those_before_it_may(cast):
    order = [cast.viewer, cast.editor, cast.reviewer, cast.owner]
    for verb in LEAST_ROLE:
        allowed = [may(person, verb, cast.swarm) for person in order]
        assert allowed == sorted(allowed), verb
        assert not may(cast.stranger, verb, cast.swarm)


def test_only_the_hash_of_a_token_is_kept(cast):
    issued = create_token(actor=cast.owner, swarm=cast.swarm, name="x", role="viewer")
    assert issued.secret not in str(ApiToken.objects.values().get())
    assert authenticate_token(issued.secret) == issued.token_row
    assert authenticate_token("mth_other") is None


@pytest.mark.parametrize("name", [" ", "x" * 101])
def test_a_token_has_a_name_of_a_hundred_characters_at_most(cast, name):
    with pytest.raises(Invalid) as caught:
        create_token(actor=cast.owner, swarm=cast.swarm, name=name, role="viewer")
    assert "name" in caught.value.fields


def test_a_token_never_exceeds_the_person_who_made_it(cast):
    issued = create_token(actor=cast.owner, swarm=cast.swarm, name="x", role="owner")
    cast.swarm.memberships.filter(user=cast.owner).update(role="viewer")
    token = authenticate_token(issued.secret)
    assert may(token, "swarm.view", cast.swarm)
    assert not may(token, "prompts.revise", cast.swarm)


def test_an_expired_token_opens_nothing(cast):
    issued = create_token(actor=cast.owner, swarm=cast.swarm, name="x", role="viewer")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert authenticate_token(issued.secret) is None


def test_only_owners_make_tokens_and_people(cast):
    with pytest.raises(Denied):
        create_token(actor=cast.reviewer, swarm=cast.swarm, name="x", role="viewer")
    with pytest.raises(Denied):
        create_user(actor=cast.owner, email="n@example.org", name="N", password="a long pass phrase 7")


def test_every_problem_of_an_account_is_said_at_its_field(cast):
    with pytest.raises(Invalid) as caught:
        create_user(actor=cast.owner, swarm=cast.swarm, email="nobody", name="", password="123", role="viewer")
    assert set(caught.value.fields) == {"email", "password"}
