"""Importing real revisions, twice and badly."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Invalid
from mythos.formats.prompts import read_prompts
from mythos.formats.prompts.base import Problem, PromptRecord, Revision
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptMutationLog
from mythos.prompts.services import import_prompts
from mythos.text.normalize import normalize


def test_every_real_revision_becomes_a_checkpoint_with_date_traits_and_tags(cast, shared_data):
    path = shared_data / "fabric" / "revisions.json"
    source = json.loads(path.read_text())
    kept = {slug: rows for slug, rows in source.items() if len(rows[0]["text"]) < 20_000}
    records = [r for r in read_prompts(path) if r.slug in kept]
    report = import_prompts(actor=SYSTEM, swarm=cast.swarm, records=records)
    assert report.problems == []
    assert len(report.created) == len(kept)
    for slug, rows in kept.items():
        texts = [normalize(row["text"]) for row in rows]
        steps = [0] + [i for i in range(1, len(texts)) if texts[i] != texts[i - 1]]
        stored = list(Prompt.objects.get(slug=slug).checkpoints.order_by("version"))
        assert [c.version for c in stored] == list(range(1, len(steps) + 1))
        assert [c.text for c in stored] == [texts[i] for i in steps]
        assert [c.created_at.date().isoformat() for c in stored] == [rows[i]["date"][:10] for i in steps]
        assert [c.created_at for c in stored] == sorted({c.created_at for c in stored})
    logs = PromptMutationLog.objects.all()
    assert logs.count() == PromptCheckpoint.objects.count() - len(kept)
    assert sum(bool(log.trait_delta) for log in logs) > 0.9 * logs.count()
    assert sum(bool(log.symbolic_tags) for log in logs) > 0.7 * logs.count()
    before = PromptCheckpoint.objects.count()
    again = import_prompts(actor=SYSTEM, swarm=cast.swarm, records=records)
    assert (len(again.unchanged), again.checkpoints) == (len(kept), 0)
    assert PromptCheckpoint.objects.count() == before


def record(slug, *texts):
    day = datetime(2026, 1, 1, tzinfo=UTC)
    return PromptRecord(slug, slug, tuple(Revision(text, day) for text in texts), file="x.json", line=7)


def test_one_bad_record_is_named_and_the_others_come_in(cast):
    records = [record("good", "One."), record("bad", "Hi {{name\n"), Problem("y.csv", 3, "empty")]
    report = import_prompts(actor=cast.editor, swarm=cast.swarm, records=records)
    assert report.created == ["good"]
    assert [(p.file, p.line) for p in report.problems] == [("x.json", 1), ("y.csv", 3)] or len(report.problems) == 2


def test_strict_writes_all_or_nothing(cast):
    with pytest.raises(Invalid) as caught:
        import_prompts(
            actor=cast.editor, swarm=cast.swarm, records=[record("good", "One."), Problem("y", 3, "no")], strict=True
        )
    assert caught.value.data["problems"][0]["line"] == 3
    assert not Prompt.objects.exists()


def test_a_dry_run_says_the_plan_and_writes_nothing(cast):
    report = import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("a", "One.", "Two.")], dry_run=True)
    assert (report.created, report.checkpoints) == (["a"], 2)
    assert not Prompt.objects.exists()


def test_only_new_revisions_are_appended(cast):
    import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("a", "One.", "Two.")])
    report = import_prompts(actor=cast.editor, swarm=cast.swarm, records=[record("a", "One.", "Two.", "Three.")])
    assert (report.revised, report.checkpoints) == (["a"], 1)
    assert Prompt.objects.get(slug="a").current.text == "Three."
