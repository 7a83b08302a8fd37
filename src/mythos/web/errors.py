"""Errors as pages or fragments: the only place of this door that translates them."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mythos.errors import MythosError
from mythos.web.htmx import is_fragment

log = logging.getLogger(__name__)


class ErrorMiddleware:
    """Turns our errors into pages; the API has its own translator and never gets here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and not request.path.startswith("/api/"):
            return _not_a_page(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a MythosError; everything else is our bug and goes to `server_error`."""
        if not isinstance(error, MythosError):
            return None
        return _answer(request, error.status, error.message, error.hint)


def _answer(request: HttpRequest, status: int, message: str, hint: str = "", reference: str = "") -> HttpResponse:
    template = "errors/_fragment.html" if is_fragment(request) else "errors/page.html"
    context = {"status": status, "message": message, "hint": hint, "reference": reference}
    return render(request, template, context, status=status)


def _not_a_page(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: somebody reloaded, or came back to, the address that a form is sent to."""
    hint = "Go back to the page with the form and send it again."
    response = _answer(request, 405, "This address only takes a form that is sent.", hint)
    response["Allow"] = allowed
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _answer(request, 400, "This request cannot be understood.", "Go back and try again.")


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _answer(request, 403, "This is not yours to do.", "Reload the page; perhaps you were signed out.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _answer(request, 404, "There is nothing here.", "It may have moved, or is not yours to see.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with a reference that stands in the log too."""
    reference = secrets.token_hex(6)
    log.error("reference %s: %s %s", reference, request.method, request.path)
    return _answer(request, 500, "Something went wrong on our side.", "What you saved before is safe.", reference)
