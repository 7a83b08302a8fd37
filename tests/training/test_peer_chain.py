"""gepa as the engine of a chain: chosen by one field, refused with what to install, told as ordinary steps."""

from __future__ import annotations

import importlib.util

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Invalid
from mythos.training import peer
from mythos.training.engine import gepa_peer
from mythos.training.models import PromptMutationRing, TrainingCall
from mythos.training.replaying import replay_chain
from mythos.training.services import execute_chain, reopen_chain
from tests.training.test_durable import Counting, _die

pytestmark = pytest.mark.django_db
needs_gepa = pytest.mark.skipif(importlib.util.find_spec("gepa") is None, reason="gepa is an extra, not installed")


def test_an_engine_nobody_knows_is_refused(begin) -> None:
    with pytest.raises(Invalid) as caught:
        begin(engine="other")
    assert caught.value.fields["engine"] == "mythos or gepa."


def test_without_it_the_chain_says_what_to_install(begin, monkeypatch) -> None:
    def missing() -> None:
        raise gepa_peer.PeerMissing("The gepa engine is optional: install it.")

    monkeypatch.setattr(gepa_peer, "load", missing)
    assert peer.why_not() == "The gepa engine is optional: install it."
    with pytest.raises(Invalid) as caught:
        begin(engine="gepa")
    assert "install it" in caught.value.fields["engine"]


def test_a_worker_without_it_fails_the_chain_with_the_reason(begin, monkeypatch) -> None:
    monkeypatch.setattr(peer, "why_not", lambda: "")

    def missing() -> None:
        raise gepa_peer.PeerMissing("The gepa engine is optional: install it.")

    chain = begin(engine="gepa")
    monkeypatch.setattr(gepa_peer, "load", missing)
    ended = execute_chain(actor=SYSTEM, chain_id=chain.pk)
    assert (ended.state, ended.note) == ("failed", "The gepa engine is optional: install it.")


@needs_gepa
def test_it_searches_under_the_same_gate_budget_and_journal(begin, world) -> None:
    chain = execute_chain(actor=SYSTEM, chain_id=begin(engine="gepa", calls=160, steps=None).pk)
    assert chain.state == "done", chain.note
    assert chain.calls <= 160
    assert chain.score > chain.score_before
    assert chain.result["held_out"]["verdict"] == "better"
    assert chain.training_steps.filter(is_done=True).count() >= 2
    assert PromptMutationRing.objects.filter(chain=chain, kept=True).exists()
    assert not TrainingCall.objects.filter(chain=chain, state="begun").exists()
    with pytest.raises(Invalid, match="reopened"):
        reopen_chain(actor=world.editor, chain_id=chain.pk, step=0)
    with pytest.raises(Invalid, match="gepa"):
        replay_chain(chain)


@needs_gepa
def test_a_cut_chain_of_its_begins_again_without_paying_again(begin, offer) -> None:
    provider = Counting()
    offer("scripted", provider)
    chains = [begin(engine="gepa", calls=160, steps=None) for _ in range(2)]
    whole = execute_chain(actor=SYSTEM, chain_id=chains[0].pk)
    asked, provider.calls = provider.calls, 0
    provider.fuse, provider.blow = 20, _die
    with pytest.raises(KeyboardInterrupt):
        execute_chain(actor=SYSTEM, chain_id=chains[1].pk)
    provider.blow = None
    again = execute_chain(actor=SYSTEM, chain_id=chains[1].pk)
    assert again.result["texts"] == whole.result["texts"]
    assert provider.calls == asked
