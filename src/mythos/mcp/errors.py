"""Errors as a model reads them: the only place of this door that translates them."""

from __future__ import annotations

from mythos.errors import MythosError


def said(error: MythosError) -> str:
    """The error in a few lines: what is wrong, where, and what to do."""
    lines = [f"{error.code}: {error.message}"]
    lines += [f"{field}: {text}" for field, text in error.fields.items()]
    return "\n".join([*lines, error.hint] if error.hint else lines)
