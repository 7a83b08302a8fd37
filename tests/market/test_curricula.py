"""Bundles and curricula: composed, aligned with a codex, exported, copied."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from mythos.errors import Denied, Invalid, NotFound
from mythos.formats.curriculum import digest, salt_of, seal, verify_document
from mythos.market.documents import case_document, sealed_cases
from mythos.market.models import CurriculumPart, PromptCurriculumVault, RitualTagBundle
from mythos.market.queries.curricula import get_curriculum, parts_of
from mythos.market.services.bundles import create_bundle, delete_bundle, update_bundle
from mythos.market.services.composing import Part, create_curriculum, delete_curriculum, update_curriculum
from mythos.market.services.copying import copy_curriculum
from mythos.market.services.exporting import export_curriculum, reveal_cases
from mythos.packages.services import revoke_key
from mythos.rituals.queries import get_ritual
from mythos.rituals.services import create_ritual, save_case

from .conftest import _case


def test_a_bundle_names_the_clauses_its_rituals_are_about(bundle) -> None:
    assert bundle.codex_clauses == [{"codex": "house", "ref": "care"}, {"codex": "house", "ref": "ticket"}]
    assert bundle.adoption_metric == 0.0
    assert [ritual.slug for ritual in bundle.rituals.order_by("slug")] == ["medical", "tickets"]


def test_a_changed_bundle_follows_its_rituals_or_the_clauses_that_are_given(seller, bundle) -> None:
    less = update_bundle(actor=seller.editor, bundle_id=bundle.pk, rituals=["medical"])
    assert less.codex_clauses == [{"codex": "house", "ref": "care"}]
    given = [{"codex": "house", "ref": "brief"}]
    assert update_bundle(actor=seller.editor, bundle_id=bundle.pk, codex_clauses=given).codex_clauses == given


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"slug": "Firm"}, "slug"),
        ({"slug": "firm"}, "slug"),
        ({"tag_name": " "}, "tag_name"),
        ({"rituals": ["nothing"]}, "rituals"),
        ({"rituals": []}, "rituals"),
        ({"codex_clauses": [{"codex": "house", "ref": "gone"}]}, "codex_clauses"),
    ],
)
def test_a_bundle_that_is_wrong_says_where(seller, bundle, given, field) -> None:
    with pytest.raises(Invalid) as error:
        create_bundle(
            **{
                "actor": seller.owner,
                "swarm": seller.swarm,
                "slug": "calm",
                "tag_name": "calm",
                "rituals": ["medical"],
            }
            | given
        )
    assert field in error.value.data["fields"]
    assert RitualTagBundle.objects.count() == 1


def test_a_viewer_makes_nothing_and_a_stranger_sees_nothing(seller, curriculum, bundle) -> None:
    with pytest.raises(Denied):
        update_bundle(actor=seller.viewer, bundle_id=bundle.pk, tag_name="soft")
    with pytest.raises(NotFound):
        get_curriculum(seller.stranger, curriculum.pk)
    with pytest.raises(NotFound):
        delete_bundle(actor=seller.stranger, bundle_id=bundle.pk)


def test_parts_stand_in_order_with_what_comes_before(curriculum) -> None:
    first, second = parts_of(curriculum)
    assert (first.ritual.slug, first.pass_mark, first.bundle.slug) == ("tickets", 0.9, "firm")
    assert [before.position for before in second.prerequisites.all()] == [1]
    assert [tag.slug for tag in curriculum.ritual_tags.all()] == ["firm"]


def test_alignment_says_which_clause_each_ritual_probes_and_how_much_of_the_codex(curriculum) -> None:
    found = curriculum.codex_alignment
    assert found["rituals"] == {"medical": ["care"], "tickets": ["ticket"]}
    (codex,) = found["codices"]
    assert (codex["clauses"], codex["probed"], codex["coverage"]) == (3, ["care", "ticket"], pytest.approx(2 / 3))
    assert (codex["blocking"], codex["blocking_probed"], codex["blocking_missing"]) == (2, 1, ["brief"])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], "1 to"),
        ([Part("nothing")], "no ritual"),
        ([Part("tickets"), Part("tickets")], "twice"),
        ([Part("tickets", 0.0)], "pass mark"),
        ([Part("tickets", 1.5)], "pass mark"),
        ([Part("tickets", 0.5, (1,))], "earlier part"),
        ([Part("tickets", 0.5, (), "gone")], "no bundle"),
    ],
)
def test_parts_that_cannot_stand_are_refused(seller, parts, said) -> None:
    with pytest.raises(Invalid) as error:
        create_curriculum(
            actor=seller.owner, swarm=seller.swarm, slug="bad", title="Bad", curator="hermes", parts=parts
        )
    assert said in error.value.data["fields"]["parts"]
    assert not PromptCurriculumVault.objects.exists()


def test_parts_change_places_and_keep_their_rows(seller, curriculum) -> None:
    before = {part.ritual.slug: part.pk for part in parts_of(curriculum)}
    update_curriculum(
        actor=seller.editor, curriculum_id=curriculum.pk, parts=[Part("medical", 1.0), Part("tickets", 0.8, (1,))]
    )
    after = parts_of(curriculum)
    assert [part.ritual.slug for part in after] == ["medical", "tickets"]
    assert {part.ritual.slug: part.pk for part in after} == before


def test_the_database_refuses_a_pass_mark_that_is_no_share(curriculum) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CurriculumPart.objects.filter(curriculum=curriculum).update(pass_mark=1.2)


def test_an_export_is_signed_canonical_and_holds_no_sealed_case(exported, seller) -> None:
    document = exported.exported_json
    assert (exported.version, exported.sha256) == ("1.0.0", digest(document))
    assert verify_document("curriculum", document, exported.signature) == exported.signature["fingerprint"]
    text = json.dumps(document)
    assert "secret ninth question" not in text
    assert "held_out" not in text
    tickets = next(row for row in document["rituals"] if row["slug"] == "tickets")
    assert (len(tickets["cases"]), tickets["sealed"]["count"]) == (2, 2)
    assert "secret" not in tickets["sealed"]


def test_the_published_hashes_are_those_of_the_sealed_cases(exported) -> None:
    part = parts_of(exported)[0]
    hashes = {seal(salt_of(part.sealed["secret"], doc), doc) for doc in map(case_document, sealed_cases(part))}
    assert hashes == set(exported.exported_json["rituals"][0]["sealed"]["hashes"])


def test_nothing_new_goes_out_again_words_are_a_patch_cases_a_minor(exported, seller) -> None:
    again = export_curriculum(actor=seller.owner, curriculum_id=exported.pk)
    assert (again.version, again.sha256) == ("1.0.0", exported.sha256)
    update_curriculum(actor=seller.owner, curriculum_id=exported.pk, description="Other words.")
    assert export_curriculum(actor=seller.owner, curriculum_id=exported.pk).version == "1.0.1"
    ritual = get_ritual(seller.owner, "medical", seller.swarm)
    save_case(actor=seller.owner, ritual_id=ritual.pk, case=_case("m2", "Which pill?", "doctor"), base=ritual.version)
    assert export_curriculum(actor=seller.owner, curriculum_id=exported.pk).version == "1.1.0"
    update_curriculum(actor=seller.owner, curriculum_id=exported.pk, description="More.")
    with pytest.raises(Invalid, match="cannot be made"):
        export_curriculum(actor=seller.owner, curriculum_id=exported.pk, version="1.0.5")


def test_without_a_key_nothing_goes_out(curriculum, seller) -> None:
    revoke_key(actor=seller.owner, swarm=seller.swarm, fingerprint="Olympus")
    with pytest.raises(Invalid, match="no key"):
        export_curriculum(actor=seller.owner, curriculum_id=curriculum.pk)


def test_what_went_out_is_not_deleted(exported, seller) -> None:
    with pytest.raises(Invalid, match="exported"):
        delete_curriculum(actor=seller.owner, curriculum_id=exported.pk)


@pytest.mark.both_databases
def test_a_copy_has_the_practice_its_origin_and_only_hashes_of_the_rest(copy, exported, cast) -> None:
    assert (copy.swarm, copy.lineage, copy.cloned_from_id) == (cast.other_swarm, exported.lineage, exported.pk)
    assert copy.origin["swarm"] == {"slug": "olympus", "name": "Olympus"}
    first, second = parts_of(copy)
    assert (first.ritual.cases.count(), sealed_cases(first)) == (2, [])
    assert (first.sealed["count"], "secret" in first.sealed) == (2, False)
    assert [before.position for before in second.prerequisites.all()] == [1]
    assert first.bundle.lineage == parts_of(exported)[0].bundle.lineage


def test_a_copy_beside_rituals_of_the_same_name_leaves_them_alone(exported, cast) -> None:
    own = create_ritual(actor=cast.stranger, swarm=cast.other_swarm, slug="tickets", cases=[_case("x", "Hi", "hello")])
    made = copy_curriculum(actor=cast.stranger, swarm=cast.other_swarm, source=exported)
    assert [part.ritual.slug for part in parts_of(made)] == ["tickets-2", "medical"]
    assert own.cases.count() == 1


def test_copying_again_brings_the_same_copy_up_to_date(copy, exported, seller) -> None:
    ids = [part.pk for part in parts_of(copy)]
    ritual = get_ritual(seller.owner, "medical", seller.swarm)
    save_case(actor=seller.owner, ritual_id=ritual.pk, case=_case("m2", "Which pill?", "doctor"), base=ritual.version)
    newer = export_curriculum(actor=seller.owner, curriculum_id=exported.pk)
    again = copy_curriculum(actor=seller.stranger, swarm=copy.swarm, source=newer)
    assert (again.pk, again.version) == (copy.pk, "1.1.0")
    assert [part.pk for part in parts_of(again)] == ids
    assert parts_of(again)[1].ritual.cases.filter(retired_version=None).count() == 2


def test_a_copy_is_never_laid_over_the_original(exported, seller) -> None:
    with pytest.raises(Invalid, match="own"):
        copy_curriculum(actor=seller.owner, swarm=seller.swarm, source=exported)


def test_revealed_cases_prove_themselves_against_what_was_published(exported, seller) -> None:
    document, signature = reveal_cases(actor=seller.owner, curriculum_id=exported.pk)
    verify_document("reveal", document, signature)
    shown = document["rituals"][0]["cases"]
    published = exported.exported_json["rituals"][0]["sealed"]["hashes"]
    assert sorted(seal(row["salt"], row["case"]) for row in shown) == published
    assert any(row["case"]["input"] == "The secret ninth question" for row in shown)
