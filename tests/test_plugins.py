"""Extensions: built-ins first, then other packages; a broken one never stops the start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mythos import plugins
from mythos.errors import Invalid, NotConfigured, NotFound
from mythos.text.detectors import DETECTORS
from mythos.text.detectors.base import AlignedPair
from tests.text.test_detectors import PAIRS, check_contract

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tests" / "plugin_package"
PAGE = ROOT / "docs" / "reference" / "plugins.md"


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(PACKAGE))
    plugins.use_outside(True)
    yield
    plugins.use_outside(False)
    for name in [name for name in sys.modules if name.startswith("acme_mythos")]:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def nothing_from_outside() -> Iterator[None]:
    plugins.use_outside(False)
    yield
    plugins.use_outside(True)


def test_built_ins_are_found_by_name() -> None:
    assert plugins.names("detector") == tuple(DETECTORS)
    assert plugins.find("detector", "negation") is DETECTORS["negation"]


@pytest.mark.usefixtures("acme")
def test_a_name_from_outside_carries_its_package() -> None:
    assert plugins.names("detector") == (*DETECTORS, "acme/broken", "acme/politeness")
    (finding,) = plugins.find("detector", "acme/politeness")(AlignedPair("Please log it.", "Log it."))
    assert finding.title == "Less polite"


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_detector_from_outside_keeps_the_contract(old: str, new: str) -> None:
    check_contract(plugins.find("detector", "acme/politeness"), AlignedPair(old, new), old, new)


@pytest.mark.usefixtures("acme")
def test_a_broken_one_is_reported_and_refused_only_when_asked_for() -> None:
    (failure,) = plugins.failures()
    assert (failure.kind, failure.name, failure.package) == ("detector", "acme/broken", "acme")
    assert "newer host" in failure.reason
    with pytest.raises(NotConfigured, match="newer host") as caught:
        plugins.find("detector", "acme/broken")
    assert "acme" in caught.value.hint


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NotFound) as caught:
        plugins.find("detector", "nope")
    assert "negation" in caught.value.hint


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Invalid):
        plugins.names("colour")


def test_the_reference_lists_every_kind_and_built_in_detector() -> None:
    page = PAGE.read_text("utf-8")
    for kind in plugins.TABLES:
        assert f"mythos.{kind}s" in page
    for name in DETECTORS:
        assert f"| `{name}` |" in page


def test_the_detector_of_the_how_to_is_the_one_in_the_plugin_package() -> None:
    how_to = (ROOT / "docs" / "how-to" / "add-a-detector.md").read_text("utf-8")
    assert (PACKAGE / "acme_mythos" / "politeness.py").read_text("utf-8") in how_to
