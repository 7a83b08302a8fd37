"""A folder and a swarm, kept in step."""

from __future__ import annotations

import json
import os

import pytest

from mythos.errors import Denied, Invalid
from mythos.formats.prompts import FORMATS
from mythos.prompts.models import Prompt
from mythos.prompts.services import (
    create_prompt,
    pull_folder,
    push_folder,
    revise_prompt,
    trash_prompt,
    update_details,
)

pytestmark = pytest.mark.django_db
LINES = "One.\n\nTwo.\n\nThree.\n\nFour."


@pytest.fixture
def greeter(cast):
    return create_prompt(actor=cast.editor, swarm=cast.swarm, slug="team/greeter", text=LINES, title="Greets").prompt


@pytest.fixture
def sync(cast, tmp_path):
    def run(verb, form="markdown", actor=None, **options):
        ways = {"pull": pull_folder, "push": push_folder}
        return ways[verb](actor=actor or cast.editor, swarm=cast.swarm, folder=tmp_path, form=FORMATS[form], **options)

    return run


def actions(report):
    return {row.slug: row.action for row in report.rows}


def save(cast, prompt, text):
    prompt.refresh_from_db()
    revise_prompt(actor=cast.editor, prompt_id=prompt.pk, text=text, base=prompt.current.version, source="web")


def test_pull_writes_files_and_pulling_again_writes_nothing(sync, greeter, tmp_path):
    assert actions(sync("pull")) == {"team/greeter": "new"}
    file = tmp_path / "team" / "greeter.md"
    assert file.read_text() == f"---\ntitle: Greets\n---\n{LINES}\n"
    before = {path: path.stat().st_mtime_ns for path in (file, tmp_path / ".mythos" / "sync.json")}
    state = (tmp_path / ".mythos" / "sync.json").read_text()
    assert actions(sync("pull")) == {"team/greeter": "same"}
    assert file.stat().st_mtime_ns == before[file]
    assert (tmp_path / ".mythos" / "sync.json").read_text() == state
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["greeter.md", "sync.json"]


def test_push_saves_a_version_and_makes_new_prompts(sync, greeter, tmp_path):
    sync("pull")
    (tmp_path / "team" / "greeter.md").write_text("Changed.")
    (tmp_path / "other.prompty").write_text("---\nname: Other\nmodel: gpt-4o\n---\nsystem:\nHelp.\n")
    report = sync("push", message="from git")
    assert actions(report) == {"other": "new", "team/greeter": "changed"}
    greeter.refresh_from_db()
    assert (greeter.current.text, greeter.current.version, greeter.current.message) == ("Changed.", 2, "from git")
    assert greeter.title == "Team / greeter"
    assert Prompt.objects.get(slug="other").metadata == {"model": "gpt-4o"}
    assert set(actions(sync("push")).values()) == set(actions(sync("pull")).values()) == {"same"}


def test_a_pull_changes_only_the_lines_that_changed(sync, cast, greeter, tmp_path):
    sync("pull")
    file = tmp_path / "team" / "greeter.md"
    file.write_text(f"---\n# mind this\ntitle:   'Greets'\n---\n{LINES}\n")
    save(cast, greeter, LINES.replace("Two", "2"))
    assert actions(sync("pull")) == {"team/greeter": "changed"}
    assert file.read_text() == f"---\n# mind this\ntitle:   'Greets'\n---\n{LINES.replace('Two', '2')}\n"


def test_edits_that_do_not_touch_are_merged_and_then_pushed(sync, cast, greeter, tmp_path):
    sync("pull")
    file = tmp_path / "team" / "greeter.md"
    file.write_text(file.read_text().replace("One", "1"))
    save(cast, greeter, LINES.replace("Four", "4"))
    assert actions(sync("push")) == {"team/greeter": "conflict"}
    assert actions(sync("pull")) == {"team/greeter": "merged"}
    assert "1.\n\nTwo.\n\nThree.\n\n4." in file.read_text()
    assert actions(sync("push")) == {"team/greeter": "changed"}
    assert Prompt.objects.get(slug="team/greeter").current.text.startswith("1.")


def test_edits_of_the_same_line_are_a_conflict_shown_and_nothing_is_written(sync, cast, greeter, tmp_path):
    sync("pull")
    file = tmp_path / "team" / "greeter.md"
    mine = file.read_text().replace("One", "Uno")
    file.write_text(mine)
    save(cast, greeter, LINES.replace("One", "Un"))
    for verb in ("pull", "push"):
        (row,) = sync(verb).rows
        assert (row.action, row.fields) == ("conflict", ("text",))
        assert "<<<<<<< mine\nUno.\n||||||| base\nOne.\n=======\nUn.\n>>>>>>> theirs" in row.merged
    assert file.read_text() == mine
    assert actions(sync("push", force=True)) == {"team/greeter": "changed"}
    assert Prompt.objects.get(slug="team/greeter").current.text.startswith("Uno")


def test_force_lets_the_swarm_win_a_pull(sync, cast, greeter, tmp_path):
    sync("pull")
    file = tmp_path / "team" / "greeter.md"
    file.write_text("Mine.")
    save(cast, greeter, "Theirs.")
    assert actions(sync("pull", force=True)) == {"team/greeter": "changed"}
    assert file.read_text().endswith("\nTheirs.\n")


