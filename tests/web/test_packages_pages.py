"""The pages of packages, without any script: put together, sign, export, verify, decide, install, take out."""

import io
import re

import pytest

from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.formats.bundle import read_bundle
from mythos.packages.models import InstalledPackage, PackageArrival, PackageExport, PromptPackage, SigningKey
from mythos.prompts.queries import get_prompt
from mythos.prompts.services import create_prompt, revise_prompt

pytestmark = pytest.mark.django_db
URL = "/prompts/package"
RULE = "Never promise a refund without approval."


@pytest.fixture
def world(cast, client, tmp_path, settings):
    settings.HOME = tmp_path
    prompt = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text=RULE).prompt
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="hello", text="Say hello.")
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house")
    create_clause(actor=cast.owner, codex=codex, ref="no_refund", title="No refund", text=RULE)
    sign_contract(actor=cast.owner, prompt_id=prompt.pk, base=0, clauses=[{"ref": "no_refund"}])
    client.force_login(cast.owner)
    return cast


@pytest.fixture
def export(world, client):
    client.post(f"{URL}/keys", {"do": "new", "name": "Olympus"})
    client.post(f"{URL}/new", {"slug": "refund-desk", "name": "Refund desk"})
    package = PromptPackage.objects.get()
    client.post(f"{URL}/{package.pk}/select", {"add": ["desk", "hello"]})
    client.post(f"{URL}/{package.pk}/details", {"name": "Refund desk", "license": "MIT", "authors": "Ines, Rhea"})
    client.post(f"{URL}/{package.pk}/export", {"key": SigningKey.objects.get().fingerprint})
    return PackageExport.objects.get()


def send(client, data):
    return client.post(f"{URL}/install", {"file": io.BytesIO(data)}, follow=True)


def test_prompts_stand_in_groups_with_their_counts(world, client):
    for by in ("ritual", "tone", "codex"):
        page = client.get(f"{URL}?by={by}").content.decode()
        assert "desk" in page
        assert "hello" in page
    assert "House" in page
    assert "No contract" in page
    assert "No package yet" in page


def test_a_package_goes_out_signed(export, client):
    page = client.get(f"{URL}?package=refund-desk").content.decode()
    assert "Nothing changed since 1.0.0" in page
    assert export.fingerprint in page
    answer = client.get(f"{URL}/exports/{export.pk}")
    bundle = read_bundle(answer.content)
    assert bundle.signature.signer == "Olympus"
    assert list(bundle.about.codex_tags) == ["house"]
    assert list(bundle.about.authors) == ["Ines", "Rhea"]


def test_the_tray_says_which_version_would_go_out(world, client):
    client.post(f"{URL}/new", {"slug": "small", "name": "Small"})
    package = PromptPackage.objects.get()
    client.post(f"{URL}/{package.pk}/select", {"add": ["hello"]})
    tray = client.get(f"{URL}?package=small").content.decode()
    assert '<dt>First version</dt><dd class="mono">1.0.0</dd>' in tray
    client.post(f"{URL}/{package.pk}/export", {"key": ""})
    tray = client.get(f"{URL}?package=small").content.decode()
    assert "Next version" not in tray
    assert "Nothing changed since 1.0.0; the same signer gives that version again." in tray


def test_a_breached_contract_blocks_and_is_listed(export, world, client):
    prompt = get_prompt(world.owner, "desk", world.swarm)
    text = "Always promise a refund without approval."
    revise_prompt(actor=world.owner, prompt_id=prompt.pk, text=text, base=1, source="web")
    answer = client.post(f"{URL}/{export.package_id}/export", {"key": export.fingerprint})
    assert answer.status_code == 422
    assert "may not leave" in answer.content.decode()
    assert "no_refund" in answer.content.decode()
    assert PackageExport.objects.count() == 1


def test_what_is_wrong_stands_at_its_field(world, client):
    answer = client.post(f"{URL}/new", {"slug": "Not Good"})
    assert answer.status_code == 422
    assert "Lower-case letters" in answer.content.decode()
    assert client.post(f"{URL}/keys", {"do": "trust", "fingerprint": "x"}).status_code == 422


