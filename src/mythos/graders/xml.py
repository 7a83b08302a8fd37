"""is-xml, contains-xml, is-html, contains-html: the reply is, or has, markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from xml.parsers import expat

from mythos.graders.base import Ask, Example, Score, met

_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?(?:/>|>)")
MOST_STARTS = 50
_TAGS = """
a abbr article aside b blockquote body br button code dd div dl dt em footer form h1 h2 h3 h4 h5 h6 head header hr html
i iframe img input label li link main meta nav ol option p pre script section select small span strong style sub sup
table tbody td textarea th thead title tr u ul video
"""
HTML_TAGS = frozenset(_TAGS.split())


@dataclass(frozen=True, slots=True)
class Xml:
    """Well-formed XML; a document type is refused unread, because it can make a small text huge."""

    anywhere: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        return "" if expected in (None, "", True) else "No value is needed here."

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        if not self.anywhere:
            reason = _why_not_xml(reply.strip())
            return met(not reason, f"The text is not XML: {reason}." if reason else "The text is well-formed XML.")
        for span in _elements(reply):
            if not _why_not_xml(reply[slice(*span)]):
                return met(True, "There is XML in the reply.", span)
        return met(False, "There is no XML in the reply.")


@dataclass(frozen=True, slots=True)
class Html:
    """Known HTML elements; the whole reply, or anywhere in it."""

    anywhere: bool = False
    version: int = 1

    def problem(self, expected: Any) -> str:
        return Xml().problem(expected)

    def grade(self, example: Example, reply: str, ask: Ask | None = None) -> Score:
        seen = _Tags()
        seen.feed(reply)
        whole = reply.strip().startswith("<") and reply.strip().endswith(">")
        found = seen.known > 0 and (self.anywhere or whole)
        where = "There is" if self.anywhere else "The whole reply is"
        return met(found, f"{where} HTML." if found else f"{where} no HTML.")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.known = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.known += tag in HTML_TAGS


def _elements(text: str) -> list[tuple[int, int]]:
    spans = []
    for opening in list(_ELEMENT.finditer(text))[:MOST_STARTS]:
        if opening.group().endswith("/>"):
            spans.append(opening.span())
        elif (end := text.rfind(f"</{opening.group(1)}>")) > opening.start():
            spans.append((opening.start(), end + len(opening.group(1)) + 3))
    return spans


def _why_not_xml(text: str) -> str:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        return str(error)
    return ""


def _refuse(*_: object) -> None:
    raise ValueError("a document type is not read")
