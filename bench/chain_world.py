"""A swarm to train in, for the benches of chains: assistants whose rituals ask for words their prompts do not have."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.assistants.services import create_assistant
from mythos.formats.rituals.document import CaseRecord
from mythos.prompts.services import create_prompt
from mythos.providers.base import Limits, Message, Options, Price, Reply, request_hash
from mythos.providers.scripted import Scripted
from mythos.rituals.services import create_ritual
from mythos.training.models import SwarmTrainingChain, TrainingStep

PRICE = Price(1.0, 1.0)
FIRST, LAST = ("red", "tall", "warm", "soft", "old", "new"), ("oak", "sea", "key", "bell")
WORDS = [first + last for first in FIRST for last in LAST]


class Paid(Scripted):
    """Writes each call down before it answers, then takes its time."""

    name = "paid"

    def __init__(self, ledger: Path | None, latency: float, concurrency: int) -> None:
        self.ledger, self.latency, self.limits = ledger, latency, Limits(concurrency)

    def price(self, model: str) -> Price | None:
        return PRICE

    def chat(self, messages: list[Message], options: Options) -> Reply:
        if self.ledger is not None:
            handle = os.open(self.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(handle, (request_hash(messages, options) + "\n").encode())
            os.close(handle)
        time.sleep(self.latency)
        reply = super().chat(messages, options)
        cost = PRICE.of(reply.tokens_in, reply.tokens_out)
        return Reply(reply.text, reply.tokens_in, reply.tokens_out, cost, 10.0, reply.model)


def calls(ledger: Path) -> Counter[str]:
    """How often each request was made."""
    return Counter(ledger.read_text().split()) if ledger.exists() else Counter()


def make_assistant(swarm: Swarm, slug: str, cases: int, words: int = len(WORDS)) -> None:
    """An assistant with one prompt, and a ritual of so many cases a split; each case asks for two of the words."""
    assistant = create_assistant(actor=SYSTEM, swarm=swarm, slug=slug, name=slug.title())
    prompt = create_prompt(
        actor=SYSTEM, swarm=swarm, slug=f"{slug}/desk", text="You answer at a desk.\n", assistant=assistant
    ).prompt
    records = [
        CaseRecord(
            f"{split}-{n}",
            f"{slug} {split} number {n}?",
            expectations=[{"type": "icontains", "value": WORDS[(n * step) % words]} for step in (1, 5)],
            split=split,
        )
        for split in ("train", "validation", "held_out")
        for n in range(1, cases + 1)
    ]
    create_ritual(actor=SYSTEM, swarm=swarm, slug=f"{slug}-desk", prompt=prompt, cases=records)


def story(chain: SwarmTrainingChain) -> str:
    """Everything a chain found, without its times."""
    steps = [
        [step.number, step.score, step.report["best"], step.report["front"], step.report["children"]]
        for step in TrainingStep.objects.filter(chain=chain, is_done=True).order_by("number")
    ]
    return json.dumps([steps, chain.result["texts"], chain.result["held_out"]], sort_keys=True)
