"""Large packages are built and installed by the worker, and one sees how far it is."""

import io

import pytest

from mythos.codex.services import create_clause, create_codex, sign_contract
from mythos.packages import tasks
from mythos.packages.models import InstalledPackage, PackageArrival, PackageExport
from mythos.packages.services import create_package, export_package, queued
from mythos.prompts.models import Prompt
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.work.models import Job
from mythos.work.services import run_due

pytestmark = pytest.mark.django_db
URL = "/prompts/package"
RULE = "Never promise a refund without approval."


@pytest.fixture
def package(cast, client, monkeypatch, tmp_path, settings):
    """Three prompts, where more than two are many."""
    settings.HOME = tmp_path
    monkeypatch.setattr(queued, "AT_ONCE", 2)
    monkeypatch.setattr("mythos.packages.services.AT_ONCE", 2)
    for name in ("a", "b", "c"):
        create_prompt(actor=cast.owner, swarm=cast.swarm, slug=name, text=f"{RULE} Prompt {name}.")
    client.force_login(cast.owner)
    return create_package(
        actor=cast.owner, swarm=cast.swarm, slug="many", license="MIT", prompts=Prompt.objects.filter(swarm=cast.swarm)
    )


def watched(client, answer):
    """The page of the job an answer leads to, as htmx asks for it."""
    job = Job.objects.latest("pk")
    assert answer["Location"] == f"/jobs/{job.pk}"
    return client.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()


def test_a_long_export_is_watched_to_its_end(package, client):
    answer = client.post(f"{URL}/{package.pk}/export", {"key": "", "version": "2.0.0"})
    assert 'hx-trigger="load delay:1s"' in watched(client, answer)
    assert not PackageExport.objects.exists()
    assert "An export is under way" in client.get(f"{URL}?package=many").content.decode()
    assert client.post(f"{URL}/{package.pk}/export", {"key": ""})["Location"] == answer["Location"]
    run_due()
    done = watched(client, answer)
    assert "Download many 2.0.0" in done
    assert "prompts <b>3</b>" in done
    assert PackageExport.objects.get().version == "2.0.0"
    job = Job.objects.get(kind="packages.export")
    assert (job.progress_done, job.progress_total) == (3, 3)


def test_a_breach_is_the_reason_the_job_gives(package, cast, client):
    prompt = Prompt.objects.get(slug="a")
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="house")
    create_clause(actor=cast.owner, codex=codex, ref="no_refund", title="No refund", text=RULE)
    sign_contract(actor=cast.owner, prompt_id=prompt.pk, base=0, clauses=[{"ref": "no_refund"}])
    revise_prompt(
        actor=cast.owner, prompt_id=prompt.pk, text="Always promise a refund without approval.", base=1, source="web"
    )
    answer = client.post(f"{URL}/{package.pk}/export", {"key": ""})
    run_due()
    page = watched(client, answer) if Job.objects.latest("pk").kind == "packages.export" else ""
    page = page or client.get(answer["Location"]).content.decode()
    assert "Given up" in page
    assert "a v2, no_refund" in page
    assert not PackageExport.objects.exists()


def test_a_long_install_is_watched_to_its_end(package, cast, client):
    data = bytes(export_package(actor=cast.owner, package_id=package.pk).archive)
    client.force_login(cast.stranger)
    plan = client.post(f"{URL}/install", {"file": io.BytesIO(data)})["Location"]
    assert client.post(plan, {"do": "install"}).status_code == 422  # nobody signed it: refused before it is queued
    assert not Job.objects.filter(kind="packages.install").exists()
    answer = client.post(plan, {"do": "install", "allow_unsigned": "1"})
    assert "Waiting for a worker" in watched(client, answer)
    assert client.get(plan)["Location"] == answer["Location"]
    run_due()
    page = client.get(answer["Location"]).content.decode()
    assert "Look at what came in" in page
    assert "new <b>3</b>" in page
    assert InstalledPackage.objects.get().version == "1.0.0"
    assert not PackageArrival.objects.exists()
    assert client.get(f"{URL}/installed/many").status_code == 200


def test_a_world_that_moved_stops_the_install(package, cast, client):
    data = bytes(export_package(actor=cast.owner, package_id=package.pk).archive)
    client.force_login(cast.stranger)
    plan = client.post(f"{URL}/install", {"file": io.BytesIO(data)})["Location"]
    answer = client.post(plan, {"do": "install", "allow_unsigned": "1"})
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="a", text="Mine.")
    run_due()
    assert "Something changed since the plan was made" in client.get(answer["Location"]).content.decode()
    assert not InstalledPackage.objects.exists()
    assert "To decide" in client.get(plan).content.decode()


def test_progress_is_told_now_and_then(monkeypatch):
    told, clock = [], iter([0.0, 1.0, 1.1, 1.2, 2.0, 2.1, 2.2, 3.0])
    monkeypatch.setattr(tasks, "progress", lambda claim, done, total, note: told.append((done, note)))
    monkeypatch.setattr(tasks.time, "monotonic", lambda: next(clock))
    step = tasks._now_and_then(None, "Counting", "The rest")
    for done in (1, 2, 3, 4):
        step(done, 4)
    assert told[-1] == (4, "The rest")
    assert len(told) < 4
