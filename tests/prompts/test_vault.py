"""The chain proves the history; a vault goes out and comes in with the same rows and hashes."""

from __future__ import annotations

import json
import random

import pytest
from click.testing import CliRunner
from django.db import connection

from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm
from mythos.cli.bootstrap import fill_demo
from mythos.cli.main import cli
from mythos.demo import load_demo
from mythos.errors import Denied, Invalid
from mythos.formats.prompts.base import PromptRecord, Revision
from mythos.prompts.carrying import KINDS, export_lines
from mythos.prompts.models import CheckpointTag, PromptAncestor, PromptCheckpoint, PromptMutationLog
from mythos.prompts.services import (
    create_prompt,
    fork_prompt,
    import_prompts,
    import_vault,
    intake,
    move_label,
    remove_label,
    revise_prompt,
)
from mythos.prompts.verifying import verify_vault

WORDS = ("must", "should", "may", "never", "always", "answer", "in plain words", "cite", "{{name}}", "ünïcode", "🙂")


def history(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="a", text="You must answer.")
    for base, text in enumerate(("You may answer.", "Answer in two words.", "Never answer."), start=1):
        revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text=text, base=base, source="web", reason="Why not")
    fork_prompt(actor=cast.owner, prompt_id=made.prompt_id, slug="b")
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", version=2)
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="gone", version=2)
    remove_label(actor=cast.owner, prompt_id=made.prompt_id, label="gone")
    return made.prompt


def forge(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.both_databases
def test_an_untouched_history_is_whole(cast):
    history(cast)
    proof = verify_vault(actor=cast.viewer, swarm=cast.swarm)
    assert (proof.is_whole, proof.checkpoints, proof.mutations) == (True, 5, 4)
    assert proof.head == PromptMutationLog.objects.latest("number").hash
    with pytest.raises(Denied):
        verify_vault(actor=cast.stranger, swarm=cast.swarm)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE prompts_promptcheckpoint SET text = 'Forged.' WHERE version = 2", "The text of a v2 is not"),
        ("UPDATE prompts_promptmutationlog SET reason = 'Forged.' WHERE number = 3", "Row 3 of the chain was changed"),
        ("UPDATE prompts_promptmutationlog SET verdict = 'preserved' WHERE number = 1", "Row 1 of the chain was"),
        ("UPDATE prompts_promptmutationlog SET hash = previous_hash WHERE number = 2", "Row 2 of the chain was"),
        ("DELETE FROM prompts_promptmutationlog WHERE number = 2", "Row 2 of the chain is missing"),
        ("UPDATE prompts_promptmutationlog SET compared = 'later' WHERE number = 2", "Row 2 of the chain was"),
    ],
)
def test_the_first_broken_row_is_named(cast, sql, told):
    history(cast)
    CheckpointTag.objects.all().delete()
    forge(sql)
    assert verify_vault(actor=SYSTEM, swarm=cast.swarm).broken.startswith(told)


