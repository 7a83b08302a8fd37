"""Text as a database keeps it: JSON can write two things that none can."""

from __future__ import annotations

from typing import Any

from mythos.errors import Invalid


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
