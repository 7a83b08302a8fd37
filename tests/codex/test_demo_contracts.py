"""The demo's contracts on two real editions of a rule book."""

from __future__ import annotations

from dataclasses import replace

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.cli.bootstrap import fill_demo
from mythos.codex.models import ContractClause
from mythos.codex.queries import contract_card, pending_audits, state_counts
from mythos.codex.services import review_audit
from mythos.demo import load_demo
from mythos.prompts.queries import get_prompt
from mythos.work.services import run_due


def states():
    rows = ContractClause.objects.filter(is_live=True)
    return {
        (slug, ref): state for slug, ref, state in rows.values_list("contract__prompt__slug", "clause__ref", "state")
    }


def test_publishing_the_newer_edition_makes_stale_what_it_changed_and_nothing_else(
    db, django_capture_on_commit_callbacks
):
    swarm = create_swarm(actor=SYSTEM, slug="demo", name="Demo")
    with django_capture_on_commit_callbacks(execute=True):
        fill_demo(swarm, replace(load_demo(), prompts=(), labels=()), lambda _: None)
    run_due()
    before = states()
    assert before.pop(("hermes/charter", "uphold_fairness")) == "breached"
    assert before.pop(("hermes/charter", "do_not_encourage_self_harm")) == "untested", "its ritual has not run"
    assert set(before.values()) == {"kept"}

    changed = {audit.clause.ref for audit in pending_audits(SYSTEM, swarm)}
    for audit in pending_audits(SYSTEM, swarm):
        review_audit(actor=SYSTEM, audit_id=audit.pk, decision="override", reason="The newer edition")
    run_due()
    after = states()
    assert after.pop(("hermes/charter", "uphold_fairness")) == "breached"
    assert {key for key, state in after.items() if state == "stale"} == {key for key in after if key[1] in changed}
    assert {state for key, state in after.items() if key[1] not in changed} == {"kept"}
    assert state_counts(SYSTEM, swarm) == {"breached": 1, "stale": 2, "untested": 0, "waived": 0, "kept": 0}

    card = contract_card(SYSTEM, get_prompt(SYSTEM, "daedalus/charter", swarm))
    stale = next(binding for binding in card.bindings if binding.row.state == "stale")
    old, new = ("".join(getattr(span, side) for span in stale.diff) for side in ("old", "new"))
    versions = {audit.version: audit.new_version for audit in stale.clause.audits.all()}
    assert (old, new) == (versions[1], versions[2])
