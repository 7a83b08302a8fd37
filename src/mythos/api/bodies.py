"""Bodies: those of JSON, read so that whatever gets through can be kept, and those that are files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from mythos.errors import Invalid

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


def refuse_unstorable(value: Any, path: tuple[str, ...] = ()) -> None:
    """Refuse text that no database keeps; the field says where it stands."""
    if isinstance(value, str):
        problem = _unstorable(value)
        if problem:
            raise Invalid(
                "The request holds something that is not text.", fields={".".join(path) or "body": f"{problem}."}
            )
    elif isinstance(value, dict):
        for name, item in value.items():
            refuse_unstorable(name, path)
            refuse_unstorable(item, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            refuse_unstorable(item, (*path, str(number)))


def _unstorable(text: str) -> str:
    if "\0" in text:
        return f"Character {text.index(chr(0)) + 1} is U+0000"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"Character {error.start + 1} is half a surrogate pair, \\u{ord(text[error.start]):04x}"
    return ""
