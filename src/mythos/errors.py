"""Every error a user can meet.

Each class knows its code, HTTP status, exit code and whether trying again can help. The message is one
sentence for a person; `hint` says what to do; `data` is for programs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class MythosError(Exception):
    """Base of the tree; never raised itself."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 70
    retry: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        fields: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data: dict[str, Any] = dict(data or {})
        if fields:
            self.data["fields"] = dict(fields)

    @property
    def fields(self) -> dict[str, str]:
        """Field name -> what is wrong with it; empty when the error is not about a field."""
        fields: dict[str, str] = self.data.get("fields", {})
        return fields

    def __str__(self) -> str:
        return self.message

    def as_problem(self) -> dict[str, Any]:
        """The error for a program: the same document over REST, over MCP and on the terminal."""
        data = {key: value for key, value in self.data.items() if key != "fields"}
        return problem_document(
            self.status, self.code, self.message, hint=self.hint, retry=self.retry, data=data, fields=self.fields
        )


def problem_document(status: int, code: str, title: str, **extra: Any) -> dict[str, Any]:
    """A problem as RFC 9457 writes it; what is empty is left out."""
    document = {"type": f"urn:mythos:{code}", "title": title, "status": status, "code": code}
    return document | {key: value for key, value in extra.items() if value}


class Invalid(MythosError):
    """Input is wrong; `data['fields']`, or `data['problems']` with file and line, says where."""

    code, status, exit_code = "invalid", 422, 2


class NotFound(MythosError):
    """It is not there, or not yours to see."""

    code, status, exit_code = "not_found", 404, 2


class Denied(MythosError):
    """You can see it but may not do this."""

    code, status, exit_code = "denied", 403, 2


class Stale(MythosError):
    """It changed since you read it; `data` carries both sides."""

    code, status, exit_code = "stale", 409, 2


class ClauseBroken(MythosError):
    """A gate refused; `data['findings']`."""

    code, status, exit_code = "clause_broken", 422, 1


class PackageUnreadable(MythosError):
    """A package cannot be read; `data['problems']` lists every one with its path."""

    code, status, exit_code = "package_unreadable", 422, 2


class NotConfigured(MythosError):
    """A key, extra or setting is missing; the hint names it."""

    code, status, exit_code = "not_configured", 503, 3


class ProviderFailed(MythosError):
    """The other side failed; `retry_after` is seconds, or None when unknown."""

    code, status, exit_code = "provider_failed", 502, 4
    retry = True

    def __init__(self, message: str, *, retry_after: float | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


ALL: tuple[type[MythosError], ...] = (
    Invalid,
    NotFound,
    Denied,
    Stale,
    ClauseBroken,
    PackageUnreadable,
    NotConfigured,
    ProviderFailed,
)


def install_extra(name: str) -> str:
    """How to add an extra: from MythOS's own files, for its name in the package index is somebody else's."""
    return f"In the folder of MythOS: pip install -e '.[{name}]'."
