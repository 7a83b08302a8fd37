"""Packages on the terminal: build, verify, publish, install, decide, lock, uninstall."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network

import pytest

from mythos.errors import Invalid, ProviderFailed
from mythos.packages.fetching import fetch
from mythos.packages.models import PromptPackage
from mythos.prompts.services import create_prompt

pytestmark = pytest.mark.django_db


@pytest.fixture
def mythos(cast, told, tmp_path, monkeypatch, settings):
    settings.HOME = tmp_path
    monkeypatch.chdir(tmp_path)
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hello", text="Say hello to {{name}}.")

    return told


def build(mythos) -> None:
    assert mythos("key", "new", "Olympus", "--swarm", "olympus")[0] == 0
    code, said = mythos("package", "build", "greetings", "--prompt", "hello", "--sign", "Olympus", "--license", "MIT",
                        "--swarm", "olympus", "-o", "g.mythos")  # fmt: skip
    assert code == 0, said
    assert "greetings 1.0.0, MIT" in said


def test_a_refused_build_leaves_everything_as_it_was(mythos, cast):
    here = ("--swarm", "olympus")
    listed = lambda: json.loads(mythos("package", "list", *here, "--json")[1])["packages"]  # noqa: E731
    assert mythos("package", "build", "fresh", "--prompt", "missing", *here)[0] == 2
    assert mythos("package", "build", "fresh", "--prompt", "hello", "--version", "first", *here)[0] == 2
    assert mythos("package", "build", "fresh", "--prompt", "hello", "--sign", "nobody", *here)[0] == 2
    assert listed() == []
    build(mythos)
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="bye", text="Say goodbye.")
    more = ("--prompt", "bye", "--license", "Apache-2.0", "--version", "0.1.0")
    assert mythos("package", "build", "greetings", *more, *here)[0] == 2
    assert listed() == [{"slug": "greetings", "prompts": 1, "versions": ["1.0.0"]}]
    assert PromptPackage.objects.get().license == "MIT"


def test_from_one_swarm_to_another(mythos, tmp_path):
    build(mythos)
    code, said = mythos("package", "verify", "g.mythos", "--json")
    assert (code, json.loads(said)["signer"]) == (0, "Olympus")
    assert mythos("install", "g.mythos", "--plan", "--swarm", "hades") == mythos(
        "install", "g.mythos", "--plan", "--swarm", "hades"
    )
    code, said = mythos("install", "g.mythos", "--swarm", "hades", "--lock", "mythos.lock")
    assert code == 0, said
    assert "trusted from now on" in said
    assert json.loads((tmp_path / "mythos.lock").read_text())["packages"][0]["name"] == "greetings"
    assert "already" in mythos("install", "g.mythos", "--swarm", "hades", "--lock", "mythos.lock")[1]
    assert "greetings" in mythos("package", "list", "--swarm", "hades")[1]
    assert "1 prompts are in the trash" in mythos("package", "uninstall", "greetings", "--swarm", "hades")[1]
    assert json.loads(mythos("package", "list", "--swarm", "hades", "--json")[1])["installed"] == []


def test_a_lock_refuses_other_bytes(mythos, tmp_path):
    build(mythos)
    mythos("install", "g.mythos", "--swarm", "hades", "--lock", "mythos.lock")
    lock = tmp_path / "mythos.lock"
    pinned = json.loads(lock.read_text())
    pinned["packages"][0]["sha256"] = "0" * 64
    lock.write_text(json.dumps(pinned))
    code, said = mythos("install", "g.mythos", "--swarm", "hades", "--lock", "mythos.lock")
    assert code == 2
    assert "pins greetings 1.0.0" in said


def test_a_conflict_is_answered_on_the_command_line(mythos, cast):
    build(mythos)
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="hello", text="Mine.")
    code, said = mythos("install", "g.mythos", "--swarm", "hades")
    assert code == 2
    assert "prompt:hello=mine or prompt:hello=theirs" in said
    for answer, said in (("prompt:nope=mine", "has no 'prompt:nope'"), ("prompt:hello=bogus", "not 'bogus'")):
        code, told = mythos("install", "g.mythos", "--swarm", "hades", "--decide", answer)
        assert (code, said in told) == (2, True)
    assert mythos("install", "g.mythos", "--swarm", "hades", "--decide", "prompt:hello=mine")[0] == 0
    assert mythos("install", "g.mythos", "--swarm", "hades", "--decide", "prompt:hello=bogus")[0] == 2


def test_a_spoiled_package_is_refused_with_its_entry(mythos, tmp_path):
    build(mythos)
    path = tmp_path / "g.mythos"
    path.write_bytes(path.read_bytes().replace(b"Say hello", b"Say howdy", 1))
    code, said = mythos("package", "verify", "g.mythos")
    assert code == 2
    assert "prompts/hello.json: The checksum does not fit." in said


def test_what_changed_asks_for_a_number(mythos, cast, tmp_path):
    build(mythos)
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="bye", text="Say goodbye.")
    mythos("package", "build", "greetings", "--prompt", "bye", "--sign", "Olympus", "--swarm", "olympus")
    code, said = mythos("package", "diff", "g.mythos", "greetings-1.1.0.mythos")
    assert code == 0
    assert "minor  bye: The prompt is new." in said


def test_an_index_is_a_folder_any_server_can_host(mythos, tmp_path):
    build(mythos)
    assert mythos("package", "index", "site", "--swarm", "olympus")[0] == 0
    index = json.loads((tmp_path / "site" / "index.json").read_text())
    version = index["packages"][0]["versions"][0]
    assert (tmp_path / "site" / version["file"]).read_bytes() == (tmp_path / "g.mythos").read_bytes()
    assert json.loads((tmp_path / "site" / version["signature"]).read_text())["signer"] == "Olympus"
    assert "greetings.html" in (tmp_path / "site" / "index.html").read_text()
    assert "0 files written" in mythos("package", "index", "site", "--swarm", "olympus")[1]


def test_keys_are_listed_trusted_and_revoked(mythos):
    build(mythos)
    (own,) = json.loads(mythos("key", "list", "--swarm", "olympus", "--json")[1])
    assert own["state"] == "usable"
    assert mythos("key", "trust", own["fingerprint"], "--name", "Friends", "--swarm", "hades")[0] == 0
    assert mythos("key", "revoke", own["fingerprint"][:20], "--swarm", "hades")[0] == 0
    code, said = mythos("install", "g.mythos", "--swarm", "hades")
    assert code == 2
    assert "revoked" in said


@pytest.fixture
def server():
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    found = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}", answers
    found.shutdown()


def test_addresses(server, settings, monkeypatch):
    url, answers = server
    answers["/p"] = (200, {}, b"bytes")
    answers["/moved"] = (302, {"Location": "/p"}, b"")
    answers["/round"] = (302, {"Location": "/round"}, b"")
    answers["/gone"] = (404, {}, b"")
    for refused in (f"{url}/p", "https://127.0.0.1/p", "https://[::1]/p", "https://user:pw@example.org/", "ftp://x/"):
        with pytest.raises(Invalid):
            fetch(refused)
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    assert fetch(f"{url}/p") == fetch(f"{url}/moved") == b"bytes"
    for path in ("/round", "/gone"):
        with pytest.raises(ProviderFailed):
            fetch(url + path)
    monkeypatch.setattr("mythos.packages.fetching.MOST_BYTES", 3)
    with pytest.raises(Invalid, match="larger"):
        fetch(f"{url}/p")


def test_a_conflict_is_merged_by_hand_from_files(mythos, cast, tmp_path):
    build(mythos)
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="hello", text="Mine, {{name}}.")
    code, said = mythos("install", "g.mythos", "--plan", "--json", "--swarm", "hades")
    assert code == 1
    (row,) = [row for row in json.loads(said)["rows"] if row["choices"]]
    (tmp_path / "hello.md").write_text(row["merged"])
    merged = ("--decide", "prompt:hello=edited", "--merged", "prompt:hello=hello.md", "--swarm", "hades")
    code, said = mythos("install", "g.mythos", *merged)
    assert (code, "Line 1 still has a mark of the conflict" in said) == (2, True)
    (tmp_path / "hello.md").write_text("Say hello to {{name}}, mine.")
    assert mythos("install", "g.mythos", *merged)[0] == 0
    assert mythos("install", "g.mythos", "--merged", "prompt:hello=missing.md", "--swarm", "hades")[0] == 2
