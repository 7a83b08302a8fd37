"""Curricula on the terminal: tag, compose, sign, verify, teach, certificate."""

from __future__ import annotations

import json

import pytest

from mythos.prompts.services import create_prompt
from mythos.work.services import run_due
from tests.market.conftest import FIRM, _quiet, seller  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mythos(seller, told, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("django.db.transaction.on_commit", lambda done, **_: done())
    create_prompt(actor=seller.owner, swarm=seller.swarm, slug="desk", text=FIRM)

    return told


def test_from_a_tag_to_a_certificate_that_verifies(mythos, tmp_path):
    here = ("--swarm", "olympus")
    assert (
        "2 rituals, 2 clauses"
        in mythos("curriculum", "tag", "firm", "--ritual", "tickets", "--ritual", "medical", *here)[1]
    )
    code, said = mythos(
        "curriculum", "new", "firmness", "--curator", "hermes", "--part", "tickets=0.9", "--part", "medical",
        "--tag", "firm", "--license", "MIT", *here,
    )  # fmt: skip
    assert (code, said.strip()) == (0, "firmness")
    assert mythos("curriculum", "export", "firmness", "-o", "f.json", *here) == (0, "firmness 1.0.0: f.json\n")
    assert "signed by Olympus" in mythos("curriculum", "verify", "f.json")[1]
    (tmp_path / "f.json").write_text((tmp_path / "f.json").read_text().replace("Ticket", "Ticked"))
    assert mythos("curriculum", "verify", "f.json")[0] == 2
    code, said = mythos("curriculum", "teach", "firmness", "hermes", "--prompt", "desk", *here, "--json")
    assert (code, [row["state"] for row in json.loads(said)["parts"]]) == (0, ["running", "locked"])
    run_due()
    code, said = mythos("curriculum", "try", json.loads(said)["enrollment"], 1, "--wait")
    assert code == 0, said
    serial = said.split("certificate")[1].split()[0]
    (tmp_path / "c.json").write_text(mythos("curriculum", "certificate", serial)[1])
    assert "mythos-certificate, signed by Olympus" in mythos("curriculum", "verify", "c.json")[1]
    assert "2 cases" in mythos("curriculum", "reveal", "firmness", "-o", "r.json", *here)[1]
    assert json.loads(mythos("curriculum", "list", *here, "--json")[1])["curricula"][0]["version"] == "1.0.0"


def test_what_is_not_there_is_named(mythos):
    code, said = mythos("curriculum", "export", "nothing", "--swarm", "olympus")
    assert (code, "There is no curriculum 'nothing'" in said) == (2, True)
    assert mythos("curriculum", "teach", "nothing", "hermes", "--swarm", "hades")[0] == 2
