"""Prompts read by label, answered before the framework wakes: the one request that running assistants make all day.

What may be answered is looked up in the database every time (one query on a connection that stays open); only the
finished bytes are kept, under a stamp that rises with everything they show. A token is looked up again every few
seconds. Whatever is not the plain case goes the usual way, and its answer is kept for the next caller.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.db import Error, connection

from mythos.accounts.queries import swarms_of
from mythos.accounts.services import authenticate_token
from mythos.api.preconditions import holds, quoted
from mythos.codex.serving import ContractState, Split, serving_tag
from mythos.prompts.splitting import ANYBODY, ARMS, Reader

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

START = "/api/v1/prompts/"
TOKEN_SECONDS = 5.0
MOST_TOKENS = 1_000
MOST_ANSWERS = 2_000
LARGEST_ANSWER = 64_000

_POINTED = """
SELECT p.id, p.stamp, l.share, c.version, o.version, k.version, k.type, k.state, t.version FROM prompts_prompt p
JOIN prompts_promptlabel l ON l.prompt_id = p.id AND l.name = %s
JOIN prompts_promptcheckpoint c ON c.id = l.checkpoint_id
LEFT JOIN prompts_promptcheckpoint o ON o.id = l.other_id
LEFT JOIN codex_codexcontract k ON k.prompt_id = p.id AND k.status = 'in_force'
LEFT JOIN prompts_promptcheckpoint t ON t.id = k.checked_checkpoint_id
WHERE p.swarm_id = %s AND p.slug = %s AND p.deleted_at IS NULL
"""


@dataclass(frozen=True)
class Question:
    """A plain read of a prompt by label."""

    secret: str
    slug: str
    label: str
    held: str
    reader: Reader = ANYBODY


@dataclass(frozen=True)
class Pointed:
    """What a label points to now."""

    key: tuple[int, int, str, str]
    tag: str


@dataclass(frozen=True)
class Answer:
    """A finished answer."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


class KeptAnswers:
    """An ASGI application in front of another."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.reader = ThreadPoolExecutor(1, thread_name_prefix="kept")
        self.tokens: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.answers: OrderedDict[tuple[int, int, str, str], Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = question(scope)
        pointed = None
        if asked is not None:
            pointed = await asyncio.get_running_loop().run_in_executor(self.reader, self._look, asked)
        if asked is None or pointed is None:
            await self.app(scope, receive, send)
        elif (answer := self.answers.get(pointed.key)) is None:
            await self.app(scope, receive, self._keeping(pointed, send))
        elif holds(asked.held, pointed.tag):
            headers = [pair for pair in answer.headers if pair[0].lower() not in (b"content-length", b"content-type")]
            await _send(send, 304, headers, b"")
        else:
            self.answers.move_to_end(pointed.key)
            await _send(send, 200, answer.headers, answer.body)

    def _look(self, asked: Question) -> Pointed | None:
        """What the label points to, for a caller who may see it; None leaves the request to the application."""
        try:
            swarm_id = self._swarm_of(asked.secret)
            if swarm_id is None:
                return None
            with connection.cursor() as cursor:
                cursor.execute(_POINTED, [asked.label, swarm_id, asked.slug])
                row = cursor.fetchone()
        except Error:
            connection.close()
            return None
        if row is None:
            return None
        prompt_id, stamp, share, version, other, *standing = row
        contract = ContractState(*standing) if standing[0] else None
        split = Split(asked.reader.arm_of(asked.slug, asked.label, share), share) if share else None
        tag = serving_tag(other if split is not None and split.arm == "b" else version, contract, split)
        return Pointed((prompt_id, stamp, asked.label, tag), tag)

    def _swarm_of(self, secret: str) -> int | None:
        known, now = hashlib.sha256(secret.encode()).hexdigest(), time.monotonic()
        until, swarm_id = self.tokens.get(known, (0.0, 0))
        if until > now:
            return swarm_id
        self.tokens.pop(known, None)
        token = authenticate_token(secret)
        if token is None or not swarms_of(token).exists():
            return None
        self.tokens[known] = (now + TOKEN_SECONDS, token.swarm_id)
        if len(self.tokens) > MOST_TOKENS:
            self.tokens.popitem(last=False)
        return token.swarm_id

    def _keeping(self, pointed: Pointed, send: Send) -> Send:
        """Pass an answer on, and keep it when it is whole, good and small.

        A text that includes others changes with them, behind the back of the stamp; its longer tag tells.
        """
        headers: list[tuple[bytes, bytes]] = []
        parts: list[bytes] = []
        is_good = False

        async def keep(message: Message) -> None:
            nonlocal is_good
            if message["type"] == "http.response.start":
                headers.extend((bytes(name), bytes(value)) for name, value in message["headers"])
                is_good = message["status"] == 200 and (b"ETag", quoted(pointed.tag).encode()) in headers
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if is_good and not message.get("more_body") and sum(map(len, parts)) <= LARGEST_ANSWER:
                    self.answers[pointed.key] = Answer(headers, b"".join(parts))
                    if len(self.answers) > MOST_ANSWERS:
                        self.answers.popitem(last=False)
            await send(message)

        return keep


def question(scope: Scope) -> Question | None:
    """The plain read a request asks for; None when it is anything else."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(START):
        return None
    headers = dict(scope["headers"])
    kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    asked = dict(pairs)
    slug = scope["path"][len(START) :]
    if kind != "Bearer" or len(asked) != len(pairs) or not {"label"} <= asked.keys() <= {"label", "key", "arm"}:
        return None
    label, arm = asked["label"], asked.get("arm")
    if label == "latest" or (arm is not None and arm not in ARMS):
        return None
    if not slug or slug.isdigit() or b"cookie" in headers:
        return None
    reader = Reader(asked.get("key"), ARMS[ARMS.index(arm)] if arm in ARMS else None)
    return Question(secret, slug, label, headers.get(b"if-none-match", b"").decode("latin-1"), reader)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
