"""What both sides changed, resolved by a person: the text edited by hand, or their rule proposed to our codex."""

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.codex.models import CodexClause, CodexProposal
from mythos.codex.services import accept_proposal, create_clause, create_codex, measure_proposal
from mythos.errors import Invalid
from mythos.formats.bundle import read_bundle
from mythos.packages.models import InstalledPackage
from mythos.packages.plan import REST
from mythos.packages.planning import plan_install
from mythos.packages.services import export_package, install_package
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt, update_details

from .conftest import RULE

pytestmark = pytest.mark.both_databases
HELLO = "Say hello.\n\n{{> team/tone@latest}}"
OURS, THEIRS = HELLO.replace("hello.", "hi."), HELLO.replace("hello.", "good day.")
BOTH = HELLO.replace("hello.", "hi and good day.")
OPPOSITE = "Promise every refund without approval."
KEY = "prompt:hello"


def save(swarm, slug, text):
    prompt = get_prompt(SYSTEM, slug, swarm)
    revise_prompt(actor=SYSTEM, prompt_id=prompt.pk, text=text, base=prompt.current.version, source="web")


def export(world, package, key):
    return bytes(export_package(actor=world.owner, package_id=package.pk, key=key).archive)


def row_of(swarm, data, key=KEY, **given):
    plan = plan_install(actor=SYSTEM, swarm=swarm, bundle=read_bundle(data), **given).plan
    return next(row for row in plan.rows if row.key == key)


@pytest.fixture
def update(world, package, key, empty):
    """Installed; then both sides changed the same line."""
    install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key))
    save(empty, "hello", OURS)
    save(world.swarm, "hello", THEIRS)
    return export(world, package, key)


def test_a_conflict_shows_all_three_texts_and_chooses_nothing(update, empty):
    row = row_of(empty, update)
    assert (row.action, row.is_open, row.choices) == ("conflict", True, ("mine", "theirs", "edited"))
    assert (row.base, row.mine, row.theirs) == (HELLO, OURS, THEIRS)
    assert row.merged.splitlines()[:8] == [
        "<<<<<<< mine", "Say hi.", "||||||| base", "Say hello.", "=======", "Say good day.", ">>>>>>> theirs", "",
    ]  # fmt: skip


def test_marks_that_are_left_decide_nothing(update, empty):
    before = PromptCheckpoint.objects.count()
    marked = row_of(empty, update).merged
    for text, said in (
        (marked, "Line 1 still has a mark of the conflict: <<<<<<< mine"),
        (BOTH + "\n=======", "Line 4 still has a mark"),
        (" \n", "The text is empty."),
    ):
        given = {"decisions": {KEY: "edited"}, "texts": {KEY: text}}
        row = row_of(empty, update, **given)
        assert row.is_open
        assert row.wrong.startswith(said)
        with pytest.raises(Invalid, match="have to be decided first"):
            install_package(actor=SYSTEM, swarm=empty, data=update, **given)
    assert row_of(empty, update, decisions={KEY: "edited"}).wrong.startswith("Line 1")  # no text was given
    assert PromptCheckpoint.objects.count() == before


def test_an_edited_text_is_written_and_is_no_conflict_again(update, empty, world, package, key):
    given = {"decisions": {KEY: "edited"}, "texts": {KEY: BOTH}}
    plan = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(update), **given).plan
    other = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(update), decisions={KEY: "mine"}).plan
    assert plan.is_ready
    assert plan.digest != other.digest
    install_package(actor=SYSTEM, swarm=empty, data=update, expected_plan=plan.digest, **given)
    current = get_prompt(SYSTEM, "hello", empty).current
    assert (current.text, current.message) == (BOTH, "Merged by hand with refund-desk 1.0.1")
    assert not install_package(actor=SYSTEM, swarm=empty, data=update).is_changed
    save(world.swarm, "hello", THEIRS + "\n\nStay calm.")
    assert row_of(empty, export(world, package, key)).action == "merged"


def test_a_kept_text_is_not_asked_about_again(update, empty, world, package, key):
    install_package(actor=SYSTEM, swarm=empty, data=update, decisions={KEY: "mine"})
    assert get_prompt(SYSTEM, "hello", empty).current.text == OURS
    save(world.swarm, "team/tone", "Be friendly and brief.")
    assert row_of(empty, export(world, package, key)).action == "ahead"


def test_an_answer_for_all_that_is_none_decides_nothing(update, empty):
    for answer in ("edited", "propose", ""):
        assert row_of(empty, update, decisions={REST: answer}).is_open
    with pytest.raises(Invalid) as refused:
        row_of(empty, update, decisions={REST: "yes"})
    assert "not 'yes'" in refused.value.fields["decide"]


