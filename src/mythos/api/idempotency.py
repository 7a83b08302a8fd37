"""Idempotency-Key on POST: the same key and body get the same answer, done once.

The answer is stored in the transaction that does the work, so a crash leaves both or neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mythos.api.errors import problem
from mythos.api.models import IdempotentReply
from mythos.errors import Invalid

KEPT_FOR = timedelta(days=2)
LONGEST_KEY = 200


class IdempotencyMiddleware:
    """Answers a repeated POST of the API from its stored reply."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or not request.path.startswith("/api/"):
            return self.get_response(request)
        if len(key) > LONGEST_KEY:
            return problem(Invalid(f"An Idempotency-Key has at most {LONGEST_KEY} characters."))
        who = request.headers.get("Authorization") or request.COOKIES.get("sessionid", "")
        fingerprint = _hash(request.path, request.META.get("QUERY_STRING", ""), request.body.hex())
        with transaction.atomic():
            IdempotentReply.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
            row, is_new = IdempotentReply.objects.get_or_create(
                scope=_hash(who), key=key, defaults={"fingerprint": fingerprint}
            )
            if not is_new:
                return self._again(request, row, fingerprint)
            response = self.get_response(request)
            if response.status_code >= 400:
                row.delete()
            else:
                row.status, row.body = response.status_code, response.content
                row.content_type = response.headers.get("Content-Type", "")
                row.save()
            return response

    @staticmethod
    def _again(request: HttpRequest, row: IdempotentReply, fingerprint: str) -> HttpResponse:
        if row.fingerprint != fingerprint:
            return problem(
                Invalid(
                    "This Idempotency-Key was used for another request.",
                    hint="Use a new key for a new request.",
                ),
            )
        response = HttpResponse(bytes(row.body), status=row.status, content_type=row.content_type)
        response["Idempotent-Replay"] = "true"
        return response


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
