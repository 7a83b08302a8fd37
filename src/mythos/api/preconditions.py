"""ETag, If-Match and If-None-Match: a version number is the tag of a text."""

from __future__ import annotations

import re

from django.http import HttpRequest

from mythos.errors import Invalid

_TAG = re.compile(r'^(?:W/)?"v(\d+)"$')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def not_modified(request: HttpRequest, version: int) -> bool:
    """Whether the caller already holds this version."""
    held = request.headers.get("If-None-Match", "")
    return held == "*" or etag(version) in [part.strip().removeprefix("W/") for part in held.split(",")]


def base_version(request: HttpRequest, given: int | None) -> int:
    """The version an edit began from: `base` of the body, else If-Match; Invalid without either."""
    if given is not None:
        return given
    match = _TAG.match(request.headers.get("If-Match", ""))
    if match is None:
        raise Invalid(
            "Say which version you edited.",
            hint='Send `base`, or the ETag you got as If-Match, as in "v3".',
            fields={"base": "A version is needed."},
        )
    return int(match.group(1))
