"""Requests and answers of the server, without sending any: what the two clients share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx2

from mythos_client.errors import ClientError, HashMismatch, LabelRemoved, NotAllowed, NotThere, Refused
from mythos_client.result import Arm, Contract, Split, Text, hash_of

Kind = Literal["prompt", "assistant"]
COMPILED = "compiled"


class Unavailable(ClientError):
    """The server did not answer properly: whatever is held goes on being served, as stale."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that is served: a prompt by label, or an assistant's compiled text."""

    kind: Kind
    name: str
    label: str
    arm: Arm = "a"

    @property
    def path(self) -> str:
        """Where it is, below the address of the server."""
        # What is half a surrogate pair cannot be sent; nothing has such a name.
        name, label = quote(self.name, errors="replace"), quote(self.label, safe="", errors="replace")
        if self.kind == "assistant":
            return f"/api/v1/assistants/{name}/compiled"
        return f"/api/v1/prompts/{name}?label={label}&arm={self.arm}"


def read_answer(key: Key, answer: httpx2.Response, held: Text | None) -> Text:
    """The text an answer brings, or the error it is."""
    if answer.status_code == 304 and held is not None:
        return held
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.status_code == 200 and isinstance(body, dict):
        try:
            return _text(key, body, answer.headers.get("ETag", ""))
        except (KeyError, TypeError) as error:
            raise Unavailable(f"The answer for {key.name} does not have the right shape.") from error
        except HashMismatch as error:
            raise Unavailable(str(error)) from error
    problem = body if isinstance(body, dict) else {}
    refusal = _refusal(key, answer.status_code, problem)
    # A text that was got by the same question before is worth more than a server that no longer understands it.
    raise Unavailable(str(refusal)) if isinstance(refusal, Refused) and held is not None else refusal


def default_text(key: Key, text: str) -> Text:
    """A bundled text, marked as what it is."""
    return Text(key.name, key.label, text, hash_of(text), source="default", is_stale=True)


def _text(key: Key, body: dict[str, Any], tag: str) -> Text:
    if key.kind == "assistant":
        return Text(key.name, key.label, body["text"], body["sha256"], tag=tag)
    split = body.get("split") and Split(body["split"]["arm"], body["split"]["share"])
    contract = body["contract"] and Contract(**{name: body["contract"][name] for name in Contract.__slots__})
    return Text(
        key.name,
        key.label,
        body["text"],
        body["sha256"],
        version=body["checkpoint"]["version"],
        checkpoint_sha256=body["checkpoint"]["sha256"],
        contract=contract,
        split=split or None,
        role="user" if body["prompt"]["kind"] == "user" else "system",
        tag=tag,
    )


def _refusal(key: Key, status: int, problem: dict[str, Any]) -> ClientError:
    # Only the server's own problem documents count: a proxy in front of it also says 404 and 403.
    code, fields = str(problem.get("code", "")), problem.get("fields") or {}
    said = str(problem.get("title", ""))
    if code == "not_found":
        if "label" in fields:
            return LabelRemoved(f"{key.name} has no label {key.label!r} (any more).", code=code, fields=fields)
        return NotThere(said, code=code, fields=fields)
    if code == "unauthenticated":
        return NotAllowed("The server does not accept the token: it is wrong, revoked or expired.", code=code)
    if code == "denied":
        return NotAllowed(said, code=code, fields=fields)
    if code == "invalid":
        where = [f"{name}: {text}" for name, text in fields.items()]
        return Refused(" ".join([said, *where]), code=code, fields=fields)
    return Unavailable(f"The server answered {status} for {key.name}. {said}".strip())
