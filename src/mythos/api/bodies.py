"""Bodies: those of JSON, read so that whatever gets through can be kept, and those that are files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from mythos.errors import Invalid
from mythos.storable import refuse_unstorable

LINES = "application/x-ndjson"
PACKAGE = "application/vnd.mythos.package"


def takes_file(content_type: str) -> dict[str, Any]:
    """For the description of a door that reads its body as it comes."""
    return {"requestBody": {"content": _files(content_type), "required": True}}


def gives_file(*content_types: str) -> dict[str, Any]:
    """For the description of a door that answers with a file."""
    return {"responses": {200: {"content": _files(*content_types)}}}


def _files(*content_types: str) -> dict[str, Any]:
    return {name: {"schema": {"type": "string", "format": "binary"}} for name in content_types}


class BodyParser(Parser):
    """JSON, without the two things JSON can write and a database of text cannot hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body: dict[str, Any] = super().parse_body(request)
        except UnicodeDecodeError as error:
            raise Invalid("The body is not JSON.", fields={"body": "It is not UTF-8 text."}) from error
        except ValueError as error:
            raise Invalid("The body is not JSON.", fields={"body": f"{error}."}) from error
        refuse_unstorable(body)
        return body
