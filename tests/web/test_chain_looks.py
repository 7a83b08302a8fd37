"""How chains are drawn and told: axes, steps, providers to choose from, what a refusal says."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.rituals.models import Ritual, RitualRun
from mythos.rituals.services import execute_run, start_run
from mythos.web.chains import _folded
from mythos.web.templatetags.train_ui import curve
from tests.training.conftest import begin, offer, trained, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_the_axes_have_round_marks_at_one_distance_and_end_at_one() -> None:
    drawn = curve([(0, 0.93), (13, 0.97)], [], None, 0)
    assert re.findall(r'class="mid">(\d+)<', drawn) == ["0", "2", "4", "6", "8", "10", "12"]
    assert re.findall(r'class="last">([\d.]+)<', drawn) == ["0.80", "0.90", "1.00"]
    beside = curve([(0, 0.93), (13, 0.97)], [], None, 0, [0.15, 0.5])
    assert re.findall(r'class="last">([\d.]+)<', beside) == ["0.00", "0.20", "0.40", "0.60", "0.80", "1.00"]
    assert 'class="last">0.20<' in curve([(0, 0.0)], [], None, 0)


def test_steps_in_a_row_that_wrote_nothing_are_one_line(trained) -> None:  # noqa: F811
    step = trained.training_steps.first()
    quiet = [
        {"step": SimpleNamespace(number=number), "verb": "Search", "said": "x", "took": 2.0, "failures": 0}
        for number in (2, 3, 4)
    ]
    first = {"step": step, "verb": "Trial", "said": "measures the start", "took": 1.0, "failures": 0}
    failing = quiet[0] | {"step": SimpleNamespace(number=5), "failures": 1}
    found = _folded([first, *quiet, failing])
    assert [row["step"].number for row in found] == [0, 2, 5]
    assert (found[1]["said"], found[1]["took"]) == ("wrote no new text up to step 4", 6.0)


def test_a_provider_that_is_not_set_up_is_marked_and_cannot_start_a_run(client, world, monkeypatch) -> None:  # noqa: F811
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("MYTHOS_OPENAI_URL", raising=False)
    client.force_login(world.editor)
    desk = Ritual.objects.get(slug="desk")
    shown = client.get(f"/rituals/{desk.pk}").content.decode()
    assert re.search(r"openai · [^<]+ · not set up</option>", shown)
    assert "scripted · rule-follower-1 · simulated</option>" in shown
    refused = client.post(f"/rituals/{desk.pk}/run", {"provider": "openai"})
    assert refused.status_code == 422
    assert "Set OPENAI_API_KEY." in refused.content.decode()
    assert not RitualRun.objects.exists()


def test_a_refused_chain_names_the_cause_where_it_is_refused(client, world) -> None:  # noqa: F811
    client.force_login(world.editor)
    given = {"title": "x", "assistants": ["apollo"], "provider": "scripted", "calls": "5", "do": "start"}
    shown = client.post("/train/chains/new", given).content.decode()
    notice = shown[shown.index('role="alert"') :].split("</div>")[0]
    assert "the start is measured, and held-out cases twice at the end" in notice


def test_a_run_that_is_done_can_be_run_again(client, world) -> None:  # noqa: F811
    desk = Ritual.objects.get(slug="desk")
    run = start_run(actor=world.editor, ritual_id=desk.pk, provider="scripted")
    client.force_login(world.editor)
    again = f'href="/rituals/{desk.pk}#start"'
    assert again not in client.get(f"/rituals/runs/{run.pk}").content.decode()
    execute_run(actor=SYSTEM, run_id=run.pk)
    shown = client.get(f"/rituals/runs/{run.pk}").content.decode()
    assert again in shown
    assert 'class="tally six"' in shown
    assert 'id="start"' in client.get(f"/rituals/{desk.pk}").content.decode()


def test_only_the_newest_reflections_stand_beside_a_chain(client, trained, world) -> None:  # noqa: F811
    assert trained.reflections.count() > 2
    client.force_login(world.editor)
    shown = client.get(f"/train/chains/{trained.pk}").content.decode()
    assert shown.count('class="reflection"') == 2
    assert f'<span class="muted">{trained.reflections.count()}</span>' in shown
    assert "in full</a>" in shown
