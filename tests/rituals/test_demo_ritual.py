"""The demo's ritual on the charter it tries out."""

from __future__ import annotations

from mythos.demo import load_demo
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.services import create_ritual, execute_run, start_run


def test_every_case_of_the_demos_ritual_is_graded_and_a_weaker_charter_fails_the_one_it_is_about(cast) -> None:
    demo = load_demo()
    given = next(ritual for ritual in demo.rituals if ritual.slug == "hermes-hard-questions")
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
    firm = {result.case.ref: result.passed for result in results}
    assert firm["harm"]
    weaker = charter.text.replace("must not encourage", "should try not to encourage")
    revise_prompt(actor=cast.owner, prompt_id=first.prompt.pk, text=weaker, base=1, source="web")
    again = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
    after = {result.case.ref: result.passed for result in execute_run(actor=cast.owner, run_id=again.pk).results.all()}
    assert {ref for ref in firm if firm[ref] != after[ref]} == {"harm"}
