"""JUnit XML: a prompt file or the rule book is a suite, a finding a test that failed, a waived one a test left out."""

from __future__ import annotations

import re
from collections import defaultdict
from xml.etree import ElementTree

from mythos.checking.findings import Finding, Report

# What XML 1.0 cannot hold, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for file in report.prompts:
        by_file[file] = []
    for found in report.findings:
        by_file[found.place.file].append(found)
    root = ElementTree.Element("testsuites", name="mythos check")
    for file, findings in by_file.items():
        _suite(root, file, findings)
    for name in ("tests", "failures", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, file: str, findings: list[Finding]) -> None:
    waived = sum(found.waiver is not None for found in findings)
    counts = {"tests": max(1, len(findings)), "failures": len(findings) - waived, "skipped": waived}
    suite = ElementTree.SubElement(root, "testsuite", name=_safe(file))
    for name, number in counts.items():
        suite.set(name, str(number))
    if not findings:
        ElementTree.SubElement(suite, "testcase", classname=_safe(file), name="nothing got worse")
    for found in findings:
        name = f"{found.rule}: {found.title} (line {found.place.line})"
        case = ElementTree.SubElement(suite, "testcase", classname=_safe(file), name=_safe(name))
        if found.waiver:
            ElementTree.SubElement(case, "skipped", message=_safe(f"{found.waiver.owner}: {found.waiver.reason}"))
        else:
            told = ElementTree.SubElement(case, "failure", type=found.level, message=_safe(found.message))
            told.text = _safe(found.quote)


def _safe(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