def test_what_was_removed_goes_only_when_asked(sync, cast, greeter, tmp_path):
    sync("pull")
    file = tmp_path / "team" / "greeter.md"
    trash_prompt(actor=cast.editor, prompt_id=greeter.pk)
    assert actions(sync("pull")) == {"team/greeter": "gone"}
    assert file.exists()
    assert actions(sync("pull", delete=True)) == {"team/greeter": "removed"}
    assert not file.exists()


def test_a_removed_file_trashes_its_prompt_only_when_asked(sync, greeter, tmp_path):
    sync("pull")
    (tmp_path / "team" / "greeter.md").unlink()
    assert actions(sync("push")) == {"team/greeter": "gone"}
    assert actions(sync("push", delete=True)) == {"team/greeter": "removed"}
    greeter.refresh_from_db()
    assert greeter.deleted_at is not None


def test_a_file_that_became_unreadable_is_no_removed_file(sync, cast, greeter, tmp_path):
    sync("pull")
    file = tmp_path / "team" / "greeter.md"
    file.write_text("---\ntitle: [\n---\nHi")
    save(cast, greeter, "Newer.")
    for verb in ("push", "pull"):
        report = sync(verb, delete=True, force=True)
        assert report.rows == []
        assert report.problems[0].file == "team/greeter.md"
    assert file.read_text().endswith("Hi")
    assert Prompt.objects.get(slug="team/greeter").deleted_at is None


def test_a_format_that_loses_fields_does_not_take_them_from_the_swarm(sync, cast, greeter, tmp_path):
    update_details(
        actor=cast.editor, prompt_id=greeter.pk, tags=["polite"], metadata={"model": "m", "prompty": {"tools": []}}
    )
    (row,) = sync("pull", "dotprompt").rows
    assert {loss.field for loss in row.losses} == {"tags", "prompty"}
    file = tmp_path / "team" / "greeter.prompt"
    file.write_text(file.read_text().replace("One", "1").replace("model: m", "model: n"))
    assert actions(sync("push")) == {"team/greeter": "changed"}
    greeter.refresh_from_db()
    assert greeter.tags == ["polite"]
    assert greeter.metadata == {"model": "n", "prompty": {"tools": []}}


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if not form.holds_many])
def test_every_format_stays_in_step(sync, greeter, form):
    sync("pull", form)
    assert set(actions(sync("pull", form)).values()) == {"same"}
    assert set(actions(sync("push", form)).values()) == {"same"}


def test_a_dry_run_writes_nothing(sync, greeter, tmp_path):
    assert actions(sync("pull", dry_run=True)) == {"team/greeter": "new"}
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "x.md").write_text("Hi")
    assert actions(sync("push", dry_run=True))["x"] == "new"
    assert not Prompt.objects.filter(slug="x").exists()


def test_one_bad_file_stops_the_whole_push(sync, greeter, tmp_path):
    (tmp_path / "a.md").write_text("Hi")
    (tmp_path / "import.md").write_text("A slug that is the name of a page")
    with pytest.raises(Invalid, match=r"import\.md"):
        sync("push")
    assert not Prompt.objects.filter(slug="a").exists()
    assert not (tmp_path / ".mythos").exists()


def test_links_are_neither_read_nor_written(sync, greeter, tmp_path, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_text("secret")
    os.symlink(outside / "secret.md", tmp_path / "leak.md")
    os.symlink(outside, tmp_path / "team")
    with pytest.raises(Invalid, match="link"):
        sync("pull")
    assert [path.name for path in outside.iterdir()] == ["secret.md"]
    assert "leak" not in actions(sync("push"))


@pytest.mark.parametrize(
    "state",
    [
        "[]",
        '{"format": 2}',
        '{"format": 1, "swarm": "", "prompts": {"a": {"file": "../x.md", "sha": "%s", "version": 1}}}' % ("0" * 64),
        '{"format": 1, "swarm": "", "prompts": {"a": {"file": "/etc/x", "sha": "%s", "version": 1}}}' % ("0" * 64),
        '{"format": 1, "swarm": "", "prompts": {"a": {"file": "x.md", "sha": "1", "version": 1}}}',
        '{"format": 1, "swarm": "elsewhere", "prompts": {}}',
        "{" * 5000,
    ],
)
def test_a_state_nobody_here_wrote_is_refused(sync, greeter, tmp_path, state):
    (tmp_path / ".mythos").mkdir()
    (tmp_path / ".mythos" / "sync.json").write_text(state)
    with pytest.raises(Invalid):
        sync("pull", delete=True)
    assert (tmp_path / ".mythos" / "sync.json").read_text() == state


def test_a_stranger_sees_nothing(sync, cast, greeter, tmp_path):
    with pytest.raises(Denied):
        sync("pull", actor=cast.stranger)
    assert list(tmp_path.iterdir()) == []


def test_the_state_is_a_line_a_prompt_in_order(sync, cast, tmp_path):
    for slug in ("b", "a"):
        create_prompt(actor=cast.editor, swarm=cast.swarm, slug=slug, text="Hi")
    sync("pull")
    text = (tmp_path / ".mythos" / "sync.json").read_text()
    assert list(json.loads(text)["prompts"]) == ["a", "b"]
    assert len(text.splitlines()) == 4
