"""Where the verdicts begin in one codex: the comparator's own thresholds unless it sets others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from mythos.codex.models import Codex
from mythos.errors import Invalid
from mythos.text.compare import DEFAULT, Thresholds

NAMES = tuple(field.name for field in fields(Thresholds))


def thresholds_of(codex: Codex) -> Thresholds:
    """The thresholds that hold for a codex."""
    return Thresholds(**{name: codex.thresholds.get(name, getattr(DEFAULT, name)) for name in NAMES})


def read_thresholds(values: Mapping[str, object]) -> dict[str, float]:
    """Overrides from outside, checked; a value of None falls back to the default."""
    wrong: dict[str, str] = {}
    out: dict[str, float] = {}
    for name, value in values.items():
        if name not in NAMES:
            wrong[f"thresholds.{name}"] = f"One of {', '.join(NAMES)}."
        elif isinstance(value, bool) or not isinstance(value, int | float | None) or not 0 < (value or 0.5) < 1:
            wrong[f"thresholds.{name}"] = "A number between 0 and 1."
        elif value is not None:
            out[name] = float(value)
    merged = {name: out.get(name, getattr(DEFAULT, name)) for name in NAMES}
    if not wrong and merged["uncertain"] > merged["regression"]:
        wrong["thresholds.uncertain"] = "Not above the threshold of a regression."
    if wrong:
        raise Invalid("The thresholds cannot be set.", fields=wrong)
    return out
