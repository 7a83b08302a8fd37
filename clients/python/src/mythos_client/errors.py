"""Everything a call can raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class ClientError(Exception):
    """Base of all errors of this package; `code` and `fields` are the server's, where it answered."""

    def __init__(self, message: str = "", *, code: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.fields = dict(fields or {})


class LabelRemoved(ClientError):
    """The label is not on the prompt, or no longer: its text is withdrawn and is not served from any copy."""


class NotThere(ClientError):
    """There is no such prompt or assistant, or it cannot be put together; the message is the server's."""


class NotAllowed(ClientError):
    """The token is not accepted, or may not read this."""


class Refused(ClientError):
    """The question itself is wrong; `fields` says where, and asking again does not help."""


class ServerUnreachable(ClientError):
    """No answer, and neither a last good text nor a default to fall back to."""


class HashMismatch(ClientError):
    """A text that does not have the hash it came with; it is never handed out."""


class MissingValues(ClientError):
    """Variables without a value; `names` lists each."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"No value for {', '.join(names)}.")
        self.names = tuple(names)
