"""Texts as HTML: rules as they read, differences with their marks. All text is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from mythos.text.diff import DiffSpan
from mythos.web.diff_view import render_side

register = template.Library()

LAW = MarkdownIt("commonmark", {"html": False}).disable("image")


@register.simple_tag
def law(text: str, codex: str) -> SafeString:
    """A rule as it reads: Markdown without raw HTML; links to other rules of the book lead to them."""
    html = LAW.render(text)
    linked = re.sub(r'href="#([\w:.-]+)"', lambda match: f'href="/codex/{codex}/{match[1]}"', html)
    return mark_safe(linked)  # noqa: S308 - markdown-it escapes text and refuses script addresses


@register.simple_tag
def diff_side(spans: Sequence[DiffSpan], side: str, findings: Sequence[dict[str, Any]] = ()) -> SafeString:
    """One side of a difference (`old`, `new`) or `both` in one text, with the flags of a comparison."""
    return render_side(spans, side, findings or ())
