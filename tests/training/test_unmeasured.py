"""A chain that cannot measure anything is refused before it starts, or fails with the cause; it is never done."""

from __future__ import annotations

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Invalid, NotConfigured
from mythos.providers.base import failed
from mythos.providers.scripted import Scripted
from mythos.training.models import TrainingCall
from mythos.training.queries import past_curves, results_to_seal
from mythos.training.reporting import spent_of
from mythos.training.services import execute_chain, resume_chain

pytestmark = pytest.mark.django_db


class Down(Scripted):
    """A rule follower whose calls all fail while `error` is set, and whose price nobody knows."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def price(self, model: str):
        return None

    def chat(self, messages, options):
        if self.error is not None:
            raise self.error
        return super().chat(messages, options)


def _missing() -> NotConfigured:
    return NotConfigured("There is no key.", hint="Set THE_KEY.")


@pytest.mark.parametrize("field", ["provider", "reflector", "judge"])
def test_a_provider_that_is_not_set_up_is_refused_before_the_start(begin, offer, field) -> None:
    class Unready(Scripted):
        def require_ready(self) -> None:
            raise _missing()

    offer("unready", Unready())
    with pytest.raises(Invalid) as caught:
        begin(**{field: "unready"})
    assert caught.value.fields == {field: "There is no key. Set THE_KEY."}


def test_a_key_that_is_gone_when_it_runs_fails_the_chain_with_what_to_set(begin, offer) -> None:
    offer("scripted", Down(_missing()))
    ended = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    assert (ended.state, ended.note, ended.score) == ("failed", "There is no key. Set THE_KEY.", None)


def test_nothing_measured_is_failed_and_tried_again_when_it_goes_on(begin, offer, world) -> None:
    provider = Down(failed("refused", "The key is wrong."))
    offer("scripted", provider)
    ended = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    assert (ended.state, ended.note) == ("failed", "Nothing could be measured. refused: The key is wrong.")
    assert (ended.score, ended.current_step) == (None, 0)
    assert TrainingCall.objects.filter(chain=ended, state="failed").exists()
    provider.error = None
    resume_chain(actor=world.editor, chain_id=ended.pk)
    done = execute_chain(actor=SYSTEM, chain_id=ended.pk)
    assert (done.state, done.score_before, done.score) == ("done", 0.0, 1.0)
    assert not TrainingCall.objects.filter(chain=done, state="failed").exists()


def test_one_that_failed_waits_for_no_seal_and_bends_no_later_chart(begin, offer, world) -> None:
    provider = Down(failed("refused", "The key is wrong."))
    offer("scripted", provider)
    execute_chain(actor=SYSTEM, chain_id=begin().pk)
    provider.error = None
    good = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    assert [chain.pk for chain in results_to_seal(world.reviewer, world.swarm)] == [good.pk]
    assert past_curves(good) == []
    good.result = good.result | {"adopted": {}, "saved": 0}
    good.save()
    assert not results_to_seal(world.reviewer, world.swarm).exists()


def test_what_it_cost_is_not_known_where_the_price_is_not(begin, offer, trained) -> None:
    assert spent_of(trained) == 0.0
    offer("scripted", Down())
    assert spent_of(trained) is None
