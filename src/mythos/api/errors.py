"""Errors as `application/problem+json` (RFC 9457): the only place of this door that translates them."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from mythos.errors import MythosError, problem_document

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"


def problem(error: MythosError) -> HttpResponse:
    """The answer for one of our errors."""
    return _response(error.as_problem())


def _answer(status: int, code: str, title: str, **extra: Any) -> HttpResponse:
    return _response(problem_document(status, code, title, **extra))


def _response(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(document, default=str), status=document["status"], content_type=PROBLEM)


class ProblemMiddleware:
    """Refusals that come before the API is asked (an unknown address, a wrong method), in the shape of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        told = response.headers.get("Content-Type") == PROBLEM
        if told or not 400 <= response.status_code < 500 or not request.path.startswith("/api/"):
            return response
        if response.status_code == 404:
            return _answer(404, "not_found", "There is nothing here.")
        if response.status_code == 405:
            allowed = response.headers.get("Allow", "")
            title = f"{request.method} cannot be used at this address."
            answer = _answer(405, "method_not_allowed", title, hint=f"Use {allowed}.")
            answer["Allow"] = allowed
            return answer
        return _answer(response.status_code, "http", f"{response.reason_phrase}.")


def _place(path: Sequence[str | int]) -> str:
    """The field as the caller wrote it: `text`, or `cases.0.ref`; ninja says first where it was looked for."""
    inner = path[2:] if list(path[:2]) == ["body", "body"] else path[1:]
    return ".".join(map(str, inner)) or "body"


def _wrong(item: dict[str, Any]) -> str:
    return "Unknown field." if item["type"] == "extra_forbidden" else str(item["msg"])


def register(api: NinjaAPI) -> None:
    """Teach the API to answer every error in one shape."""

    @api.exception_handler(MythosError)
    def ours(request: HttpRequest, error: MythosError) -> HttpResponse:
        return problem(error)

    @api.exception_handler(ValidationError)
    def shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = {_place(item["loc"]): _wrong(item) for item in error.errors}
        return _answer(422, "invalid", "The request does not have the right shape.", fields=fields)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = _answer(401, "unauthenticated", "Say who you are.", hint="Send Authorization: Bearer <token>.")
        answer["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, MythosError):  # what the parser of bodies refused
            return problem(error.__cause__)
        return _answer(error.status_code, "http", str(error))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return _answer(404, "not_found", "There is nothing here.")

    @api.exception_handler(Exception)
    def bug(request: HttpRequest, error: Exception) -> HttpResponse:
        reference = secrets.token_hex(6)
        log.exception("reference %s: %s %s", reference, request.method, request.path)
        return _answer(500, "internal", "This is our fault.", reference=reference)
