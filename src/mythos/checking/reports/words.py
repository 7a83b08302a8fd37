"""For people at a terminal: file, line, what, why."""

from __future__ import annotations

from mythos.checking.findings import Finding, Report

MOST_QUOTED = 140


def write(report: Report) -> str:
    lines = [line for found in report.findings for line in _lines(found)]
    lines += [f"note: {note}" for note in report.notes]
    return "\n".join([*lines, summary(report)]) + "\n"


def _lines(found: Finding) -> list[str]:
    place = found.place
    lines = [
        f"{place.file}:{place.line}:{place.column}: {found.level}: {found.title} [{found.rule}]",
        f"  {found.message}",
    ]
    if found.quote:
        quote = " ".join(found.quote.split())
        lines.append(f"  “{quote[:MOST_QUOTED]}{'…' if len(quote) > MOST_QUOTED else ''}”")
    if found.waiver:
        lines.append(f"  waived by {found.waiver.owner} until {found.waiver.expires}: {found.waiver.reason}")
    return lines


def summary(report: Report) -> str:
    """What was looked at and what was found, in one line."""
    looked = f"{len(report.prompts)} prompt files, {len(report.clauses)} rules"
    against = f", compared with {report.base[:12]}" if report.base else ""
    counts = ", ".join(f"{number} {name}" + ("s" if number > 1 and name != "waived" else "")
                       for name, number in report.counts.items() if number)  # fmt: skip
    return f"{looked}{against}: {counts or 'nothing found'}."
