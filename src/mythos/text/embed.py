"""Texts -> vectors with the local MiniLM model: deterministic, offline, one session per process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import numpy.typing as npt

from mythos.errors import NotConfigured
from mythos.text import minilm
from mythos.text.engine import Engine

Vectors = npt.NDArray[np.float32]

FILE = "minilm.onnx"
DIMENSIONS = 384
MAX_TOKENS = 256
TOGETHER = (
    512  # tokens of a batch, with padding: eight sentences or two long texts; more would cost memory and gain nothing
)
CACHE_SIZE = 8192
THREADS_VARIABLE = "MYTHOS_EMBED_THREADS"
THREADS = 2  # a question of 256 tokens waits two thirds as long as with one; the numbers are the same


def _runtime_version() -> str:
    try:
        return version("onnxruntime")
    except PackageNotFoundError:
        return "missing"


MODEL = f"all-MiniLM-L6-v2-onnx-int8/onnxruntime-{_runtime_version()}"


class _Embedder(Engine[Vectors]):
    def embed(self, texts: Sequence[str]) -> Vectors:
        wanted = list(dict.fromkeys(texts))
        known = self.known(wanted)
        missing = [text for text in wanted if text not in known]
        if missing:
            known.update(zip(missing, _vectors(*self.loaded(), missing), strict=True))
        self.remember(known)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)


def embed(texts: Sequence[str]) -> Vectors:
    """One L2-normalised row of 384 numbers a text, the same numbers in any batch."""
    return _ENGINE.embed(texts)


def is_available() -> bool:
    """Whether the packages of the local model are installed and loadable."""
    try:
        _ENGINE.loaded()
    except NotConfigured:
        return False
    return True


def _load() -> tuple[Any, minilm.Model]:
    tokenizer, model = minilm.load(FILE, threads=int(os.environ.get(THREADS_VARIABLE) or THREADS))
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer, model


def _vectors(tokenizer: Any, model: minilm.Model, texts: list[str]) -> list[npt.NDArray[np.float32]]:
    # Half of a surrogate pair is no character, and the tokenizer takes none.
    encoded = tokenizer.encode_batch([text.encode("utf-8", "replace").decode("utf-8") for text in texts])
    ids = [item.ids for item in encoded]
    vectors: dict[int, npt.NDArray[np.float32]] = {}
    for batch in _batches([len(tokens) for tokens in ids]):
        vectors.update(zip(batch, _means(model, [ids[number] for number in batch]), strict=True))
    return [vectors[number] for number in range(len(texts))]


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Numbers of texts of like length, for each is padded to the longest of its batch."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[number] > TOGETHER:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _means(model: minilm.Model, ids: list[list[int]]) -> Vectors:
    """The mean of what comes out for each token of a text, a row a text, of length one."""
    padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
    mask = np.zeros_like(padded)
    for row, tokens in enumerate(ids):
        padded[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    weights = mask[:, :, None].astype(np.float32)
    means = (model.run(padded, np.zeros_like(padded), mask) * weights).sum(axis=1) / weights.sum(axis=1)
    rows: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return rows


_ENGINE = _Embedder(_load, CACHE_SIZE)
