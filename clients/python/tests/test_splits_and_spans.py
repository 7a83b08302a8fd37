"""Split labels as the client serves them, and what spans are told, with a real exporter."""

from __future__ import annotations

import time

import pytest
from mythos_client import Client, LabelRemoved
from mythos_client.splitting import arm_of

from mythos.prompts import splitting
from mythos.prompts.services import move_label, remove_label, revise_prompt, split_label

KEYS = [f"user-{number}" for number in range(300)]


@pytest.fixture
def split(house):
    """Three in ten readers of desk@best get version 2."""
    made = house.prompt("desk", "One.")
    revise_prompt(actor=house.cast.owner, prompt_id=made.prompt_id, text="Two.", base=1, source="web")
    where = {"actor": house.cast.owner, "prompt_id": made.prompt_id, "label": "best"}
    split_label(**where, version=1, other_version=2, share=30)
    return where


@pytest.fixture
def client(house):
    with Client(house.url, house.token, refresh=0.3, timeout=2, defaults={"desk": "A bundled text."}) as made:
        yield made


def test_a_reader_gets_the_arm_that_the_server_would_give_and_two_texts_serve_all(house, split, client):
    got = {key: client.get("desk", "best", key=key) for key in KEYS}
    assert {key: text.arm for key, text in got.items()} == {
        key: splitting.arm_of("desk", "best", key, 30) for key in KEYS
    }
    assert {(text.arm, text.text, text.version) for text in got.values()} == {("a", "One.", 1), ("b", "Two.", 2)}
    assert all(text.split.share == 30 for text in got.values())
    assert house.statuses.count("200") == 2
    asked = client._http.get("/api/v1/prompts/desk?label=best&key=user-7").json()
    assert asked["split"]["arm"] == got["user-7"].arm


@pytest.mark.parametrize("key", ["", "ü", "a\nb", "x" * 500, "\ud800"])
def test_client_and_server_count_alike(key):
    assert [arm_of("team/desk", "best", key, share) for share in range(100)] == [
        splitting.arm_of("team/desk", "best", key, share) for share in range(100)
    ]


def test_without_a_key_chance_decides_for_every_call(split, client):
    arms = [client.get("desk", "best").arm for _ in range(400)]
    assert 60 < arms.count("b") < 180


def until(what, seconds=3.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False


def test_a_split_that_ends_and_a_label_that_is_removed_are_noticed(split, client):
    assert {client.get("desk", "best", key=key).arm for key in KEYS} == {"a", "b"}
    move_label(**split, version=2)
    assert until(lambda: {client.get("desk", "best", key=key).text for key in KEYS} == {"Two."})
    assert client.get("desk", "best", key="user-1").arm is None
    remove_label(**split)

    def is_gone():
        try:
            client.get("desk", "best", key="user-1")
        except LabelRemoved:
            return True
        return False

    assert until(is_gone)


def test_a_span_carries_what_was_used_to_a_real_exporter(split, client):
    export = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = export.InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("program")
    key = next(key for key in KEYS if arm_of("desk", "best", key, 30) == "b")
    with tracer.start_as_current_span("answer"):
        text = client.get("desk", "best", key=key)
    with tracer.start_as_current_span("nothing"):
        pass
    answer, nothing = exporter.get_finished_spans()
    assert dict(answer.attributes) == {
        "mythos.prompt.name": "desk",
        "mythos.prompt.label": "best",
        "mythos.prompt.version": 2,
        "mythos.prompt.sha256": text.sha256,
        "mythos.prompt.source": "server",
        "mythos.prompt.is_stale": False,
        "mythos.prompt.arm": "b",
    }
    assert not nothing.attributes
