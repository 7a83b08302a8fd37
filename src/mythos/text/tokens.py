"""Real BPE token counts, exact and offline: the vocabularies are part of the package."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import tiktoken

from mythos.errors import Invalid, NotConfigured


class _Spec(NamedTuple):
    sha256: str
    pattern: str
    special: dict[str, int]


DEFAULT_ENCODING = "o200k_base"

_O200K = "|".join(
    (
        r""
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r""
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_SPECS = {
    "o200k_base": _Spec(
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        _O200K,
        {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
    ),
    "cl100k_base": _Spec(
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        _CL100K,
        {
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
    ),
}
ENCODINGS: tuple[str, ...] = tuple(_SPECS)


def count_tokens(text: str, encoding: str = DEFAULT_ENCODING) -> int:
    """How many tokens a model with this encoding reads; special-token spellings count as plain text."""
    return len(_encoding(encoding).encode(text, disallowed_special=()))


def count_between(text: str, bounds: Sequence[int], encoding: str = DEFAULT_ENCODING) -> list[int]:
    """How many tokens of the whole text begin in each stretch between rising offsets; they add up to the whole."""
    coder = _encoding(encoding)
    tokens = coder.encode(text, disallowed_special=())
    starts = np.cumsum([0, *(len(part) for part in coder.decode_tokens_bytes(tokens))])[:-1]
    edges, position, reached = [], 0, 0
    for bound in bounds:
        reached += len(text[position:bound].encode())
        position = bound
        edges.append(reached)
    return [int(n) for n in np.diff(np.searchsorted(starts, edges))]


@cache
def _encoding(name: str) -> tiktoken.Encoding:
    if name not in _SPECS:
        raise Invalid(
            f"There is no token encoding “{name}”.",
            hint="Use one of: " + ", ".join(ENCODINGS) + ".",
            fields={"encoding": "Unknown encoding."},
        )
    spec = _SPECS[name]
    raw = gzip.decompress(files("mythos.text.data").joinpath(f"{name}.tiktoken.gz").read_bytes())
    if hashlib.sha256(raw).hexdigest() != spec.sha256:
        raise NotConfigured(f"The vocabulary file of {name} is damaged.", hint="Install the mythos package again.")
    pairs = (line.split() for line in raw.splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return tiktoken.Encoding(name, pat_str=spec.pattern, mergeable_ranks=ranks, special_tokens=spec.special)
