"""What the settings make of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mythos import environment


@pytest.mark.parametrize("address", ["", "postgresql://mythos@localhost/mythos"])
def test_no_connection_outlives_its_request(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each request has a thread of its own; kept connections were never used again and stayed open."""
    monkeypatch.setenv("MYTHOS_DATABASE_URL", address)
    assert environment.database(tmp_path)["CONN_MAX_AGE"] == 0


def test_values_that_cannot_be_used_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MYTHOS_TIME_ZONE", "Mars")
    with pytest.raises(ImproperlyConfigured, match="MYTHOS_TIME_ZONE must be a time zone"):
        environment.time_zone("MYTHOS_TIME_ZONE")
    monkeypatch.setenv("MYTHOS_DATABASE_URL", "mysql://localhost/mythos")
    with pytest.raises(ImproperlyConfigured, match="MYTHOS_DATABASE_URL must be"):
        environment.database(tmp_path)
    (tmp_path / "file").touch()
    monkeypatch.delenv("MYTHOS_SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="MYTHOS_HOME: cannot use"):
        environment.secret_key(tmp_path / "file" / "home")
