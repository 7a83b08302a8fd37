"""Installing: verified, planned, all or nothing, idempotent; your own rules and changes are never overwritten."""

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.codex.models import CodexClause, CodexContract, CodexRole
from mythos.codex.services import create_clause, create_codex
from mythos.errors import Denied, Invalid, PackageUnreadable, Stale
from mythos.formats.bundle import read_bundle
from mythos.packages.lock import refuse_other, write_lock
from mythos.packages.models import InstalledPackage, TrustedSigner
from mythos.packages.planning import plan_install
from mythos.packages.reruns import claims_beside
from mythos.packages.services import (
    create_key,
    create_package,
    export_package,
    install_package,
    revoke_key,
    trust_signer,
    uninstall_package,
    update_package,
)
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.rituals.models import Ritual, RitualCase

from .conftest import DESK, RULE

FRIENDLY = "Say a friendly hello.\n\n{{> team/tone@latest}}"
pytestmark = pytest.mark.both_databases


@pytest.fixture
def data(world, package, key):
    return bytes(export_package(actor=world.owner, package_id=package.pk, key=key).archive)


def save(swarm, slug, text):
    prompt = get_prompt(SYSTEM, slug, swarm)
    revise_prompt(actor=SYSTEM, prompt_id=prompt.pk, text=text, base=prompt.current.version, source="web")


def export(world, package, key):
    return bytes(export_package(actor=world.owner, package_id=package.pk, key=key).archive)


def everything():
    return [model.objects.count() for model in (Prompt, PromptCheckpoint, CodexClause, CodexRole, CodexContract, Ritual,
                                                RitualCase, InstalledPackage, TrustedSigner)]  # fmt: skip


def test_a_round_trip_into_an_empty_swarm_is_identical(data, empty, world):
    done = install_package(actor=SYSTEM, swarm=empty, data=data)
    assert done.is_changed
    there = create_package(
        actor=SYSTEM,
        swarm=empty,
        slug="refund-desk",
        name="Refund desk",
        prompts=[get_prompt(SYSTEM, slug, empty) for slug in ("desk", "desk-short", "hello")],
        license="Apache-2.0",
        authors=["Ines"],
    )
    again = read_bundle(bytes(export_package(actor=SYSTEM, package_id=there.pk).archive))
    first = read_bundle(data)
    assert list(again.prompts()) == list(first.prompts())
    assert get_prompt(SYSTEM, "hello", empty).metadata == get_prompt(SYSTEM, "hello", world.swarm).metadata != {}
    assert list(again.codices()) == list(first.codices())
    assert list(again.roles()) == list(first.roles())
    assert list(again.rituals()) == list(first.rituals())
    for ours, theirs in zip(again.contracts(), first.contracts(), strict=True):
        assert ours.fingerprint == theirs.fingerprint
        assert ours.states == theirs.states
    fork = get_prompt(SYSTEM, "desk-short", empty)
    assert fork.parent.slug == "desk"


def test_twice_changes_nothing(data, empty):
    install_package(actor=SYSTEM, swarm=empty, data=data)
    before = everything()
    again = install_package(actor=SYSTEM, swarm=empty, data=data)
    assert not again.is_changed
    assert set(again.plan.counts) == {"same"}
    assert everything() == before


def test_what_came_keeps_its_provenance_and_its_claims(data, empty, key):
    install_package(actor=SYSTEM, swarm=empty, data=data, source="https://example.org/refund-desk.mythos")
    row = InstalledPackage.objects.get()
    assert (row.version, row.fingerprint, row.signer_name) == ("1.0.0", key.fingerprint, "Olympus")
    assert row.claims["contracts"]["desk"]["state"] == row.claims["contracts"]["desk"]["state_here"] == "kept"
    assert row.claims["rituals"]["refunds"]["results"] == []
    assert claims_beside(SYSTEM, row)[0].ritual.slug == "refunds"
    assert TrustedSigner.objects.get(swarm=empty).how == "first_use"
    lock = write_lock(SYSTEM, empty)
    assert row.sha256 in lock
    refuse_other(lock, read_bundle(data))
    with pytest.raises(Invalid, match="pins refund-desk"):
        refuse_other(lock.replace(row.sha256, "0" * 64), read_bundle(data))


