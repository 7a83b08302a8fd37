"""Curriculum documents: checked by the published schemas, sealed, signed."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from mythos.errors import PackageUnreadable
from mythos.formats.bundle.checker import checker, schema
from mythos.formats.bundle.signing import new_key
from mythos.formats.curriculum import check, pack, salt_of, seal, sign_document, unpack, verify_document

CASE = {
    "ref": "c1",
    "split": "validation",
    "weight": 1.0,
    "input": "Refund me",
    "variables": {},
    "messages": [],
    "expectations": [{"id": "e1", "type": "contains", "value": "ticket", "weight": 1.0}],
    "threshold": None,
    "extra": {},
}


def curriculum(**changes: Any) -> dict[str, Any]:
    """A small document that is in order."""
    ritual = {"slug": "refunds", "title": "Refunds", "type": "refusal", "description": "", "tags": [], "template": []}
    return {
        "format": "mythos-curriculum",
        "format_version": 1,
        "name": "firmness",
        "title": "Refund Firmness",
        "description": "",
        "version": "1.0.0",
        "license": "CC-BY-4.0",
        "lineage": "a" * 32,
        "swarm": {"slug": "olympus", "name": "Olympus"},
        "curator": {"slug": "hermes", "name": "Hermes"},
        "bundles": [],
        "rituals": [ritual | {"cases": [CASE], "sealed": {"count": 1, "hashes": ["b" * 64]}}],
        "parts": [{"position": 1, "ritual": "refunds", "bundle": "", "pass_mark": 0.8, "prerequisites": []}],
        "clauses": [],
        "alignment": {},
    } | changes


def test_a_sound_document_passes_our_checker_and_json_schema() -> None:
    check("curriculum", curriculum())
    jsonschema.Draft202012Validator(schema("curriculum")).validate(curriculum())


@pytest.mark.parametrize("kind", ["curriculum", "reveal", "certificate", "market"])
def test_every_published_schema_is_one_and_compiles(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    assert checker(kind)({}, kind) != ""
    assert json.loads(files("mythos.formats.bundle").joinpath("schemas", f"{kind}.schema.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"format_version": 2}, "format_version"),
        ({"name": "../firmness"}, "name"),
        ({"parts": []}, "parts"),
        ({"parts": [curriculum()["parts"][0] | {"pass_mark": 1.2}]}, "pass_mark"),
        ({"rituals": [curriculum()["rituals"][0] | {"cases": [CASE | {"split": "held_out"}]}]}, "split"),
        ({"password": "x"}, "password"),
    ],
)
def test_what_the_schema_does_not_allow_is_refused_with_its_place(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(PackageUnreadable, match=place):
        check("curriculum", curriculum(**changes))
    assert not jsonschema.Draft202012Validator(schema("curriculum")).is_valid(curriculum(**changes))


def test_a_file_comes_back_as_it_went_and_names_its_key() -> None:
    private, _ = new_key()
    signature = sign_document(private, "Olympus", curriculum())
    document, found = unpack("curriculum", pack(curriculum(), signature))
    assert document == curriculum()
    assert verify_document("curriculum", document, found) == signature["fingerprint"]


def test_one_changed_word_breaks_the_signature() -> None:
    private, _ = new_key()
    signature = sign_document(private, "Olympus", curriculum())
    with pytest.raises(PackageUnreadable, match="signature"):
        unpack("curriculum", pack(curriculum(title="Refund Softness"), signature))


def test_a_sealed_case_can_be_proved_and_not_guessed_from_another() -> None:
    secret, other = "1" * 64, CASE | {"ref": "c2"}
    salt = salt_of(secret, CASE)
    assert seal(salt, CASE) == seal(salt_of(secret, CASE), CASE)
    assert salt_of(secret, other) != salt
    assert seal(salt, other) != seal(salt, CASE)
