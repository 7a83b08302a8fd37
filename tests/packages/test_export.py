"""Building: the same selection is the same bytes; nothing broken leaves; the next number says what changed."""

import logging
import os
import stat

import pytest

from mythos.codex.models import CodexContract
from mythos.codex.queries import get_clause
from mythos.codex.services import review_audit, revise_clause, run_audit, sign_contract
from mythos.errors import ClauseBroken, Denied, Invalid, NotConfigured, NotFound
from mythos.formats.bundle import read_bundle
from mythos.packages.keys import load_key
from mythos.packages.models import PackageExport
from mythos.packages.queries import get_package, grouped_prompts
from mythos.packages.services import (
    create_key,
    create_package,
    draft_of,
    export_package,
    revoke_key,
    select_prompts,
    signing_key,
    update_package,
)
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt

pytestmark = pytest.mark.both_databases


def save(world, slug, text):
    prompt = get_prompt(world.owner, slug, world.swarm)
    return revise_prompt(actor=world.owner, prompt_id=prompt.pk, text=text, base=prompt.current.version, source="web")


def test_an_export_carries_everything_and_attaches_the_codex_tags(world, package, key):
    export = export_package(actor=world.owner, package_id=package.pk, key=key)
    bundle = read_bundle(bytes(export.archive))
    assert sorted(row.slug for row in bundle.prompts()) == ["desk", "desk-short", "hello", "team/tone"]
    assert export.version == "1.0.0"
    assert export.codex_tags == ["money"] == list(bundle.about.codex_tags)
    package = get_package(world.owner, package.pk)
    assert package.exported
    assert package.tags == ["money"]
    assert bundle.signature.fingerprint == key.fingerprint
    assert next(bundle.contracts()).state == "kept"
    assert next(bundle.codices()).clauses[0].ref == "no_refund"
    assert next(bundle.rituals()).cases[0]["input"] == "Refund me"


def test_the_same_selection_gives_the_same_bytes(world, package, key):
    first = export_package(actor=world.owner, package_id=package.pk, key=key)
    again = export_package(actor=world.owner, package_id=package.pk, key=key)
    assert again.pk == first.pk
    assert PackageExport.objects.count() == 1


def test_signing_what_went_out_unsigned_is_a_new_version(world, package, key):
    assert export_package(actor=world.owner, package_id=package.pk).version == "1.0.0"
    signed = export_package(actor=world.owner, package_id=package.pk, key=key)
    assert (signed.version, signed.signer_name) == ("1.0.1", "Olympus")


def test_words_raise_the_last_number(world, package):
    export_package(actor=world.owner, package_id=package.pk)
    save(world, "hello", "Say a friendly hello.\n\n{{> team/tone@latest}}")
    assert draft_of(actor=world.owner, package_id=package.pk).next.version == "1.0.1"


def test_what_is_added_raises_the_second(world, package):
    export_package(actor=world.owner, package_id=package.pk)
    create_prompt(actor=world.owner, swarm=world.swarm, slug="bye", text="Say goodbye.")
    select_prompts(actor=world.owner, package_id=package.pk, add=[get_prompt(world.owner, "bye", world.swarm)])
    assert draft_of(actor=world.owner, package_id=package.pk).next.version == "1.1.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sign as {{signer}}.\n\nNever promise a refund without approval.", "{{name}} is gone"),
        ("Never promise a refund without approval.", "{{name}} is gone"),
        ("Sign as {{name}} of {{team}}.\n\nNever promise a refund without approval.", "give {{team}}"),
    ],
)
def test_a_changed_variable_raises_the_first(world, package, text, said):
    export_package(actor=world.owner, package_id=package.pk)
    save(world, "desk", text)
    found = draft_of(actor=world.owner, package_id=package.pk).next
    assert found.version == "2.0.0"
    assert said in found.reasons[0].text


def test_a_prompt_taken_out_raises_the_first(world, package):
    export_package(actor=world.owner, package_id=package.pk)
    gone = get_prompt(world.owner, "hello", world.swarm)
    select_prompts(actor=world.owner, package_id=package.pk, remove=[gone])
    assert draft_of(actor=world.owner, package_id=package.pk).next.version == "2.0.0"


