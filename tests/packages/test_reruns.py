"""What a sender claims beside what the same rituals give here: compared, or said why there is nothing to compare."""

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Denied, Invalid, NotFound
from mythos.formats.bundle import read_bundle
from mythos.formats.rituals import CaseRecord
from mythos.packages.models import InstalledPackage
from mythos.packages.reruns import claims_beside
from mythos.packages.services import create_package, export_package, install_package, rerun_rituals
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.models import Ritual, RitualResult, RitualRun
from mythos.rituals.services import create_ritual, set_cases, start_run
from mythos.work.services import run_due

pytestmark = pytest.mark.both_databases
CASES = [
    CaseRecord(ref=f"c{n:02}", input=f"Where is parcel {n}?", expectations=[{"type": "icontains", "value": "parcel"}])
    for n in range(12)
]


@pytest.fixture
def home(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="Always mention the parcel.")
    create_ritual(actor=cast.owner, swarm=cast.swarm, slug="parcels", prompt=made.prompt, cases=CASES)
    return cast


def run_at(swarm, **options):
    started = start_run(
        actor=SYSTEM, ritual_id=Ritual.objects.get(swarm=swarm, slug="parcels").pk, provider="scripted", **options
    )
    run_due()
    started.refresh_from_db()
    return started


def sent(home, empty):
    """The package, exported at home and installed elsewhere."""
    package = create_package(
        actor=home.owner,
        swarm=home.swarm,
        slug="parcel-desk",
        license="MIT",
        prompts=[get_prompt(home.owner, "desk", home.swarm)],
    )
    data = bytes(export_package(actor=home.owner, package_id=package.pk).archive)
    install_package(actor=SYSTEM, swarm=empty, data=data, allow_unsigned=True)
    return data


def beside(empty):
    (row,) = claims_beside(SYSTEM, InstalledPackage.objects.get(swarm=empty))
    return row


def rerun(empty, **options):
    runs = rerun_rituals(actor=SYSTEM, swarm=empty, slug="parcel-desk", provider="scripted", **options)
    run_due()
    return runs


def test_claims_go_along_case_by_case(home, empty):
    run = run_at(home.swarm)
    (entry,) = read_bundle(sent(home, empty)).rituals()
    (claim,) = entry.results
    assert [row["ref"] for row in claim["outcomes"]] == [case.ref for case in CASES]
    assert sum(row["passed"] for row in claim["outcomes"]) == claim["passed"] == run.summary["passed"]
    assert (claim["repeats"], claim["judge"], claim["graders"]) == (1, "", run.graders)


def test_the_same_model_gives_the_same_by_pairs(home, empty):
    run_at(home.swarm)
    sent(home, empty)
    assert beside(empty).why == "It has not been run here with these cases."
    assert beside(empty).verdict == "not measured"
    (run,) = rerun_rituals(actor=SYSTEM, swarm=empty, slug="parcel-desk", provider="scripted")
    assert beside(empty).why == "The run is under way: 0 of 12."
    assert rerun_rituals(actor=SYSTEM, swarm=empty, slug="parcel-desk", provider="scripted") == [run]
    run_due()
    row = beside(empty)
    assert (row.result.n, row.result.difference, row.differs, row.left_out) == (12, 0.0, (), 0)
    assert row.result.test == "exact McNemar"
    assert row.theirs == row.mine
    assert row.is_simulated


def test_a_worse_text_here_is_found_out(home, empty):
    run_at(home.swarm)
    sent(home, empty)
    run = rerun(empty)[0]
    RitualResult.objects.filter(run=run).update(passed=False)
    RitualRun.objects.filter(pk=run.pk).update(
        summary=run.summary | {"passed": 0, "not_passed": 12}, model="another", text_sha256="0" * 64
    )
    row = beside(empty)
    assert (row.verdict, row.result.worsened) == ("worse", row.theirs.passed)
    assert row.differs == ("prompt", "model")
    assert (row.mine.rate, row.mine.low) == (0.0, 0.0)


def test_nothing_measured_is_never_shown_as_good(home, empty):
    run_at(home.swarm)
    sent(home, empty)
    run = rerun(empty)[0]
    RitualResult.objects.filter(run=run).update(passed=None)
    RitualRun.objects.filter(pk=run.pk).update(summary={"passed": 0, "not_passed": 0, "unmeasured": 12})
    row = beside(empty)
    assert (row.verdict, row.why, row.mine.rate) == ("not measured", "Nothing could be measured here.", None)
    RitualRun.objects.filter(pk=run.pk).update(state="stopped", note="The budget is spent.")
    assert beside(empty).why.startswith("The newest run has no result: stopped by the budget.")
    assert beside(empty).mine is None


def test_without_single_outcomes_two_samples_are_compared(home, empty):
    run_at(home.swarm)
    sent(home, empty)
    rerun(empty)
    installed = InstalledPackage.objects.get(swarm=empty)
    (claim,) = installed.claims["rituals"]["parcels"]["results"]
    del claim["outcomes"]
    installed.save()
    assert beside(empty).result.test == "exact Fisher"
    assert beside(empty).result.n == (12, 12)


def test_other_cases_and_missing_claims_are_not_compared(home, empty):
    run_at(home.swarm)
    sent(home, empty)
    ritual = Ritual.objects.get(swarm=empty, slug="parcels")
    set_cases(actor=SYSTEM, ritual_id=ritual.pk, cases=CASES[:5])
    rerun(empty)
    assert beside(empty).why == "Your ritual has other cases than the claim speaks of."
    installed = InstalledPackage.objects.get(swarm=empty)
    installed.claims["rituals"]["parcels"]["results"] = []
    installed.save()
    assert beside(empty).why == "The sender claims no result."
    assert beside(empty).mine.measured == 5
    ritual.runs.all().delete()
    ritual.delete()
    assert beside(empty).why == "The ritual is not here any more."
    with pytest.raises(Invalid, match="has no rituals with cases here"):
        rerun(empty)


def test_a_claim_about_another_text_says_so(home, empty):
    run_at(home.swarm)
    prompt = get_prompt(home.owner, "desk", home.swarm)
    revise_prompt(actor=home.owner, prompt_id=prompt.pk, text="Mention the parcel.", base=1, source="web")
    sent(home, empty)
    rerun(empty)
    assert beside(empty).differs == ("prompt",)


def test_who_may_run_it(home, empty):
    run_at(home.swarm)
    data = sent(home, empty)
    with pytest.raises(NotFound):
        rerun_rituals(actor=home.owner, swarm=empty, slug="parcel-desk", provider="scripted")
    install_package(actor=SYSTEM, swarm=home.other_swarm, data=data, allow_unsigned=True)
    assert rerun_rituals(actor=home.stranger, swarm=home.other_swarm, slug="parcel-desk", provider="scripted")
    install_package(actor=SYSTEM, swarm=home.swarm, data=data, allow_unsigned=True)
    with pytest.raises(Denied):
        rerun_rituals(actor=home.viewer, swarm=home.swarm, slug="parcel-desk", provider="scripted")