def test_a_clash_with_the_own_codex_is_shown_and_waits_for_an_answer(data, empty):
    codex = create_codex(actor=SYSTEM, swarm=empty, slug="house")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="x", text="Promise every refund without approval.")
    before = everything()
    plan = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(data)).plan
    (clash,) = plan.open_rows
    assert (clash.key, clash.action, clash.mine) == (
        "clause:house/no_refund",
        "clash",
        "Promise every refund without approval.",
    )
    with pytest.raises(Invalid) as caught:
        install_package(actor=SYSTEM, swarm=empty, data=data)
    assert caught.value.data["open"][0]["key"] == "clause:house/no_refund"
    assert everything() == before

    install_package(actor=SYSTEM, swarm=empty, data=data, decisions={clash.key: "own"})
    contract = CodexContract.objects.get(prompt__swarm=empty)
    assert contract.clauses.get().clause.text == "Promise every refund without approval."
    assert InstalledPackage.objects.get().claims["contracts"]["desk"]["state_here"] == contract.state != "kept"


def test_a_contract_can_be_left_out(data, empty):
    codex = create_codex(actor=SYSTEM, swarm=empty, slug="house")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="x", text="Promise every refund without approval.")
    done = install_package(actor=SYSTEM, swarm=empty, data=data, decisions={"clause:house/no_refund": "skip"})
    assert done.plan.counts["left out"] == 1
    assert not CodexContract.objects.filter(prompt__swarm=empty).exists()


def test_the_same_rule_under_another_number_is_no_clash(data, empty):
    codex = create_codex(actor=SYSTEM, swarm=empty, slug="house")
    create_clause(actor=SYSTEM, codex=codex, ref="no_refund", title="x", text=RULE)
    done = install_package(actor=SYSTEM, swarm=empty, data=data)
    assert done.plan.is_ready
    assert CodexContract.objects.get(prompt__swarm=empty).state == "kept"


def test_an_update_brings_what_changed(world, package, key, data, empty):
    install_package(actor=SYSTEM, swarm=empty, data=data)
    save(world.swarm, "hello", FRIENDLY)
    done = install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key))
    assert done.installed.version == "1.0.1"
    assert done.plan.counts["changed"] == 1
    assert get_prompt(SYSTEM, "hello", empty).current.text == FRIENDLY
    assert len(done.installed.history) == 2


def test_an_update_merges_what_both_sides_changed(world, package, key, data, empty):
    install_package(actor=SYSTEM, swarm=empty, data=data)
    save(empty, "desk", DESK.replace("You answer", "You kindly answer"))
    save(world.swarm, "desk", DESK + "\n\nStay calm.")
    done = install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key))
    text = get_prompt(SYSTEM, "desk", empty).current.text
    assert "kindly" in text
    assert text.endswith("Stay calm.")
    assert done.plan.counts["merged"] == 1
    assert not install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key)).is_changed


@pytest.mark.parametrize(("answer", "begins"), [("mine", "You gladly"), ("theirs", "You swiftly")])
def test_a_conflict_waits_for_an_answer(world, package, key, data, empty, answer, begins):
    install_package(actor=SYSTEM, swarm=empty, data=data)
    save(empty, "desk", DESK.replace("You answer", "You gladly answer"))
    save(world.swarm, "desk", DESK.replace("You answer", "You swiftly answer"))
    newer = export(world, package, key)
    with pytest.raises(Invalid, match="prompt:desk"):
        install_package(actor=SYSTEM, swarm=empty, data=newer)
    install_package(actor=SYSTEM, swarm=empty, data=newer, decisions={"prompt:desk": answer})
    assert get_prompt(SYSTEM, "desk", empty).current.text.startswith(begins)


def test_a_prompt_that_was_here_is_not_overwritten(data, empty):
    create_prompt(actor=SYSTEM, swarm=empty, slug="hello", text="Mine.")
    plan = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(data)).plan
    assert [row.key for row in plan.open_rows] == ["prompt:hello"]
    install_package(actor=SYSTEM, swarm=empty, data=data, decisions={"prompt:hello": "mine"})
    assert get_prompt(SYSTEM, "hello", empty).current.text == "Mine."


