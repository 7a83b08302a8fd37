"""Requests and answers of the server, without sending any: what the two clients share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx2

from mythos_client.errors import ClientError, HashMismatch, LabelRemoved, NotAllowed, NotThere
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
        if self.kind == "assistant":
            return f"/api/v1/assistants/{quote(self.name)}/compiled"
        return f"/api/v1/prompts/{quote(self.name)}?label={quote(self.label, safe='')}&arm={self.arm}"


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
    raise _refusal(key, answer.status_code, problem)


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
    said = str(problem.get("title", ""))
    if problem.get("code") == "not_found":
        if "label" in problem.get("fields", {}):
            return LabelRemoved(f"{key.name} has no label {key.label!r} (any more).")
        return NotThere(said)
    if problem.get("code") in {"unauthenticated", "denied"}:
        return NotAllowed(said)
    return Unavailable(f"The server answered {status} for {key.name}. {said}".strip())
