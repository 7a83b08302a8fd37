"""The built-in detectors, by name; one file each, one line here."""

from __future__ import annotations

from collections.abc import Callable

from mythos.text.detectors import (
    actor,
    addition,
    deletion,
    exception,
    modality,
    negation,
    quantity,
    scope,
    substitution,
)
from mythos.text.detectors.base import AlignedPair, Finding

DETECTORS: dict[str, Callable[[AlignedPair], list[Finding]]] = {
    "negation": negation.find,
    "modality": modality.find,
    "quantity": quantity.find,
    "exception": exception.find,
    "scope": scope.find,
    "actor": actor.find,
    "deletion": deletion.find,
    "addition": addition.find,
    "substitution": substitution.find,
}
