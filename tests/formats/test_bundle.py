"""The package format: one spelling, everything checked, each refusal names its entry."""

import io
import json
import random
import zipfile

import jsonschema
import pytest

from bench.fuzz_bundles import ATTACKS, attack, files_of, sealed
from mythos.errors import Invalid, PackageUnreadable
from mythos.formats.bundle import read_bundle, write_bundle
from mythos.formats.bundle.archive import pack, unpack
from mythos.formats.bundle.canonical import dump_json, load_json
from mythos.formats.bundle.checker import KINDS, checker, schema
from mythos.formats.bundle.reader import FOLDERS
from mythos.formats.bundle.versions import Version, read_version, takes
from tests.formats.bundles import OTHER, about, contents, package


def test_the_same_contents_give_the_same_bytes() -> None:
    assert package() == package()
    assert package(private=OTHER) != package()


def test_what_was_written_is_read_back() -> None:
    found = read_bundle(package())
    given = contents()
    assert list(found.prompts()) == given.prompts
    assert [row.fingerprint for row in found.contracts()] == [row.fingerprint for row in given.contracts]
    assert next(found.codices()).clauses[0].text_of(2) == "Do not refund without approval."
    assert next(found.rituals()).results[0]["rate"] == 1.0
    assert found.signature is not None
    assert found.signature.signer == "Ines"
    assert found.about.dependencies[0].version == "^1.0.0"


def test_any_zip_tool_opens_a_package() -> None:
    with zipfile.ZipFile(io.BytesIO(package())) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "manifest.json"
        assert archive.namelist()[-1] == "signature.json"


def test_a_package_without_a_signature_is_read_and_says_so() -> None:
    assert read_bundle(package(private=None)).signature is None


def test_a_package_from_before_metadata_and_outcomes_is_read() -> None:
    files = files_of(package())
    for name, content in files.items():
        row = json.loads(content)
        row.pop("metadata", None)
        for result in row.get("results", ()):
            for later in ("outcomes", "judge", "graders", "repeats"):
                del result[later]
        files[name] = dump_json(row)
    found = read_bundle(sealed(files))
    assert [row.metadata for row in found.prompts()] == [{}, {}]
    assert "outcomes" not in next(found.rituals()).results[0]


def test_every_entry_keeps_to_the_published_schemas() -> None:
    files = unpack(package())
    for name, content in files.items():
        kind = FOLDERS.get(name.partition("/")[0]) or name.removesuffix(".json")
        jsonschema.Draft202012Validator(schema(kind)).validate(json.loads(bytes(content)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_compiled_schema_says_what_the_published_one_says(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    validator, check = jsonschema.Draft202012Validator(schema(kind)), checker(kind)
    files = unpack(package())
    name = next(n for n in files if (FOLDERS.get(n.partition("/")[0]) or n.removesuffix(".json")) == kind)
    chance = random.Random(kind)
    seen = set()
    for _ in range(300):
        value = json.loads(bytes(files[name]))
        spoil(value, chance)
        ours = not check(value, kind)
        seen.add(ours)
        assert ours == validator.is_valid(value), value
    assert seen == {True, False}


def spoil(value: object, chance: random.Random) -> None:
    """Change one place somewhere in a document."""
    places = []

    def walk(node: object) -> None:
        for key, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
            places.append((node, key))
            if isinstance(inner, dict | list) and inner:
                walk(inner)

    walk(value)
    node, key = chance.choice(places)
    if isinstance(node, dict) and chance.random() < 0.2:
        del node[key]
        return
    node[key] = chance.choice(["", "x", "A b", "1.0.0", -1, 0, 2, 1.5, True, None, [], {}, ["x"], "a" * 300, "0" * 64])


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_is_refused_and_names_its_entry(name: str) -> None:
    base, chance = package(), random.Random(name)
    for _ in range(20):
        with pytest.raises(PackageUnreadable) as caught:
            read_bundle(ATTACKS[name](base, chance))
        assert caught.value.data["problems"][0]["path"]


def zipped(**entries: str) -> bytes:
    """An archive as any other program makes it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("_", "."), text)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "said", "advice"),
    [
        (b"", "The file is empty.", "ends in .mythos"),
        (b"# A prompt", "This is another kind of file, not a package of MythOS.", "ends in .mythos"),
        (zipped(), "It holds nothing.", "ends in .mythos"),
        (zipped(readme_txt="Hi"), "something other than MythOS made this archive", "nor packed again"),
        (zipped(manifest_json="{}"), "another program packed it", "nor packed again"),
        (package()[:-3], "The end is missing: the file did not arrive whole.", "Ask the sender"),
        (package() + b"x", "Something was added after the end.", "Ask the sender"),
    ],
)
def test_a_file_that_is_refused_is_told_what_it_is_and_what_to_do(data: bytes, said: str, advice: str) -> None:
    with pytest.raises(PackageUnreadable) as caught:
        read_bundle(data)
    assert said in caught.value.message
    assert advice in caught.value.hint


def test_two_thousand_hostile_packages() -> None:
    base = package()
    for seed in range(2000):
        name, data = attack(base, seed)
        with pytest.raises(PackageUnreadable):
            read_bundle(data)
        assert name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"a":1,"a":2}', "twice"),
        (b"[NaN]", "not a number"),
        (b"[1e999]", "too large"),
        (b"[12345678901234567890]", "too large"),
        (b"[" * 50 + b"]" * 50, "deep"),
        (b"[1, 2]", "canonical"),
        (b'["\\u0041"]', "canonical"),
        (b'["\\ud800"]', "UTF-8"),
        (b'["\\u0000"]', "NUL"),
        (b"\xff", "UTF-8"),
        (b"{", "not JSON"),
    ],
)
def test_json_has_one_spelling(text: bytes, said: str) -> None:
    with pytest.raises(PackageUnreadable, match=said):
        load_json(text, "x.json")


def test_json_keeps_floats_and_characters() -> None:
    value = {"b": 1.0, "a": [1, "é\n\u2028", None, True, 1e-7]}
    assert load_json(dump_json(value), "x") == value
    assert dump_json(1.0) == b"1.0"


def test_a_package_that_lacks_what_it_names_is_not_made() -> None:
    given = contents()
    given.codices.clear()
    with pytest.raises(PackageUnreadable, match="no_refund v2 is not there"):
        write_bundle(about(), given)


def test_names_that_lead_out_are_not_written() -> None:
    for name in ("../x", "/x", "a//b", "A.json", "c:x", "a\\b", ""):
        with pytest.raises(PackageUnreadable):
            pack({name: b""})


def test_versions() -> None:
    assert str(read_version("1.2.3").after("major")) == "2.0.0"
    assert str(read_version("0.2.3").after("major")) == "0.3.0"
    assert str(read_version("1.2.3").after("minor")) == "1.3.0"
    assert str(read_version("1.2.3").after("patch")) == "1.2.4"
    assert str(read_version("1.2.3-rc.1").after("patch")) == "1.2.3"
    ordered = ["0.9.0", "1.0.0-alpha", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0", "1.0.1", "1.10.0"]
    shuffled = random.Random(3).sample(ordered, len(ordered))
    assert sorted(shuffled, key=read_version) == ordered
    assert takes("^1.2.0", "1.9.0")
    assert not takes("^1.2.0", "2.0.0")
    assert not takes("^0.2.0", "0.3.0")
    assert takes("1.2.0", "1.2.0")
    assert Version(1, 0, 0) < Version(1, 0, 1)
    with pytest.raises(Invalid):
        read_version("1.2")
