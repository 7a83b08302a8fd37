"""What models cost, as the person who pays has written it down; no price is ever guessed."""

from __future__ import annotations

import os

from mythos.errors import NotConfigured
from mythos.providers.base import Price

VARIABLE = "MYTHOS_PRICES"


def prices() -> dict[str, Price]:
    """From `model=in/out, …` in US dollars for a million tokens."""
    found: dict[str, Price] = {}
    for entry in os.environ.get(VARIABLE, "").split(","):
        if not entry.strip():
            continue
        model, _, both = entry.strip().rpartition("=")
        try:
            into, _, out = both.partition("/")
            found[model.strip()] = Price(float(into), float(out))
        except ValueError as error:
            problem = f"{VARIABLE} cannot be read at “{entry.strip()}”."
            raise NotConfigured(problem, hint="Write model=in/out.") from error
    return found
