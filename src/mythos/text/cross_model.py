"""Runs the cross-encoder: pairs of texts -> logits for preserved, worse, better. Offline, one session per process."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from mythos.errors import NotConfigured
from mythos.text.cross import Encoded, encode
from mythos.text.engine import Engine
from mythos.text.parallel import side_by_side

FILE = "cross-encoder.onnx"
CACHE_SIZE = 4096
# Enough for any passage; more characters only cost time, for the model reads what changed and its surroundings.
MAX_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Reading:
    """How much more the model believes in worse, or in better, than in preserved (logit differences)."""

    worse: float
    better: float


class _Reader(Engine[Reading]):
    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        keys = [_key(*pair) for pair in pairs]
        known = self.known(keys)
        missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
        if missing:
            known.update(zip(missing, self._run(list(missing.values())), strict=True))
        self.remember(known)
        return [known[key] for key in keys]

    def _run(self, pairs: list[tuple[str, str]]) -> list[Reading]:
        tokenizer, session = self.loaded()
        sides = tokenizer.encode_batch(
            [_readable(text[:MAX_CHARACTERS]) for pair in pairs for text in pair], add_special_tokens=False
        )

        def one(sides: tuple[Any, Any]) -> Reading:
            # One at a time: on one thread a batch gains nothing, and padding to the longest would cost.
            logits = session.run(None, _arrays(encode(sides[0].ids, sides[1].ids)))[0]
            kept, worse, better = logits[0].tolist()
            # Machines differ in the last bits; what is stored and compared must not.
            return Reading(round(worse - kept, 3), round(better - kept, 3))

        return side_by_side(one, zip(sides[::2], sides[1::2], strict=True))


def read(pairs: Sequence[tuple[str, str]]) -> list[Reading]:
    """What the model makes of each (old, new); NotConfigured where it cannot run."""
    return _ENGINE.read(pairs)


def _key(old: str, new: str) -> str:
    joined = f"{len(old)}\x00{old}\x00{new}"
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _readable(text: str) -> str:
    """Half of a surrogate pair is no character, and the tokenizer takes none."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _arrays(coded: Encoded) -> dict[str, Any]:
    ids = np.array([coded.ids], np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.array([coded.types], np.int64)}


def _load() -> tuple[Any, Any]:
    try:
        onnxruntime = importlib.import_module("onnxruntime")
        tokenizers = importlib.import_module("tokenizers")
    except ImportError as error:
        raise NotConfigured(
            f"The comparator's model needs the package {error.name}.",
            hint="Install mythos with all its dependencies: onnxruntime, tokenizers.",
        ) from error
    model = files("mythos.text.models").joinpath(FILE)
    if not model.is_file():
        raise NotConfigured("The comparator's model is not installed.", hint="Install mythos again.")
    tokenizer = tokenizers.Tokenizer.from_str(
        files("mythos.text.data").joinpath("minilm-tokenizer.json").read_text("utf-8")
    )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    # Always one thread a call: sums come in the same order on any machine.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # An arena keeps for ever what the longest text needed, once for each thread; without it nothing is slower.
    options.enable_cpu_mem_arena = False
    # The weights are turned into floats once, when the model is loaded, and not again for every pair.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3
    return tokenizer, onnxruntime.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])


_ENGINE = _Reader(_load, CACHE_SIZE)