def test_two_prompts_of_one_name_are_merged_by_hand_only(world, package, key, empty):
    create_prompt(actor=SYSTEM, swarm=empty, slug="hello", text="Mine.\n\nBe kind.")
    data = export(world, package, key)
    row = row_of(empty, data)
    assert (row.base, row.is_open) == ("", True)
    assert row.merged.startswith("<<<<<<< mine\nMine.")
    install_package(actor=SYSTEM, swarm=empty, data=data, decisions={KEY: "edited"}, texts={KEY: "Both.\r\n"})
    assert get_prompt(SYSTEM, "hello", empty).current.text == "Both."


@pytest.fixture
def clash(world, package, key, empty):
    codex = create_codex(actor=SYSTEM, swarm=empty, slug="house")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="No refund", text=OPPOSITE)
    return export(world, package, key)


def test_one_answer_decides_all_that_have_none_of_their_own(clash, empty):
    create_prompt(actor=SYSTEM, swarm=empty, slug="hello", text="Mine.")
    plan = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(clash)).plan
    assert {row.key for row in plan.open_rows} == {KEY, "clause:house/no_refund"}
    assert plan.in_bulk == {"mine": 2, "theirs": 1}
    theirs = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(clash), decisions={REST: "theirs"}).plan
    assert [row.key for row in theirs.open_rows] == ["clause:house/no_refund"]  # nobody's rule is taken in bulk
    done = install_package(actor=SYSTEM, swarm=empty, data=clash, decisions={REST: "mine", KEY: "theirs"})
    chosen = {row.key: row.chosen for row in done.plan.rows if row.chosen}
    assert chosen == {KEY: "theirs", "clause:house/no_refund": "own"}
    assert get_prompt(SYSTEM, "hello", empty).current.text == HELLO


def test_their_rule_is_proposed_and_in_force_only_when_it_is_accepted(clash, empty):
    key = "clause:house/no_refund"
    assert row_of(empty, clash, key).choices == ("own", "propose", "skip")
    install_package(actor=SYSTEM, swarm=empty, data=clash, decisions={key: "propose"})
    proposal = CodexProposal.objects.get(codex__swarm=empty)
    assert (proposal.title, proposal.edits[0]["text"]) == ("As in refund-desk 1.0.0", RULE)
    assert InstalledPackage.objects.get().claims["proposals"] == {"house/no_refund": proposal.pk}
    clause = CodexClause.objects.get(codex__swarm=empty, ref="no_refund")
    assert clause.text == OPPOSITE
    assert get_prompt(SYSTEM, "desk", empty).contracts.get(status="in_force").state == "breached"
    measure_proposal(proposal_id=proposal.pk)
    accept_proposal(actor=SYSTEM, proposal_id=proposal.pk, reason="Theirs is better.")
    clause.refresh_from_db()
    assert clause.text == RULE
    assert row_of(empty, clash, key).action == "same"


def test_one_open_proposal_is_enough(clash, empty, world, package, key):
    given = {"decisions": {"clause:house/no_refund": "propose"}}
    install_package(actor=SYSTEM, swarm=empty, data=clash, **given)
    save(world.swarm, "hello", THEIRS)
    install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key), **given)
    assert CodexProposal.objects.count() == 1


def test_only_who_may_propose_is_offered_it(clash, world):
    codex = create_codex(actor=SYSTEM, swarm=world.other_swarm, slug="house")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="x", text=OPPOSITE)
    bundle = read_bundle(clash)
    plan = plan_install(actor=world.stranger, swarm=world.other_swarm, bundle=bundle).plan
    assert next(row for row in plan.rows if row.action == "clash").choices == ("own", "propose", "skip")
    world.stranger.memberships.update(role="viewer")
    plan = plan_install(actor=world.stranger, swarm=world.other_swarm, bundle=bundle).plan
    assert next(row for row in plan.rows if row.action == "clash").choices == ("own", "skip")


def test_what_describes_a_prompt_follows_where_nobody_changed_it(world, package, key, empty):
    install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key))
    theirs, mine = (get_prompt(SYSTEM, "hello", swarm) for swarm in (world.swarm, empty))
    update_details(actor=SYSTEM, prompt_id=mine.pk, title="My own title")
    update_details(actor=SYSTEM, prompt_id=theirs.pk, title="Their title", tags=["new"], metadata={"model": "large"})
    data = export(world, package, key)
    row = row_of(empty, data)
    assert (row.action, row.text) == ("changed", "Its tags, metadata changed.")
    install_package(actor=SYSTEM, swarm=empty, data=data)
    mine = get_prompt(SYSTEM, "hello", empty)
    assert (mine.title, mine.tags, mine.metadata) == ("My own title", ["new"], {"model": "large"})
    assert mine.current.version == 1
    assert row_of(empty, data).action == "same"
