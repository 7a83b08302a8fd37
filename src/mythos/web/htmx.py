"""One view, one address: the whole page, or for htmx the fragment the page includes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def render(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer with the page or its fragment; caches must keep the two apart."""
    response = django_render(request, fragment if is_fragment(request) else page, context, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response