def test_a_clash_is_shown_decided_and_installed_elsewhere(export, world, client):
    codex = create_codex(actor=world.stranger, swarm=world.other_swarm, slug="house")
    mine = "Promise every refund without approval."
    create_clause(actor=world.stranger, codex=codex, ref="no_refund", title="x", text=mine)
    client.force_login(world.stranger)
    page = send(client, bytes(export.archive))
    at = page.redirect_chain[0][0]
    text = page.content.decode()
    assert "Needs decisions" in text
    assert mine in text
    assert "First use" in text
    refused = client.post(at, {"do": "install"})
    assert refused.status_code == 422
    assert not InstalledPackage.objects.exists()
    looked = client.post(at, {"do": "look", "clause:house/no_refund": "own"}).content.decode()
    assert "Decided" in looked
    done = client.post(at, {"do": "install", "clause:house/no_refund": "own"}, follow=True).content.decode()
    assert "as it came" in done
    assert "breached" in done
    assert not PackageArrival.objects.exists()
    assert "1.0.0" in client.get(f"{URL}/install").content.decode()
    client.post(f"{URL}/installed/refund-desk")
    assert not InstalledPackage.objects.exists()


def test_a_spoiled_package_is_refused_with_the_entry_named(export, client):
    page = send(client, bytes(export.archive).replace(b"Say hello", b"Say howdy"))
    assert page.status_code == 422
    assert "prompts/hello.json" in page.content.decode()
    page = send(client, b"# A prompt").content.decode()
    assert "This is another kind of file" in page
    assert "<code>package</code>" not in page
    assert client.post(f"{URL}/install").status_code == 422


def test_strangers_see_none_of_it(export, world, client):
    client.force_login(world.stranger)
    assert client.get(f"{URL}/exports/{export.pk}").status_code == 404
    assert client.post(f"{URL}/{export.package_id}/select", {"add": "desk"}).status_code == 404
    assert "refund-desk" not in client.get(URL).content.decode()


def test_viewers_look_only(export, world, client):
    client.force_login(world.viewer)
    page = client.get(f"{URL}?package=refund-desk").content.decode()
    assert "Sign and export" not in page
    assert client.post(f"{URL}/{export.package_id}/export").status_code == 403
    assert client.post(f"{URL}/keys", {"do": "new", "name": "x"}).status_code == 403
    assert client.get(f"{URL}/keys").status_code == 200


def test_a_conflict_is_edited_by_hand_and_a_rule_is_proposed(export, world, client):
    codex = create_codex(actor=world.stranger, swarm=world.other_swarm, slug="house")
    create_clause(
        actor=world.stranger, codex=codex, ref="no_refund", title="x", text="Promise every refund without approval."
    )
    create_prompt(actor=world.stranger, swarm=world.other_swarm, slug="hello", text="Say <b>hi</b>.")
    client.force_login(world.stranger)
    page = send(client, bytes(export.archive))
    at, text = page.redirect_chain[0][0], page.content.decode()
    assert "Say &lt;b&gt;hi&lt;/b&gt;." in text
    assert "&lt;&lt;&lt;&lt;&lt;&lt;&lt; mine" in text
    assert "propose theirs to your codex" in text
    given = {"clause:house/no_refund": "propose", "prompt:hello": "edited", "text:prompt:hello": "<<<<<<< mine\nHi."}
    refused = client.post(at, given | {"do": "install"})
    assert refused.status_code == 422
    assert "Line 1 still has a mark of the conflict" in refused.content.decode()
    done = client.post(at, given | {"do": "install", "text:prompt:hello": "Say hi and hello."}, follow=True)
    assert "Proposed to your codex" in done.content.decode()
    assert get_prompt(world.stranger, "hello", world.other_swarm).current.text == "Say hi and hello."
    link = re.search(r"/codex/whatif/\d+", done.content.decode())
    assert client.get(link.group()).status_code == 200
