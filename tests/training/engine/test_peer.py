"""gepa as a second engine over the same task."""

from __future__ import annotations

import importlib.util
from importlib import metadata

import pytest

from mythos.training.engine import gepa_peer
from mythos.training.engine.protocol import Budget, Settings
from tests.training.engine.garden import Garden


def test_without_it_the_error_says_what_to_install(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(gepa_peer, "version", missing)
    with pytest.raises(gepa_peer.PeerMissing, match=r"pip install gepa==0\.1\.4"):
        gepa_peer.run_peer(Garden(), Settings(Budget(evaluations=10)))


def test_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(gepa_peer, "version", lambda name: "9.9")
    with pytest.raises(gepa_peer.PeerMissing, match=r"gepa 9\.9 is installed"):
        gepa_peer.run_peer(Garden(), Settings(Budget(evaluations=10)))


@pytest.mark.skipif(importlib.util.find_spec("gepa") is None, reason="gepa is an extra and is not installed")
def test_it_trains_the_same_task_and_keeps_nothing_illegal():
    garden = Garden()
    outcome = gepa_peer.run_peer(garden, Settings(Budget(evaluations=200)))
    assert outcome.score > 0.4
    assert garden.poisoned == 0
    assert outcome.spent.evaluations == len(garden.evaluated)
    assert outcome.spent.reflections == len(garden.reflected)
