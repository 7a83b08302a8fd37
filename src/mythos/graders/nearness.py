"""What graders of nearness share: a text to come near to, and a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mythos.graders.base import Score, is_number, met


def wanted(expected: Any, default: float) -> tuple[list[str], float]:
    """The texts to come near to, and the threshold: `{"text": …, "threshold": …}` or only the text."""
    threshold = default
    if isinstance(expected, Mapping):
        threshold = float(expected.get("threshold", default))
        expected = expected["text"]
    return ([str(text) for text in expected] if isinstance(expected, list) else [str(expected)]), threshold


def problem(expected: Any, *, most: float = 1.0) -> str:
    """Why the expectation is not a text, or a text with a threshold."""
    if isinstance(expected, Mapping):
        unknown = set(expected) - {"text", "threshold"}
        threshold = expected.get("threshold", 0)
        if unknown:
            return f"Only `text` and `threshold` are known here, not {sorted(map(str, unknown))[0]}."
        if not is_number(threshold) or not 0 <= threshold <= most:
            return f"The threshold must be a number from 0 to {most:g}."
        expected = expected.get("text")
    texts = expected if isinstance(expected, list) else [expected]
    if texts and all(isinstance(text, str) and text.strip() for text in texts):
        return ""
    return "Give the text to come near to, or `text` and `threshold`."


def near_enough(value: float, threshold: float, name: str) -> Score:
    """Met from the threshold on; below it, how near it came."""
    fact = f"{name} is {value:.2f}; at least {threshold:.2f} is asked for."
    return met(True, fact) if value >= threshold else Score(min(max(value, 0.0) / threshold, 0.999), fact)
