"""What every edit of a sentence needs: replacing a phrase, finding the end, setting the case."""

from __future__ import annotations

import random
import re


def swap(text: str, rng: random.Random, table: list[tuple[str, str]]) -> str | None:
    """One phrase of the table replaced, in the case it had."""
    found = [(m, new) for old, new in table for m in re.finditer(rf"\b{old}\b", text, re.IGNORECASE)]
    if not found:
        return None
    match, new = rng.choice(found)
    if match[0][:1].isupper():
        new = new[:1].upper() + new[1:]
    return re.sub(r"  +", " ", text[: match.start()] + new + text[match.end() :])


def end_of(text: str) -> tuple[str, str]:
    match = re.search(r"[.!?:;]*\s*$", text)
    at = match.start() if match else len(text)
    return text[:at], text[at:] if at else ""


def lower(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() and not text.startswith("I ") else text


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]
