"""Which prompt a span used, told to OpenTelemetry when that is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from mythos_client.result import Text

_current_span: Callable[[], Any] | None
try:
    _current_span = importlib.import_module("opentelemetry.trace").get_current_span
except ImportError:
    _current_span = None


def attributes(text: Text) -> dict[str, str | int | bool]:
    """A text as attributes of a span."""
    found: dict[str, str | int | bool] = {
        "mythos.prompt.name": text.name,
        "mythos.prompt.label": text.label,
        "mythos.prompt.sha256": text.sha256,
        "mythos.prompt.source": text.source,
        "mythos.prompt.is_stale": text.is_stale,
    }
    if text.version is not None:
        found["mythos.prompt.version"] = text.version
    if text.arm is not None:
        found["mythos.prompt.arm"] = text.arm
    if text.contract is not None:
        found["mythos.contract.version"] = text.contract.version
        found["mythos.contract.state"] = text.contract.state
    return found


def note(text: Text) -> Text:
    """Put the attributes on the current span, if there is one that records."""
    if _current_span is not None and (span := _current_span()).is_recording():
        span.set_attributes(attributes(text))
    return text