def test_another_signer_needs_an_explicit_act(world, package, data, empty):
    install_package(actor=SYSTEM, swarm=empty, data=data)
    save(world.swarm, "hello", "Say hi.")
    other = create_key(actor=world.owner, swarm=world.swarm, name="Other")
    newer = export(world, package, other)
    with pytest.raises(Invalid, match="The signer changed"):
        install_package(actor=SYSTEM, swarm=empty, data=newer)
    with pytest.raises(Invalid, match="The signer changed"):
        install_package(actor=SYSTEM, swarm=empty, data=newer, accept_signer="f" * 64)
    done = install_package(actor=SYSTEM, swarm=empty, data=newer, accept_signer=other.fingerprint)
    assert done.installed.fingerprint == other.fingerprint


def test_a_revoked_signer_is_refused_until_trusted_again(data, empty, key):
    trust_signer(actor=SYSTEM, swarm=empty, fingerprint=key.fingerprint, name="Olympus")
    revoke_key(actor=SYSTEM, swarm=empty, fingerprint=key.fingerprint)
    with pytest.raises(Invalid, match="revoked"):
        install_package(actor=SYSTEM, swarm=empty, data=data, accept_signer=key.fingerprint)
    trust_signer(actor=SYSTEM, swarm=empty, fingerprint=key.fingerprint)
    assert install_package(actor=SYSTEM, swarm=empty, data=data).is_changed


def test_unsigned_packages_have_to_be_allowed(world, package, empty):
    bare = bytes(export_package(actor=world.owner, package_id=package.pk).archive)
    with pytest.raises(Invalid, match="Nobody signed"):
        install_package(actor=SYSTEM, swarm=empty, data=bare)
    assert install_package(actor=SYSTEM, swarm=empty, data=bare, allow_unsigned=True).is_changed


def test_older_versions_and_altered_ones_are_refused(world, package, key, data, empty):
    save(world.swarm, "hello", "Say hi.")
    install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key))
    with pytest.raises(Invalid, match=r"older 1\.0\.0"):
        install_package(actor=SYSTEM, swarm=empty, data=data)


def test_dependencies_have_to_be_there(world, package, key, empty):
    update_package(actor=world.owner, package_id=package.pk, dependencies=[{"name": "base-tone", "version": "^1.0.0"}])
    with pytest.raises(Invalid, match="needs base-tone"):
        install_package(actor=SYSTEM, swarm=empty, data=export(world, package, key))


def test_a_failure_half_way_writes_nothing(data, empty, monkeypatch):
    before = everything()

    def fails(*args, **kwargs):
        raise RuntimeError("the power went")

    monkeypatch.setattr("mythos.packages.services.installing.install_rituals", fails)
    with pytest.raises(RuntimeError):
        install_package(actor=SYSTEM, swarm=empty, data=data)
    assert everything() == before


def test_a_plan_that_is_old_is_refused(data, empty):
    plan = plan_install(actor=SYSTEM, swarm=empty, bundle=read_bundle(data)).plan
    create_prompt(actor=SYSTEM, swarm=empty, slug="hello", text="Mine.")
    with pytest.raises(Stale):
        install_package(actor=SYSTEM, swarm=empty, data=data, expected_plan=plan.digest)


def test_an_altered_package_is_refused_before_anything_is_looked_at(data, empty):
    with pytest.raises(PackageUnreadable):
        install_package(actor=SYSTEM, swarm=empty, data=data.replace(b"Never promise", b"Often promise", 1))


def test_viewers_install_nothing(data, world):
    with pytest.raises(Denied):
        install_package(actor=world.viewer, swarm=world.swarm, data=data)


def test_uninstalling_takes_back_what_nobody_changed(data, empty):
    install_package(actor=SYSTEM, swarm=empty, data=data)
    save(empty, "hello", "Changed here.")
    done = uninstall_package(actor=SYSTEM, swarm=empty, slug="refund-desk")
    assert set(done.trashed) == {"desk", "desk-short", "team/tone"}
    assert done.kept == (("hello", "It was changed here."),)
    assert done.left["rituals"] == ["refunds"]
    assert not InstalledPackage.objects.exists()
