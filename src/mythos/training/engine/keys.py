"""Content keys and dice: what a stored result is called, and where chance comes from."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from functools import lru_cache

from mythos.training.engine.protocol import Candidate, ReflectionRequest


@lru_cache(maxsize=8192)
def text_key(text: str) -> str:
    """Short name of one text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def candidate_key(texts: Candidate) -> str:
    """Name of a whole candidate."""
    return _digest(f"{name}={text_key(texts[name])}" for name in sorted(texts))


def evaluation_key(versions: str, split: str, case_id: str, texts: Candidate) -> str:
    """`texts` are only those the case reads; the split is in it, so train and validation never share a result."""
    return scope_key(versions, split, case_id, tuple(sorted(texts.items())))


@lru_cache(maxsize=1 << 16)
def scope_key(versions: str, split: str, case_id: str, texts: tuple[tuple[str, str], ...]) -> str:
    """The same, of texts in the order of their names."""
    # A long search asks for the same few keys at every step; remembering them keeps a step's cost where it was.
    return _digest(("evaluation", versions, split, case_id, *(f"{name}={text_key(text)}" for name, text in texts)))


def reflection_key(versions: str, request: ReflectionRequest) -> str:
    """Everything the reflector reads, and its sampling key."""
    return _digest(("reflection", versions, json.dumps(request, default=vars)))


def random_state(seed: int, step: int) -> str:
    """The chance of a step: it depends on nothing but the seed and the step's number."""
    return hashlib.sha256(json.dumps(["step", str(seed), str(step)]).encode()).hexdigest()


def dice(state: str, purpose: str) -> random.Random:
    """A stream of chance for one purpose, so that one use does not shift another."""
    return random.Random(f"{state}/{purpose}")  # noqa: S311 - a search, not a secret
