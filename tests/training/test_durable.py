"""Killed, fenced off, cut off from the provider: nothing that was paid for is lost, and the end is the same."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.providers.base import Price, failed
from mythos.providers.scripted import Scripted
from mythos.training.models import SwarmTrainingChain, TrainingCall, TrainingStep
from mythos.training.services import cancel_chain, execute_chain
from mythos.work.models import Job
from mythos.work.services import LostLease

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


class Counting(Scripted):
    """The rule follower with a count of its answers, and a fuse: after so many it does something else."""

    def __init__(self, fuse: int = 10**9, blow=None) -> None:
        self.calls, self.fuse, self.blow = 0, fuse, blow
        self.lock = threading.Lock()

    def chat(self, messages, options):
        with self.lock:
            if self.calls >= self.fuse and self.blow is not None:
                self.blow()
            self.calls += 1
        return super().chat(messages, options)


def _unreachable() -> None:
    raise failed("unreachable", "Nobody answers at the other end.")


def _story(chain: SwarmTrainingChain) -> tuple:
    steps = [
        (s.number, s.score, s.report["best"], s.report["front"], s.report["children"])
        for s in TrainingStep.objects.filter(chain=chain)
    ]
    held_out = chain.result["held_out"]
    return steps, chain.result["texts"], held_out


def test_a_chain_that_was_killed_ends_as_if_it_had_not_been(begin, offer) -> None:
    provider = Counting()
    offer("scripted", provider)
    fuses = (5, 30, 55)
    chains = [begin() for _ in (0, *fuses)]
    whole = execute_chain(actor=SYSTEM, chain_id=chains[0].pk)
    asked = provider.calls
    for chain, fuse in zip(chains[1:], fuses, strict=True):
        provider.calls, provider.fuse, provider.blow = 0, fuse, _die
        with pytest.raises(KeyboardInterrupt):
            execute_chain(actor=SYSTEM, chain_id=chain.pk)
        provider.blow = None
        again = execute_chain(actor=SYSTEM, chain_id=chain.pk)
        assert again.state == "done", again.note
        assert _story(again) == _story(whole)
        assert provider.calls == asked  # nothing that was answered is asked again


def _die() -> None:
    raise KeyboardInterrupt


def test_whoever_lost_the_lease_writes_nothing_more(begin, offer) -> None:
    chain = begin()
    with pytest.raises(LostLease):
        execute_chain(actor=SYSTEM, chain_id=chain.pk, hold=lambda: False)
    SwarmTrainingChain.objects.filter(pk=chain.pk).update(state="running")
    assert execute_chain(actor=SYSTEM, chain_id=chain.pk).state == "done"


def test_a_provider_that_is_away_pauses_the_chain_which_goes_on_by_itself(begin, offer) -> None:
    provider = Counting(20, _unreachable)
    offer("scripted", provider)
    chain = begin()
    waiting = execute_chain(actor=SYSTEM, chain_id=chain.pk)
    assert (waiting.state, waiting.note) == ("outage", "Nobody answers at the other end.")
    assert not TrainingCall.objects.filter(chain=chain, state="failed").exists()
    assert Job.objects.filter(kind="training.chain", key=str(chain.pk), state="pending").count() == 1
    kept = TrainingCall.objects.filter(chain=chain, state="done", kind="evaluation").count()
    provider.blow, provider.calls = None, 0
    done = execute_chain(actor=SYSTEM, chain_id=chain.pk)
    assert done.state == "done"
    asked = TrainingCall.objects.filter(chain=chain, kind__in=["evaluation", "held_out"]).count()
    assert provider.calls == asked - kept


def test_one_failing_case_does_not_end_a_chain(begin, offer) -> None:
    class Refusing(Scripted):
        def chat(self, messages, options):
            if "voucher" in messages[-1].content:
                raise failed("refused", "The other side refuses this request.")
            return super().chat(messages, options)

    offer("scripted", Refusing())
    chain = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    assert chain.state == "done"
    lost = TrainingCall.objects.filter(chain=chain, state="failed", kind="evaluation")
    assert lost.exists()
    assert all("refused" in call.value["error"] for call in lost)
    assert chain.result["held_out"]["lost"] == 2
    assert chain.training_steps.get(number=0).report["failures"]


def test_a_cancelled_chain_keeps_what_came_back(begin, offer, world) -> None:
    chain = begin()
    from mythos.training import journal

    provider = Counting()
    offer("scripted", provider)
    looked = []

    def hold() -> bool:
        if not looked:
            looked.append(1)
            cancel_chain(actor=world.editor, chain_id=chain.pk)
        return True

    assert journal.LOOK_AROUND_SECONDS < 1
    ended = execute_chain(actor=SYSTEM, chain_id=chain.pk, hold=hold)
    assert ended.state == "cancelled"
    back = TrainingCall.objects.filter(chain=chain, state="done").exclude(kind="gate")
    assert provider.calls == back.exclude(kind="reflection").count()
    assert not TrainingCall.objects.filter(chain=chain, state="begun").exists()


class Priced(Scripted):
    """The rule follower with a price, which also takes its time."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def price(self, model):
        return Price(1000.0, 1000.0)

    def chat(self, messages, options):
        time.sleep(self.seconds)
        reply = super().chat(messages, options)
        return replace(reply, cost=self.price("").of(reply.tokens_in, reply.tokens_out))


def test_limits_of_tokens_money_and_time_end_the_search_and_leave_the_last_look(begin, offer) -> None:
    offer("scripted", Priced())
    free = execute_chain(actor=SYSTEM, chain_id=begin().pk)
    free.refresh_from_db()
    held_out = TrainingCall.objects.filter(chain=free, kind="held_out")
    searched = free.tokens - sum(call.tokens for call in held_out)
    at_once = 4 * max(call.tokens for call in TrainingCall.objects.filter(chain=free))
    for name, most in (("tokens", searched // 2), ("money", free.spent * searched / free.tokens / 2)):
        chain = execute_chain(actor=SYSTEM, chain_id=begin(**{name: most}).pk)
        assert chain.state == "done", chain.note
        assert "budget" in chain.stopped_by
        found = TrainingCall.objects.filter(chain=chain, kind__in=["evaluation", "reflection"])
        used = sum(call.tokens if name == "tokens" else call.cost for call in found)
        assert used <= most + (at_once if name == "tokens" else at_once / 1000)
        assert chain.result["held_out"]["n"] == 12
    offer("scripted", Priced(seconds=0.02))
    chain = execute_chain(actor=SYSTEM, chain_id=begin(seconds=0.05).pk)
    assert chain.state == "done"
    assert "0.05 seconds" in chain.stopped_by
    assert chain.current_step <= 1
