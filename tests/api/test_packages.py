"""Packages over REST."""

import pytest

from mythos.accounts.services import create_token
from mythos.formats.bundle import read_bundle
from mythos.prompts.services import create_prompt
from mythos.work.models import Job
from mythos.work.services import run_due

pytestmark = pytest.mark.django_db
URL = "/api/v1/packages"


@pytest.fixture
def call(cast, client, tmp_path, settings):
    settings.HOME = tmp_path
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hello", text="Say hello.")
    tokens = {
        name: create_token(actor=getattr(cast, name), swarm=swarm, name=name, role="owner").secret
        for name, swarm in (("owner", cast.swarm), ("stranger", cast.other_swarm))
    }

    def ask(method, path, body=None, who="owner", kind="application/json"):
        given = {"content_type": kind} if body is not None else {}
        address = path if path.startswith("/api") else URL + path
        sent = [body] if body is not None else []
        return getattr(client, method)(address, *sent, HTTP_AUTHORIZATION=f"Bearer {tokens[who]}", **given)

    return ask


def test_a_package_goes_from_one_swarm_to_another(call):
    made = call("post", "", {"slug": "greetings", "prompts": ["hello"], "license": "MIT"})
    assert made.status_code == 201, made.json()
    pk = made.json()["id"]
    assert call("get", f"/{pk}", who="stranger").status_code == 404
    assert call("post", "/keys", {"name": "Olympus"}).status_code == 201
    assert call("get", f"/{pk}/draft").json()["version"] == "1.0.0"
    export = call("post", f"/{pk}/exports", {"key": "Olympus"}).json()
    assert call("get", f"/exports/{export['id']}/file", who="stranger").status_code == 404
    data = call("get", f"/exports/{export['id']}/file").content
    assert read_bundle(data).sha256 == export["sha256"]
    binary = "application/octet-stream"
    plan = call("post", "/plan", data, who="stranger", kind=binary).json()
    assert (plan["is_ready"], plan["signer"], plan["counts"]) == (True, "first", {"new": 1})
    done = call("post", f"/install?plan={plan['digest']}", data, who="stranger", kind=binary)
    assert done.json()["is_changed"]
    (here,) = call("get", "/installed", who="stranger").json()
    assert here["fingerprint"] == export["fingerprint"]
    assert [row["how"] for row in call("get", "/signers", who="stranger").json()] == ["first_use"]
    assert call("delete", "/installed/greetings", who="stranger").json()["trashed"] == ["hello"]


def test_a_spoiled_package_names_its_entry(call):
    refused = call("post", "/install", b"PK nonsense", kind="application/octet-stream")
    assert refused.status_code == 422
    assert refused.json()["code"] == "package_unreadable"
    assert refused.json()["data"]["problems"][0]["path"]
    assert call("post", "/install", b"", kind="application/octet-stream").status_code == 422


def test_a_long_install_is_left_to_the_worker_and_its_job_says_how_far_it_is(call, monkeypatch):
    pk = call("post", "", {"slug": "greetings", "prompts": ["hello"], "license": "MIT"}).json()["id"]
    export = call("post", f"/{pk}/exports", {}).json()
    data = call("get", f"/exports/{export['id']}/file").content
    monkeypatch.setattr("mythos.packages.services.AT_ONCE", 0)
    options = {"who": "stranger", "kind": "application/octet-stream"}
    refused = call("post", "/install", data, **options)  # nobody signed it: said at once
    assert (refused.status_code, Job.objects.filter(kind="packages.install").count()) == (422, 0)
    assert call("post", "/install?allow_unsigned=1&plan=other", data, **options).status_code == 409
    answer = call("post", "/install?allow_unsigned=1", data, **options)
    job = answer.json()
    assert (answer.status_code, job["state"], job["kind"]) == (202, "pending", "packages.install")
    assert call("post", "/install?allow_unsigned=1", data, **options).json()["id"] == job["id"]
    assert call("get", job["address"]).status_code == 404
    run_due()
    done = call("get", job["address"], who="stranger").json()
    assert (done["state"], done["address"], done["result"]["counts"]) == ("done", job["address"], {"new": 1})
    assert call("get", "/installed", who="stranger").json()[0]["slug"] == "greetings"


def test_keys_are_revoked_and_private_halves_stay(call):
    key = call("post", "/keys", {"name": "Olympus"}).json()
    assert set(key) == {"name", "fingerprint", "public_key", "revoked_at"}
    assert call("delete", f"/keys/{key['fingerprint']}").json() == [key["fingerprint"]]
    assert call("post", "/signers", {"fingerprint": key["fingerprint"]}).status_code == 201
    assert call("post", "/signers", {"fingerprint": "short"}).status_code == 422


def test_a_conflict_is_merged_by_hand(call, cast):
    pk = call("post", "", {"slug": "greetings", "prompts": ["hello"], "license": "MIT"}).json()["id"]
    export = call("post", f"/{pk}/exports", {}).json()
    data = call("get", f"/exports/{export['id']}/file").content
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="hello", text="Mine.")
    options = {"who": "stranger", "kind": "application/octet-stream"}
    (row,) = call("post", "/plan?allow_unsigned=1", data, **options).json()["rows"]
    assert (row["mine"], row["theirs"], row["merged"].splitlines()[0]) == ("Mine.", "Say hello.", "<<<<<<< mine")
    query = "allow_unsigned=1&decide=prompt:hello=edited&text=prompt:hello="
    refused = call("post", f"/plan?{query}%3C%3C%3C%3C%3C%3C%3C%20mine", data, **options).json()["rows"][0]
    assert refused["wrong"].startswith("Line 1 still has a mark")
    done = call("post", f"/install?{query}Both%20%3D%20one.", data, **options).json()
    assert done["is_changed"]
    assert done["rows"][0]["merged"] == "Both = one."