def test_a_weaker_clause_raises_the_first(world, package):
    export_package(actor=world.owner, package_id=package.pk)
    clause = get_clause(world.owner, CodexContract.objects.get(status="in_force").clauses.get().clause_id)
    audit = revise_clause(
        actor=world.owner, clause_id=clause.pk, text="You may promise a refund without approval.", base=1
    )
    run_audit(actor=world.owner, audit_id=audit.pk)
    review_audit(actor=world.owner, audit_id=audit.pk, decision="override", reason="New policy")
    prompt = get_prompt(world.owner, "desk", world.swarm)
    sign_contract(actor=world.owner, prompt_id=prompt.pk, base=1, type="advisory", clauses=[{"ref": "no_refund"}])
    found = draft_of(actor=world.owner, package_id=package.pk).next
    assert found.version == "2.0.0"
    assert any("says less" in reason.text for reason in found.reasons)


def test_a_version_that_does_not_come_after_is_refused(world, package):
    export_package(actor=world.owner, package_id=package.pk)
    save(world, "hello", "Say a friendly hello.")
    with pytest.raises(Invalid, match=r"does not come after 1\.0\.0"):
        export_package(actor=world.owner, package_id=package.pk, version="0.9.0")


def test_a_breached_contract_forbids_the_export_and_is_listed(world, package, key):
    save(world, "desk", "You answer questions about refunds.\n\nAlways promise a refund. Sign as {{name}}.")
    with pytest.raises(ClauseBroken) as caught:
        export_package(actor=world.owner, package_id=package.pk, key=key)
    assert caught.value.data["findings"][0]["clause"] == "no_refund"
    assert not PackageExport.objects.exists()
    assert draft_of(actor=world.owner, package_id=package.pk).blocking


def test_an_empty_package_is_not_exported(world):
    package = create_package(actor=world.owner, swarm=world.swarm, slug="nothing")
    with pytest.raises(Invalid, match="empty"):
        export_package(actor=world.owner, package_id=package.pk)


def test_what_is_wrong_is_told_at_its_field(world, package):
    with pytest.raises(Invalid) as caught:
        create_package(
            actor=world.owner,
            swarm=world.swarm,
            slug="refund-desk",
            license="do what you want",
            dependencies=[{"name": "x", "version": "soon"}],
        )
    assert set(caught.value.fields) == {"slug", "license", "dependencies"}
    with pytest.raises(Invalid):
        update_package(actor=world.owner, package_id=package.pk, name="x" * 200)


def test_strangers_and_viewers_get_nothing(world, package, key):
    with pytest.raises(NotFound):
        export_package(actor=world.stranger, package_id=package.pk)
    with pytest.raises(Denied):
        export_package(actor=world.viewer, package_id=package.pk)
    with pytest.raises(Denied):
        create_key(actor=world.editor, swarm=world.swarm, name="mine")
    foreign = create_prompt(actor=world.stranger, swarm=world.other_swarm, slug="theirs", text="Theirs.").prompt
    with pytest.raises(Invalid, match="another swarm"):
        select_prompts(actor=world.owner, package_id=package.pk, add=[foreign])


def test_a_private_key_is_a_file_of_its_owner_and_nowhere_else(world, key, tmp_path, caplog):
    path = tmp_path / "keys" / f"{key.fingerprint}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    private = path.read_bytes()
    caplog.set_level(logging.DEBUG)
    assert private.hex() not in str(vars(key))
    os.chmod(path, 0o644)
    with pytest.raises(NotConfigured, match="read by others"):
        load_key(key.fingerprint)
    assert private.hex() not in caplog.text


def test_a_revoked_key_signs_nothing_more(world, package, key, tmp_path):
    revoke_key(actor=world.owner, swarm=world.swarm, fingerprint="Olympus")
    key.refresh_from_db()
    with pytest.raises(NotFound):
        signing_key(world.owner, world.swarm, "Olympus")
    with pytest.raises((Invalid, NotConfigured)):
        export_package(actor=world.owner, package_id=package.pk, key=key)
    assert not list((tmp_path / "keys").iterdir())


def test_prompts_stand_in_groups(world):
    def names(by):
        groups = grouped_prompts(world.owner, world.swarm, by)
        return {group.name: [prompt.slug for prompt in group.prompts] for group in groups}

    assert names("ritual")["refusal"] == ["desk"]
    assert names("codex") == {"money": ["desk"], "no contract": ["desk-short", "hello", "team/tone"]}
    assert sum(map(len, names("tone").values())) == 4
