"""The local embedding model."""

from __future__ import annotations

import importlib
import threading
from typing import Any

import numpy as np
import pytest

from mythos.errors import NotConfigured
from mythos.text import embed as module
from mythos.text import minilm
from mythos.text.embed import MODEL, embed


def test_vectors_are_unit_length_and_the_same_in_any_batch() -> None:
    together = embed(["Log every complaint.", "A much longer sentence about something else entirely, on purpose."])
    module._ENGINE.forget()
    alone = embed(["Log every complaint."])
    assert together.shape == (2, 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.array_equal(together[0], alone[0])


def test_the_number_of_threads_changes_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Log every complaint.", "Answer within a day. " * 60]
    vectors = []
    for threads in ("1", "2"):
        monkeypatch.setenv(module.THREADS_VARIABLE, threads)
        vectors.append(module._Embedder(module._load, 10).embed(texts))
    assert np.array_equal(*vectors)


def test_related_sentences_are_nearer_than_unrelated_ones() -> None:
    one, near, far = embed(["Record each complaint.", "Log every complaint.", "Bananas are yellow."])
    assert one @ near > 0.6 > 0.3 > one @ far


def test_nothing_gives_no_rows_and_a_long_text_is_cut() -> None:
    assert embed([]).shape == (0, 384)
    assert embed(["word " * 5000]).shape == (1, 384)


def test_the_model_name_carries_the_runtime_version() -> None:
    assert MODEL.startswith("all-MiniLM-L6-v2-onnx-int8/onnxruntime-")


def test_threads_share_one_session() -> None:
    loads: list[int] = []

    def counted() -> tuple[Any, Any]:
        loads.append(1)
        return module._load()

    engine = module._Embedder(counted, 10)
    threads = [threading.Thread(target=lambda n=n: engine.embed([f"text {n}"])) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    original = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "tokenizers":
            raise ModuleNotFoundError("No module named 'tokenizers'", name="tokenizers")
        return original(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(NotConfigured, match="tokenizers"):
        module._Embedder(module._load, 10).embed(["x"])


def test_long_texts_are_read_a_few_at_a_time_and_each_once() -> None:
    lengths = [256, 8, 40, 256, 3, 256, 64, 64, 64, 64, 64, 64, 64, 64, 64]
    batches = list(module._batches(lengths))
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[n] for n in batch) <= module.TOGETHER for batch in batches)
    assert len(batches) < len(lengths) / 2


def test_more_threads_than_gain_anything_wait_for_their_turn() -> None:
    """Eight at once held 1.5 GB; the waiting ones hold nothing."""
    running, most, lock = 0, 0, threading.Lock()

    class Session:
        def run(self, names: None, given: dict[str, Any]) -> list[str]:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            together.wait(0.05)
            with lock:
                running -= 1
            return ["answer"]

    together = threading.Event()
    model, ids = minilm.Model(Session()), np.zeros((1, 1), np.int64)
    threads = [threading.Thread(target=model.run, args=(ids, ids, ids)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == minilm.AT_ONCE
