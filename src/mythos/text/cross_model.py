"""Runs the cross-encoder: pairs of texts -> logits for preserved, worse, better. Offline, one session per process."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mythos.text import minilm
from mythos.text.cross import encode
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
        tokenizer, model = self.loaded()
        sides = tokenizer.encode_batch(
            [_readable(text[:MAX_CHARACTERS]) for pair in pairs for text in pair], add_special_tokens=False
        )

        def one(sides: tuple[Any, Any]) -> Reading:
            # One at a time: on one thread a batch gains nothing, and padding to the longest would cost.
            coded = encode(sides[0].ids, sides[1].ids)
            ids, kinds = np.array([coded.ids], np.int64), np.array([coded.types], np.int64)
            kept, worse, better = model.run(ids, kinds, np.ones_like(ids))[0].tolist()
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


_ENGINE = _Reader(lambda: minilm.load(FILE), CACHE_SIZE)
