"""The market for a model: it reads, it buys nothing."""

from __future__ import annotations

from mythos.accounts.services import create_token
from mythos.market.services.listings import Terms, list_curriculum
from mythos.mcp.tools import TOOLS
from tests.market.conftest import _quiet, bundle, curriculum, exported, seller  # noqa: F401  (fixtures)


def test_a_model_finds_what_is_on_the_market_with_its_figures(exported, seller) -> None:  # noqa: F811
    list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(price=120))
    token = create_token(actor=seller.stranger, swarm=seller.other_swarm, name="s", role="viewer").token_row
    tool = TOOLS["find_curricula"]
    (found,) = tool.run(token, {"query": "firmness"})["listings"]
    assert (found["title"], found["price"], found["probes"]) == ("Refund Firmness", 120, ["care", "ticket"])
    assert found["figures"]["gain"] is None
    assert tool.run(token, {"tab": "free"}) == {"listings": []}
    assert "exported_json" not in found
