"""`mythos mcp` says what is missing before it starts."""

from __future__ import annotations

import sys

import pytest
from django.test import override_settings

from mythos.cli.main import cli
from mythos.errors import Denied, NotConfigured


@pytest.mark.parametrize(("token", "words"), [("", "MYTHOS_TOKEN is not set"), ("mth_x", "SDK is not installed")])
def test_a_missing_token_and_a_missing_extra_are_named(monkeypatch, token, words):
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    with override_settings(MCP_TOKEN=token), pytest.raises(NotConfigured, match=words):
        cli.main(["mcp"], standalone_mode=False)


@pytest.mark.django_db
def test_a_token_that_is_not_known_is_refused_before_it_starts():
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    with override_settings(MCP_TOKEN="mth_x"), pytest.raises(Denied, match="MYTHOS_TOKEN is not known"):
        cli.main(["mcp"], standalone_mode=False)
