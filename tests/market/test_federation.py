"""Markets elsewhere: a signed folder is followed, verified, browsed and cloned from; sealed cases are opened later."""

from __future__ import annotations

from pathlib import Path

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.errors import Denied, Invalid, MythosError, NotFound, PackageUnreadable
from mythos.formats.curriculum import pack, sign_document, unpack
from mythos.market.models import MarketSource, PromptCurriculumVault, RemoteCurriculum
from mythos.market.queries.curricula import parts_of
from mythos.market.queries.federation import remote_curricula
from mythos.market.services.exporting import reveal_cases
from mythos.market.services.federating import follow_market, leave_market, refresh_market, take_remote, write_market
from mythos.market.services.listings import Terms, list_curriculum
from mythos.market.services.opening import open_seals
from mythos.packages.keys import load_key
from mythos.packages.services import create_key, revoke_key, trust_signer

ADDRESS = "https://market.example.org/olympus"


@pytest.fixture
def folder(exported, seller, tmp_path) -> Path:
    list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(clonable="practice"))
    where = tmp_path / "public"
    assert write_market(actor=seller.owner, swarm=seller.swarm, folder=where) == [
        "curricula/refund-firmness-1.0.0.json",
        "market.json",
    ]
    return where


@pytest.fixture
def fetch(folder):
    return lambda address: (folder / address.removeprefix(f"{ADDRESS}/")).read_bytes()


@pytest.fixture
def followed(cast, fetch) -> MarketSource:
    return follow_market(actor=cast.stranger, swarm=cast.other_swarm, address=ADDRESS, fetch_from=fetch)


def test_the_same_market_is_the_same_bytes(folder, seller) -> None:
    assert write_market(actor=seller.owner, swarm=seller.swarm, folder=folder) == []


def test_a_followed_market_is_browsed_and_cloned_from(followed, exported, cast, fetch) -> None:
    (remote,) = remote_curricula(cast.stranger, cast.other_swarm, "firmness")
    assert (remote.title, remote.version, remote.entry["tags"]) == ("Refund Firmness", "1.0.0", ["firm"])
    made = take_remote(actor=cast.stranger, remote_id=remote.pk, fetch_from=fetch)
    assert (made.lineage, made.sha256, made.cloned_from_id) == (exported.lineage, exported.sha256, None)
    assert made.origin["source"] == f"{ADDRESS}/market.json"
    assert parts_of(made)[0].sealed["source_part"] is None


def test_what_the_server_changed_is_refused_and_nothing_is_written(followed, folder, cast, fetch, seller) -> None:
    remote = RemoteCurriculum.objects.get()
    path = folder / remote.entry["file"]
    document, _ = unpack("curriculum", path.read_bytes())
    path.write_bytes(path.read_bytes().replace(b"Refund Firmness", b"Refund Fairness"))
    with pytest.raises(PackageUnreadable):
        take_remote(actor=cast.stranger, remote_id=remote.pk, fetch_from=fetch)
    key = create_key(actor=seller.owner, swarm=seller.swarm, name="Second")
    other = document | {"title": "Another"}
    path.write_bytes(pack(other, sign_document(load_key(key.fingerprint), "Second", other)))
    with pytest.raises(Invalid, match="not what the index says"):
        take_remote(actor=cast.stranger, remote_id=remote.pk, fetch_from=fetch)
    assert not PromptCurriculumVault.objects.filter(swarm=cast.other_swarm).exists()


def test_an_index_of_another_key_changes_nothing(followed, folder, cast, fetch, seller) -> None:
    create_key(actor=seller.owner, swarm=seller.swarm, name="Second")
    write_market(actor=seller.owner, swarm=seller.swarm, folder=folder, title="Taken over")
    with pytest.raises(Invalid, match="not with"):
        refresh_market(actor=cast.stranger, source_id=followed.pk, fetch_from=fetch)
    followed.refresh_from_db()
    assert (followed.title, "Second" in followed.problem) == ("Olympus", True)


def test_a_revoked_signer_and_a_wrong_fingerprint_are_refused(cast, fetch, exported) -> None:
    mark = exported.signature["fingerprint"]
    with pytest.raises(Invalid, match="not with"):
        follow_market(
            actor=cast.stranger, swarm=cast.other_swarm, address=ADDRESS, fingerprint="0" * 64, fetch_from=fetch
        )
    trust_signer(actor=cast.stranger, swarm=cast.other_swarm, fingerprint=mark)
    revoke_key(actor=cast.stranger, swarm=cast.other_swarm, fingerprint=mark)
    with pytest.raises(Invalid, match="revoked"):
        follow_market(actor=cast.stranger, swarm=cast.other_swarm, address=ADDRESS, fetch_from=fetch)
    assert not MarketSource.objects.exists()


def test_who_may_follow_and_who_sees_it(followed, cast, fetch) -> None:
    with pytest.raises(Denied):
        follow_market(actor=cast.editor, swarm=cast.swarm, address=ADDRESS, fetch_from=fetch)
    with pytest.raises(NotFound):
        leave_market(actor=cast.owner, source_id=followed.pk)
    leave_market(actor=cast.stranger, source_id=followed.pk)
    assert not RemoteCurriculum.objects.exists()


def test_what_may_not_be_copied_is_not_published(exported, seller, tmp_path) -> None:
    list_curriculum(actor=seller.owner, curriculum_id=exported.pk, terms=Terms(price=5))
    with pytest.raises(Invalid, match="nothing to publish"):
        write_market(actor=seller.owner, swarm=seller.swarm, folder=tmp_path / "public")


def test_a_private_address_is_not_asked(cast) -> None:
    with pytest.raises(MythosError):
        follow_market(actor=cast.stranger, swarm=cast.other_swarm, address="http://127.0.0.1/market.json")


def test_revealed_cases_are_opened_once_they_match_what_was_published(followed, cast, fetch, seller, exported) -> None:
    made = take_remote(actor=cast.stranger, remote_id=RemoteCurriculum.objects.get().pk, fetch_from=fetch)
    document, signature = reveal_cases(actor=seller.owner, curriculum_id=exported.pk)
    assert open_seals(actor=cast.stranger, curriculum_id=made.pk, data=pack(document, signature)) == 2
    ritual = parts_of(made)[0].ritual
    live = ritual.cases.filter(retired_version=None)
    assert live.filter(split="held_out", input="The secret ninth question").count() == 1
    assert live.count() == 4


def test_a_reveal_with_another_case_is_refused_whole(followed, cast, fetch, seller, exported) -> None:
    made = take_remote(actor=cast.stranger, remote_id=RemoteCurriculum.objects.get().pk, fetch_from=fetch)
    document, _ = reveal_cases(actor=seller.owner, curriculum_id=exported.pk)
    document["rituals"][0]["cases"][0]["case"]["input"] = "An easier question"
    private = load_key(exported.signature["fingerprint"])
    with pytest.raises(Invalid, match="not those that were published"):
        open_seals(
            actor=cast.stranger, curriculum_id=made.pk, data=pack(document, sign_document(private, "Olympus", document))
        )
    assert parts_of(made)[0].ritual.cases.count() == 2


def test_a_third_swarm_needs_an_assistant_and_gets_one(folder, fetch, cast, db) -> None:
    third = create_swarm(actor=SYSTEM, slug="third", name="Third")
    source = follow_market(actor=SYSTEM, swarm=third, address=ADDRESS, fetch_from=fetch)
    made = take_remote(actor=SYSTEM, remote_id=source.curricula.get().pk, fetch_from=fetch)
    assert made.curator.slug == "curator"
