"""Texts to fill a vault with: the real prompts of `../shared/data` and seeded edits of them."""

from __future__ import annotations

import csv
import random
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LONGEST = 1500
VERSIONS = 10  # of each prompt
WORDS = ("must", "should", "never", "always", "briefly", "politely", "exactly", "perhaps", "kindly", "now")
RARE = 2000


@cache
def texts() -> list[str]:
    """The real prompts that are not too long."""
    found = [path.read_text() for path in sorted((DATA / "fabric").rglob("*.md"))]
    for path in sorted((DATA / "awesome-prompts").glob("*.csv")):
        with path.open(newline="") as file:
            found += [row["prompt"] for row in csv.DictReader(file)]
    return [text for text in dict.fromkeys(found) if 100 < len(text) < LONGEST]


def edited(rng: random.Random, text: str) -> str:
    """One word put in, and now and then a rare one."""
    at = rng.randrange(len(text))
    at = text.find(" ", at) if " " in text[at:] else len(text)
    word = f"word{rng.randrange(RARE)}" if rng.random() < 0.05 else rng.choice(WORDS)
    return f"{text[:at]} {word}{text[at:]}"
