"""The demo's draft: Hermes, with two blocks that disagree."""

from __future__ import annotations

from dataclasses import replace

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.cli.bootstrap import fill_demo
from mythos.demo import load_demo
from mythos.drafts.queries import compiled, newest_draft


def test_the_demo_holds_a_draft_that_only_its_planted_conflict_keeps_back(db):
    swarm = create_swarm(actor=SYSTEM, slug="demo", name="Demo")
    fill_demo(swarm, replace(load_demo(), prompts=(), labels=(), rituals=()), lambda _: None)
    draft = newest_draft(SYSTEM, swarm)
    found = compiled(draft)
    assert {part.block.section for part in found.parts} == {"identity", "duties", "guardrails", "style"}
    (clash,) = found.open_clashes
    assert {clash.one.prompt.slug, clash.other.prompt.slug} == {"hermes/reasons", "hermes/brief"}
    assert len(found.refusals) == 1
    assert draft.assistant.slug == "hermes"
