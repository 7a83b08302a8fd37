"""The rituals of an installed package, run from its page, over REST and on the terminal, beside what was claimed."""

import json

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_token
from mythos.cli.errors import run as run_command
from mythos.cli.main import cli
from mythos.formats.rituals import CaseRecord
from mythos.packages.services import create_package, export_package, install_package
from mythos.prompts.services import create_prompt
from mythos.rituals.models import RitualRun
from mythos.rituals.services import create_ritual, start_run
from mythos.work.services import run_due

pytestmark = pytest.mark.django_db
URL = "/prompts/package/installed/parcel-desk"
API = "/api/v1/packages/installed/parcel-desk"


@pytest.fixture
def installed(cast, client):
    """A package with a claim, in the stranger's swarm."""
    prompt = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="Always mention the parcel.").prompt
    checks = [{"type": "icontains", "value": "parcel"}]
    cases = [CaseRecord(ref=f"c{n}", input=f"Where is it, {n}?", expectations=checks) for n in range(3)]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="parcels", prompt=prompt, cases=cases)
    start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted")
    run_due()
    package = create_package(actor=cast.owner, swarm=cast.swarm, slug="parcel-desk", license="MIT", prompts=[prompt])
    data = bytes(export_package(actor=cast.owner, package_id=package.pk).archive)
    install_package(actor=SYSTEM, swarm=cast.other_swarm, data=data, allow_unsigned=True)
    client.force_login(cast.stranger)
    return cast


def test_one_button_runs_them_and_shows_both_sides(installed, client):
    page = client.get(URL).content.decode()
    assert "Run and compare" in page
    assert "It has not been run here with these cases." in page
    assert "Not measured" in page
    answer = client.post(f"{URL}/rerun", {"provider": "scripted", "use_cache": "on"}, follow=True).content.decode()
    assert "1 ritual under way." in answer
    assert "The run is under way: 0 of 3." in answer
    assert 'hx-trigger="load delay:2s"' in answer
    run_due()
    part = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<section id="claims"><div')
    assert part.count("<b>3 of 3</b> passed") == 2
    assert "Not enough cases" in part
    assert "more cases would tell" in part
    assert "Text, model and graders are the same." in part
    assert "Simulated" in part


def test_what_is_wrong_stands_at_its_field(installed, client):
    answer = client.post(f"{URL}/rerun", {"provider": "scripted", "repeats": "many"})
    assert answer.status_code == 422
    assert "A whole number." in answer.content.decode()
    assert client.post(f"{URL}/rerun", {"provider": "nobody"}).status_code in (422, 503)
    assert not RitualRun.objects.filter(ritual__swarm=installed.other_swarm).exists()
    client.force_login(installed.owner)
    assert client.post(f"{URL}/rerun", {"provider": "scripted"}).status_code == 404


def test_over_rest(installed, client):
    token = create_token(actor=installed.stranger, swarm=installed.other_swarm, name="t", role="owner").secret
    head = {"headers": {"Authorization": f"Bearer {token}"}}
    before = client.get(f"{API}/claims", **head).json()
    assert [(row["ritual"], row["verdict"], row["mine"]) for row in before] == [("parcels", "not measured", None)]
    body = {"provider": "scripted"}
    (run,) = client.post(f"{API}/rerun", body, content_type="application/json", **head).json()
    assert run["state"] == "pending"
    run_due()
    (row,) = client.get(f"{API}/claims", **head).json()
    assert (row["run"], row["mine"]["passed"], row["theirs"]["passed"]) == (run["id"], 3, 3)
    assert (row["result"]["n"], row["result"]["test"], row["is_simulated"]) == (3, "exact McNemar", True)


def test_on_the_terminal(installed, capsys):
    def mythos(*words):
        code = run_command(cli, ["package", *words, "parcel-desk", "--swarm", "hades"])
        return code, capsys.readouterr().out

    code, said = mythos("claims")
    assert (code, "not measured" in said) == (1, True)
    code, said = mythos("rerun", "--provider", "scripted")
    assert (code, said.splitlines()[0]) == (0, "parcels: not enough cases (simulated)")
    assert "3 of 3 passed (0.44 to 1.00)" in said
    code, said = mythos("claims", "--json")
    assert json.loads(said)[0]["result"]["difference"] == 0.0
