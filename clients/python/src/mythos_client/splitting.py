"""Which arm of a split label a reader gets: counted as the server counts, so that no key has to be sent."""

from __future__ import annotations

import hashlib
import random

from mythos_client.result import Arm

_PARTS = 10_000


def arm_of(name: str, label: str, key: str | None, share: int) -> Arm:
    """The arm of a key, always the same while the share stays; without a key one by chance."""
    if key is None:
        place = random.randrange(_PARTS)  # noqa: S311 - no secret
    else:
        digest = hashlib.sha256(f"{name}\n{label}\n{key}".encode("utf-8", "surrogatepass")).digest()
        place = int.from_bytes(digest[:8], "big") % _PARTS
    return "b" if place < share * _PARTS // 100 else "a"
