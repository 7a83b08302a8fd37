"""Training chains for a model: it reads, it starts nothing."""

from __future__ import annotations

import json

import pytest

from mythos.accounts.services import create_token
from mythos.errors import NotFound
from mythos.mcp.tools import TOOLS, call
from tests.training.conftest import _no_pauses, begin, offer, trained, world  # noqa: F401  (fixtures)


def test_a_model_reads_what_a_chain_did_and_why(trained, world) -> None:  # noqa: F811
    token = create_token(actor=world.owner, swarm=world.swarm, name="reader", role="viewer").token_row
    (row,) = call(token, "list_chains", {"limit": 5})["chains"]
    assert (row["id"], row["state"]) == (trained.pk, "done")
    found = call(token, "explain_chain", {"chain": trained.pk})
    assert found["result"]["held_out"]["verdict"] == "better"
    assert any(row["kept"] and "ticket number" in row["text"] for row in found["mutations"])
    assert any("ticket number" in row["reflection_notes"] for row in found["reflections"])
    assert "memory_snapshot" not in found["reflections"][0]
    json.dumps(found, default=str)
    assert TOOLS["list_chains"].reads_only
    assert TOOLS["explain_chain"].reads_only


def test_a_stranger_s_model_does_not_find_it(trained, world) -> None:  # noqa: F811
    token = create_token(actor=world.stranger, swarm=world.other_swarm, name="reader", role="viewer").token_row
    assert call(token, "list_chains", {}) == {"chains": []}
    with pytest.raises(NotFound):
        call(token, "explain_chain", {"chain": trained.pk})
