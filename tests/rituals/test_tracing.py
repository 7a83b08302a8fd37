"""Spans of runs, off unless asked for."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from mythos.formats.rituals.document import CaseRecord
from mythos.providers.base import Reply, failed
from mythos.providers.scripted import Scripted
from mythos.rituals.models import RitualReply
from mythos.rituals.services import create_ritual, execute_run, start_run
from mythos.rituals.tracing import VARIABLE, tracer_to

HAS_SDK = importlib.util.find_spec("opentelemetry") is not None and (
    importlib.util.find_spec("opentelemetry.sdk") is not None
)
needs_sdk = pytest.mark.skipif(not HAS_SDK, reason="the extra telemetry is not installed")


@pytest.fixture(autouse=True)
def _fresh():
    tracer_to.cache_clear()
    yield
    tracer_to.cache_clear()


def run(cast, ritual, **options):
    started = start_run(actor=cast.owner, ritual_id=ritual.pk, provider="scripted", **options)
    return execute_run(actor=cast.owner, run_id=started.pk)


def spans(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@needs_sdk
def test_a_run_and_its_calls_are_spans_with_hashes_and_without_texts(cast, ritual, tmp_path, monkeypatch) -> None:
    path = tmp_path / "spans.jsonl"
    monkeypatch.setenv(VARIABLE, str(path))
    done = run(cast, ritual, parameters={"seed": 7})
    *calls, whole = spans(path)
    assert whole["name"] == "ritual desk"
    assert {call["name"] for call in calls} == {"chat rule-follower-1"}
    assert len(calls) == 4
    assert {call["parent_id"] for call in calls} == {whole["context"]["span_id"]}
    call = next(call for call in calls if call["attributes"]["mythos.case"] == "refund")
    about = call["attributes"]
    assert call["kind"] == "SpanKind.CLIENT"
    assert (about["gen_ai.operation.name"], about["gen_ai.provider.name"]) == ("chat", "scripted")
    assert (about["gen_ai.request.seed"], about["gen_ai.response.finish_reasons"]) == (7, ["stop"])
    assert about["gen_ai.usage.output_tokens"] > 0
    assert (about["mythos.prompt.sha256"], about["mythos.run"]) == (done.text_sha256, done.pk)
    assert RitualReply.objects.filter(key=about["mythos.reply.key"]).exists()
    [event] = call["events"]
    assert event["name"] == "gen_ai.evaluation.result"
    assert event["attributes"]["gen_ai.evaluation.score.label"] == "met"
    assert "I want a refund today" not in path.read_text()
    assert "Never promise" not in path.read_text()


@needs_sdk
def test_failures_and_judges_are_spans_too_and_reused_replies_are_none(
    cast, desk, tmp_path, monkeypatch, offer
) -> None:
    class Judge(Scripted):
        name = "judge"

        def chat(self, messages, options):
            return Reply('{"pass": true}', 1, 1, 0.0, 0.0, "judge-1")

    class Broken(Scripted):
        def chat(self, messages, options):
            if "fail" in messages[-1].content:
                raise failed("refused", "No.")
            return super().chat(messages, options)

    offer("judge", Judge())
    offer("scripted", Broken())
    cases = [CaseRecord("a", "hello", expectations=[{"type": "llm-rubric", "value": "x"}]), CaseRecord("b", "fail")]
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="mixed", prompt=desk.prompt, cases=cases)
    path = tmp_path / "spans.jsonl"
    monkeypatch.setenv(VARIABLE, str(path))
    run(cast, ritual, judge={"provider": "judge"})
    found = spans(path)
    assert [span["attributes"]["error.type"] for span in found if "error.type" in span["attributes"]] == ["refused"]
    assert sum(span["attributes"].get("mythos.judge", False) for span in found) == 1
    monkeypatch.setenv(VARIABLE, str(tmp_path / "again.jsonl"))
    run(cast, ritual)
    again = spans(tmp_path / "again.jsonl")
    assert [span["attributes"].get("mythos.case") for span in again] == ["b", None], "one call, and the run"


def test_without_the_package_a_run_says_what_to_install(cast, ritual, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setenv(VARIABLE, "otlp")
    done = run(cast, ritual)
    assert done.state == "failed"
    assert "OpenTelemetry is not installed" in done.note
    monkeypatch.delenv(VARIABLE)
    assert run(cast, ritual).state == "done"
