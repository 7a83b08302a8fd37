"""Recorded replies, and the small model where it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mythos.errors import NotConfigured, ProviderFailed
from mythos.providers import PROVIDERS, local
from mythos.providers.base import Message, Options, request_hash
from mythos.providers.replay import Recorder, Replay
from mythos.providers.scripted import Scripted

ASK = [Message("system", "Be brief."), Message("user", "Hello")]


def test_what_was_recorded_is_replayed_and_nothing_else(tmp_path: Path) -> None:
    recorder = Recorder(Scripted(), tmp_path / "replies.jsonl")
    said = recorder.chat(ASK, Options())
    replay = Replay(tmp_path / "replies.jsonl")
    assert replay.chat(ASK, Options()).text == said.text
    assert replay.chat(ASK, Options(timeout=1.0)).text == said.text
    with pytest.raises(ProviderFailed) as caught:
        replay.chat(ASK, Options(temperature=0.5))
    assert caught.value.data["cause"] == "not_recorded"


def test_a_hash_depends_on_everything_that_changes_the_answer() -> None:
    variants = [Options(), Options(model="b"), Options(seed=1), Options(max_tokens=9), Options(schema={"a": 1})]
    hashes = {request_hash(ASK, options) for options in variants}
    assert len(hashes) == len(variants)
    assert request_hash(ASK[::-1], Options()) not in hashes


def test_no_file_and_a_broken_file_are_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MYTHOS_REPLAY_FILE", raising=False)
    with pytest.raises(NotConfigured, match="no recorded replies"):
        Replay().chat(ASK, Options())
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{}\n")
    with pytest.raises(NotConfigured, match="Line 1"):
        Replay(broken).chat(ASK, Options())


def test_without_its_packages_the_local_model_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NotConfigured, match="not installed"):
        local.weights()


def test_the_local_model_replies_the_same_twice_from_another_process() -> None:
    try:
        local.weights()
    except NotConfigured as error:
        pytest.skip(error.message)
    provider = local.Local()
    try:
        first = provider.chat(ASK, Options(max_tokens=12))
        assert first.text == provider.chat(ASK, Options(max_tokens=12)).text
        assert (first.cost, first.model, first.tokens_out) == (0.0, local.MODEL, 12)
        shape = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
        assert '"ok"' in provider.chat(ASK, Options(max_tokens=40, schema=shape)).text
    finally:
        assert provider._server is not None
        provider._server.stop()
    assert not provider._server.is_alive()


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_every_provider_knows_its_name_limits_and_default_model(name: str) -> None:
    provider = PROVIDERS[name]
    assert provider.name == name
    assert provider.limits.concurrency >= 1
    assert provider.model()
