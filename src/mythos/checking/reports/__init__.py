"""How a report is told: one form a file, each a function from a report to a text."""

from __future__ import annotations

from collections.abc import Callable

from mythos.checking.findings import Report
from mythos.checking.reports import data, github, junit, sarif, words

FORMS: dict[str, Callable[[Report], str]] = {
    "text": words.write,
    "json": data.write,
    "sarif": sarif.write,
    "junit": junit.write,
    "github": github.write,
}
