"""ETag, If-Match and If-None-Match: a version number is the tag of a text, followed by what else an answer tells."""

from __future__ import annotations

import re

from django.http import HttpRequest

from mythos.errors import Invalid

_TAG = re.compile(r'^(?:W/)?"v(\d+)(?:\.[\w.]*)?"$')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def quoted(tag: str) -> str:
    """An entity tag as the header writes it."""
    return f'"{tag}"'


def holds(held: str, tag: str) -> bool:
    """Whether an If-None-Match names this tag."""
    return held == "*" or quoted(tag) in [part.strip().removeprefix("W/") for part in held.split(",")]


def not_modified(request: HttpRequest, tag: str) -> bool:
    """Whether the caller already holds what this tag stands for."""
    return holds(request.headers.get("If-None-Match", ""), tag)


def base_version(request: HttpRequest, given: int | None) -> int:
    """The version an edit began from: `base` of the body or If-Match; Invalid without either, or when they differ."""
    sent = request.headers.get("If-Match", "")
    match = _TAG.match(sent)
    if sent and match is None:
        raise Invalid(
            "The If-Match is not an ETag of a version.",
            hint='Send the ETag you got, as in "v3".',
            fields={"If-Match": f"{sent} is no version."},
        )
    if match is not None and given is not None and given != int(match.group(1)):
        raise Invalid(
            "The body and If-Match name two versions.", fields={"base": f"{given}, but If-Match says {sent}."}
        )
    if given is not None:
        return given
    if match is None:
        raise Invalid(
            "Say which version you edited.",
            hint='Send `base`, or the ETag you got as If-Match, as in "v3".',
            fields={"base": "A version is needed."},
        )
    return int(match.group(1))
