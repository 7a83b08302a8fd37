"""The demo's ritual on the charter it tries out."""

from __future__ import annotations

from mythos.demo import load_demo
from mythos.prompts.services import create_prompt
from mythos.rituals.services import create_ritual, execute_run, start_run


def test_every_case_of_the_demos_ritual_is_graded(cast) -> None:
    demo = load_demo()
    [given] = demo.rituals
    charter = next(charter for charter in demo.charters if charter.slug == given.prompt)
    first = create_prompt(actor=cast.owner, swarm=cast.swarm, slug=charter.slug, text=charter.text)
    ritual = create_ritual(
        actor=cast.owner, swarm=cast.swarm, slug=given.slug, type=given.type, prompt=first.prompt, cases=given.cases
    )
    run = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
    done = execute_run(actor=cast.owner, run_id=run.pk)
    results = list(done.results.all())
    assert len(results) == len(given.cases)
    assert all(result.score is not None for result in results)
    assert done.is_simulated
    named = {check["clause"] for case in given.cases for check in case.expectations if "clause" in check}
    assert named <= set(charter.clauses)