def test_each_swarm_has_a_chain_of_its_own(cast):
    history(cast)
    made = create_prompt(actor=SYSTEM, swarm=cast.other_swarm, slug="a", text="One.")
    revise_prompt(actor=SYSTEM, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    row = PromptMutationLog.objects.get(swarm=cast.other_swarm)
    assert (row.number, row.previous_hash) == (1, "")


def rows_of(swarm):
    """Every row of a swarm as plain values: numbers of rows are counted from the first of their table."""
    found = {}
    for carried in KINDS:
        first = {c.model: (c.rows(swarm).values_list("pk", flat=True).first() or 0) for c in KINDS}
        lines = []
        for row in carried.rows(swarm):
            values = {}
            for field in carried.fields:
                value, target = getattr(row, field.attname), carried.points_to(field)
                values[field.attname] = value - first[target] if target and value is not None else value
            lines.append(values)
        found[carried.kind] = lines
    return found


def carried_over(source, target):
    return import_vault(actor=SYSTEM, swarm=target, lines=list(export_lines(actor=SYSTEM, swarm=source)))


@pytest.mark.both_databases
def test_a_vault_comes_back_with_the_same_rows_and_hashes(cast):
    history(cast)
    target = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    report = carried_over(cast.swarm, target)
    assert report.proof.is_whole
    assert report.rows == {
        "prompt": 2,
        "checkpoint": 5,
        "mutation": 4,
        "tag": report.rows["tag"],
        "label": 1,
        "label_move": 3,
    }
    assert rows_of(target) == rows_of(cast.swarm)
    lines = PromptAncestor.objects.filter(prompt__swarm=target).values_list("prompt__slug", "ancestor__slug", "depth")
    assert set(lines) == {("a", "a", 0), ("b", "b", 0), ("b", "a", 1)}
    again = create_prompt(actor=SYSTEM, swarm=target, slug="c", text="Later.")
    assert again.pk > PromptCheckpoint.objects.filter(slug="b", swarm=target).get().pk


def test_the_full_demo_goes_out_and_in(db):
    swarm, target = (create_swarm(actor=SYSTEM, slug=slug, name=slug) for slug in ("demo", "copy"))
    fill_demo(swarm, load_demo(), lambda line: None)
    assert carried_over(swarm, target).proof.is_whole
    assert rows_of(target) == rows_of(swarm)


def test_ten_thousand_random_rows_go_out_and_in(cast, monkeypatch):
    monkeypatch.setattr(intake, "AT_ONCE", 20)
    rng = random.Random(7)

    def text():
        return " ".join(rng.choices(WORDS, k=rng.randint(1, 9)))

    records = [
        PromptRecord(f"p{n}", f"p{n}", tuple(Revision(text(), None, rng.choice(WORDS), text()) for _ in range(10)))
        for n in range(520)
    ]
    import_prompts(actor=SYSTEM, swarm=cast.swarm, records=records)
    target = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    report = carried_over(cast.swarm, target)
    assert report.total > 10_000
    assert rows_of(target) == rows_of(cast.swarm)


def test_a_file_that_was_changed_or_cut_off_writes_nothing(cast):
    history(cast)
    target = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    lines = list(export_lines(actor=SYSTEM, swarm=cast.swarm))
    cases = {
        "was changed after": [line.replace("Why not", "Because") for line in lines],
        "ends too early": lines[:-1],
        "Line 3": [*lines[:2], "{", *lines[3:]],
        "Line 1": lines[1:],
        "Line 2 cannot be read: it is not UTF-8": [lines[0], b"\xff\n", *lines[2:]],
        "not UTF-8 text": [line.replace("Why not", "\\ud800") for line in lines],
    }
    for told, given in cases.items():
        with pytest.raises(Invalid, match=told):
            import_vault(actor=SYSTEM, swarm=target, lines=given)
        assert not PromptCheckpoint.objects.filter(swarm=target).exists()
    with pytest.raises(Invalid, match="not empty"):
        import_vault(actor=SYSTEM, swarm=cast.swarm, lines=lines)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("prompt", {"parent_id": "id"}, "descends from itself"),
        ("prompt", {"parent_id": 7777}, "has a parent that is not in the file"),
        ("prompt", {"current_id": 7777}, "do not fit together"),
        ("checkpoint", {"id": 10**30}, "id is no number of a row"),
        ("checkpoint", {"text": None}, "text is empty"),
        ("checkpoint", {"tags": "one"}, "tags is no list"),
        ("checkpoint", {"text": ...}, "the field 'text' is missing"),
        ("prompt", {"slug": "a" * 5000}, "at most 160 characters"),
        ("end", {"rows": 3}, "3 rows were written"),
    ],
)
def test_a_file_whose_rows_cannot_be_is_refused(cast, kind, change, told):
    """A prompt that is its own parent kept the import going until the memory was full."""
    history(cast)
    target = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    rows = [json.loads(line) for line in export_lines(actor=SYSTEM, swarm=cast.swarm)]
    row = next(row for row in rows if row["line"] == kind)
    row |= {name: row["id"] if value == "id" else value for name, value in change.items()}
    given = [json.dumps({name: value for name, value in row.items() if value is not ...}) for row in rows]
    with pytest.raises(Invalid, match=told) as refused:
        import_vault(actor=SYSTEM, swarm=target, lines=given)
    assert "Export the vault again" in refused.value.hint
    assert not PromptCheckpoint.objects.filter(swarm=target).exists()


@pytest.mark.parametrize("kind", ["prompt", "checkpoint"])
def test_a_row_that_comes_twice_is_told_with_its_lines(cast, kind):
    history(cast)
    target = create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    lines = list(export_lines(actor=SYSTEM, swarm=cast.swarm))
    at = next(number for number, line in enumerate(lines) if json.loads(line)["line"] == kind)
    with pytest.raises(Invalid, match=f"Lines {at + 1} to .* do not fit together: "):
        import_vault(actor=SYSTEM, swarm=target, lines=[*lines[:at], lines[at], *lines[at:]])


def test_the_commands(cast, tmp_path, monkeypatch):
    history(cast)
    create_swarm(actor=SYSTEM, slug="empty", name="Empty")
    path, runner = str(tmp_path / "vault.ndjson"), CliRunner()
    assert "Whole: 5 texts, 4 changes." in runner.invoke(cli, ["vault", "verify"], standalone_mode=False).stdout
    assert runner.invoke(cli, ["vault", "export", path]).exit_code == 0
    (tmp_path / "bytes.md").write_bytes(b"\xff\xfe")
    unread = runner.invoke(cli, ["vault", "import", str(tmp_path / "bytes.md"), "--swarm", "empty"])
    assert "it is not UTF-8 text" in str(unread.exception)
    done = runner.invoke(cli, ["vault", "import", path, "--swarm", "empty", "--json"])
    assert json.loads(done.stdout)["rows"]["checkpoint"] == 5
    forge("UPDATE prompts_promptmutationlog SET reason = 'Forged.' WHERE number = 3")
    broken = runner.invoke(cli, ["vault", "verify"], standalone_mode=False)
    assert broken.return_value == 1
    assert "Broken: Row 3" in broken.stdout
