"""Annotations of GitHub Actions: one workflow command a finding. Waived ones are notices."""

from __future__ import annotations

from mythos.checking.findings import Finding, Report
from mythos.checking.reports import words

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def write(report: Report) -> str:
    return "".join(_line(found) + "\n" for found in report.findings) + words.summary(report) + "\n"


def _line(found: Finding) -> str:
    place = found.place
    command = "notice" if found.waiver else _COMMANDS[found.level]
    fields = {
        "file": place.file, "line": place.line, "endLine": place.end_line,
        "col": place.column, "endColumn": place.end_column, "title": f"{found.title} [{found.rule}]",
    }  # fmt: skip
    told = ",".join(f"{name}={_field(str(value))}" for name, value in fields.items())
    waived = f" Waived by {found.waiver.owner}: {found.waiver.reason}" if found.waiver else ""
    return f"::{command} {told}::{_text(found.message + waived)}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _field(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
