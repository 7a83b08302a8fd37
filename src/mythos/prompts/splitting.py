"""Which arm of a split label a reader gets. The client of running programs counts in the same way."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import Literal

Arm = Literal["a", "b"]
ARMS: tuple[Arm, ...] = ("a", "b")
_PARTS = 10_000


def arm_of(slug: str, label: str, key: str | None, share: int) -> Arm:
    """The arm of a key, always the same while the share stays; without a key one by chance.

    A larger share moves keys from a to b only, a smaller one from b to a only.
    """
    place = random.randrange(_PARTS) if key is None else _place(slug, label, key)  # noqa: S311 - no secret
    return "b" if place < share * _PARTS // 100 else "a"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a label: by key, by the arm it names, or nobody in particular."""

    key: str | None = None
    arm: Arm | None = None

    def arm_of(self, slug: str, label: str, share: int) -> Arm:
        """The arm this reader gets."""
        return self.arm or arm_of(slug, label, self.key, share)


ANYBODY = Reader()


def _place(slug: str, label: str, key: str) -> int:
    digest = hashlib.sha256(f"{slug}\n{label}\n{key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % _PARTS
