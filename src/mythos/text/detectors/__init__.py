"""The built-in detectors, by name; one file each, one line here."""

from __future__ import annotations

from collections.abc import Callable

from mythos.text.detectors import (
    actor,
    addition,
    authority,
    condition,
    deletion,
    exception,
    modality,
    negation,
    order,
    quantity,
    reach,
    scope,
    substitution,
    tone,
)
from mythos.text.detectors.base import AlignedPair, Finding

DETECTORS: dict[str, Callable[[AlignedPair], list[Finding]]] = {
    "negation": negation.find,
    "modality": modality.find,
    "quantity": quantity.find,
    "exception": exception.find,
    "scope": scope.find,
    "condition": condition.find,
    "reach": reach.find,
    "order": order.find,
    "authority": authority.find,
    "tone": tone.find,
    "actor": actor.find,
    "deletion": deletion.find,
    "addition": addition.find,
    "substitution": substitution.find,
}
