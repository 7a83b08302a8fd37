"""Importing rituals, running them on recorded replies, and giving them back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from mythos.codex.models import Codex
from mythos.codex.services import create_clause
from mythos.errors import Denied, Invalid
from mythos.formats.rituals import CaseRecord, RitualDocument, read_ritual
from mythos.formats.rituals.expectations import PROMPTFOO_TYPES
from mythos.providers.replay import Recorder, Replay
from mythos.providers.scripted import Scripted
from mythos.rituals.exporting import export_ritual
from mythos.rituals.models import Ritual, RitualRun
from mythos.rituals.queries import cases_of, results_of
from mythos.rituals.services import execute_run, import_ritual, start_run

# What is measured without a model, and llm-rubric, which needs a judge.
MEASURED = """
bleu contains contains-all contains-any contains-html contains-json contains-xml cost equals finish-reason gleu
icontains icontains-all icontains-any is-html is-json is-refusal is-xml latency levenshtein llm-rubric regex rouge-n
similar starts-with word-count
"""
REPORTED = PROMPTFOO_TYPES - set(MEASURED.split())


CONFIGS = ["getting-started.yaml", "adaline-chat-history.yaml", "adaline-multi-provider.yaml"]


@pytest.mark.skipif(shutil.which("promptfoo") is None, reason="promptfoo (npm) is not installed")
@pytest.mark.parametrize("name", [*CONFIGS, "desk"])
def test_promptfoo_accepts_what_is_exported(name, cast, ritual, shared_data, tmp_path) -> None:
    if name in CONFIGS:
        document = read_ritual((shared_data / "promptfoo" / name).read_text(), name)
        ritual = import_ritual(actor=cast.owner, swarm=cast.swarm, slug="pf", document=document).ritual
    file = tmp_path / "promptfooconfig.yaml"
    # Newer ones no longer have the service these configs name; what is asked here is the shape of the rest.
    file.write_text(re.sub(r"adaline:[\w.:-]+", "echo", export_ritual(cast.owner, ritual.pk).text))
    for referred in re.findall(r"file://(\S+)", file.read_text()):
        (tmp_path / referred).write_text('[{"role": "user", "content": "{{message}}"}]')
    quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1"}
    quiet |= {"PROMPTFOO_CONFIG_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    said = subprocess.run(
        ["promptfoo", "validate", "config", "-c", file], env=quiet, cwd=tmp_path, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Configuration is valid" in said.stdout


@pytest.mark.parametrize("name", CONFIGS)
def test_a_real_config_is_imported_run_on_replay_and_exported(name, cast, shared_data, offer, tmp_path) -> None:
    document = read_ritual((shared_data / "promptfoo" / name).read_text(), name)
    made = import_ritual(actor=cast.owner, swarm=cast.swarm, slug="pf", document=document)
    assert made.is_new
    assert made.ungraded == {}
    offer("record", Recorder(Scripted(), tmp_path / "replies.jsonl"))
    offer("replay", Replay(tmp_path / "replies.jsonl"))
    runs = []
    for provider in ("record", "replay"):
        started = start_run(actor=cast.owner, ritual_id=made.ritual.pk, provider=provider, model="any", use_cache=False)
        runs.append(execute_run(actor=cast.owner, run_id=started.pk))
    assert [run.state for run in runs] == [RitualRun.State.DONE] * 2
    assert runs[1].summary["failed"] == 0
    texts = [[result.reply.text for result in results_of(run)] for run in runs]
    assert texts[0] == texts[1]
    given = yaml.safe_load((shared_data / "promptfoo" / name).read_text())
    back = yaml.safe_load(export_ritual(cast.owner, made.ritual.pk).text)
    assert back["prompts"] == given["prompts"]
    assert back["providers"] == given["providers"]
    assert [test.get("assert") for test in back["tests"]] == [test.get("assert") for test in given["tests"]]


def test_types_that_nothing_here_grades_are_named_with_the_reason(cast) -> None:
    expectations = [{"type": name, "value": "x"} for name in sorted(REPORTED)]
    document = RitualDocument("All", (CaseRecord(input="Hi", expectations=expectations),))
    made = import_ritual(actor=cast.owner, swarm=cast.swarm, slug="all", document=document)
    assert set(made.ungraded) == REPORTED
    assert "never run" in made.ungraded["javascript"]
    started = start_run(actor=cast.owner, ritual_id=made.ritual.pk, provider="scripted")
    done = execute_run(actor=cast.owner, run_id=started.pk)
    assert (done.summary["unmeasured"], done.summary["passed"]) == (1, 0)
    assert done.ungraded == made.ungraded


def test_a_second_import_changes_only_what_is_different(cast) -> None:
    def bring(text: str):
        document = read_ritual(text, "cases.csv")
        return import_ritual(actor=cast.owner, swarm=cast.swarm, slug="t", document=document)

    bring("ref,input,expected\na,One,1\nb,Two,2\n")
    ids = {case.ref: case.pk for case in cases_of(Ritual.objects.get())}
    same = bring("ref,input,expected\na,One,1\nb,Two,2\n")
    assert (same.is_new, same.ritual.version, same.changes.unchanged) == (False, 1, 2)
    newer = bring("ref,input,expected\nb,Two,2\na,One,one\nc,Three,3\n")
    assert (newer.changes.added, newer.changes.changed, newer.changes.unchanged) == (1, 1, 1)
    assert newer.ritual.version == 2
    now = {case.ref: case.pk for case in cases_of(newer.ritual)}
    assert now["b"] == ids["b"]
    assert now["a"] != ids["a"]
    assert list(now) == ["b", "a", "c"]


@pytest.mark.parametrize(
    "expectation",
    [
        {"type": "regex", "value": "(a+)+$"},
        {"type": "max-tokens", "value": "many"},
        {"type": "nonsense", "value": 1},
        {"type": "contains", "value": "x", "weight": -1},
    ],
)
def test_an_expectation_that_cannot_work_refuses_everything(cast, expectation) -> None:
    document = RitualDocument("Bad", (CaseRecord(input="Hi", expectations=[expectation]),))
    with pytest.raises(Invalid):
        import_ritual(actor=cast.owner, swarm=cast.swarm, slug="bad", document=document)
    assert not Ritual.objects.exists()


def test_bad_expectations_are_named_with_file_and_line_all_at_once(cast) -> None:
    rows = [{"type": "contains", "value": "x"}, {"type": "nope"}, {"type": "contains"}]
    text = "\n".join(json.dumps({"input": "Hi", "expectations": [row]}) for row in rows)
    document = read_ritual(text, "c.jsonl")
    with pytest.raises(Invalid, match="c.jsonl, line 2: nope: There is no such expectation.") as caught:
        import_ritual(actor=cast.owner, swarm=cast.swarm, slug="c", document=document)
    assert [(row["file"], row["line"]) for row in caught.value.data["problems"]] == [
        ("c.jsonl", "line 2"),
        ("c.jsonl", "line 3"),
    ]


def test_a_clause_that_no_rule_book_has_is_noted_with_its_line(cast) -> None:
    codex = Codex.objects.create(swarm=cast.swarm, slug="house", title="House")
    create_clause(actor=cast.owner, codex=codex, ref="known", title="K", text="Be kind.")
    rows = [{"type": "contains", "value": "x", "clause": ref} for ref in ("known", "missing")]
    document = read_ritual(json.dumps({"input": "Hi", "expectations": rows}), "c.jsonl")
    made = import_ritual(actor=cast.owner, swarm=cast.swarm, slug="c", document=document)
    assert made.notes == ("line 1: No rule book has the clause missing; what is tried for it is evidence of nothing.",)


def test_a_viewer_may_not_import(cast) -> None:
    with pytest.raises(Denied):
        import_ritual(
            actor=cast.viewer, swarm=cast.swarm, slug="x", document=RitualDocument("X", (CaseRecord(input="Hi"),))
        )


def test_our_own_expectations_are_left_out_of_an_export_and_named(cast, ritual) -> None:
    given = export_ritual(cast.owner, ritual.pk)
    assert given.notes == ("promptfoo has no “max-tokens”; it is left out.",)
    config = yaml.safe_load(given.text)
    assert "Never promise" in config["prompts"][0]
    assert config["tests"][0]["vars"] == {"input": "I want a refund today"}
    assert export_ritual(cast.owner, ritual.pk, "jsonl").text.count("\n") == 4
