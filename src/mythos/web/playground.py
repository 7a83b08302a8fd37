"""The playground of a prompt: one request, the reply as it is written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape

from mythos.accounts.permissions import may
from mythos.errors import Invalid, MythosError
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.providers.base import Reply
from mythos.providers.streaming import Piece
from mythos.rituals.models import Ritual, RitualCase
from mythos.rituals.queries import visible_rituals
from mythos.rituals.services import Talk, keep_reply, prepare_talk
from mythos.text.template import variables
from mythos.web.context import user_of
from mythos.web.forms.rituals import TypedCase
from mythos.web.ritual_cases import propose
from mythos.web.rituals import choices
from mythos.web.sse import event, event_stream

MOST_SAVED = 60


def page(request: HttpRequest, prompt_id: int) -> HttpResponseBase:
    """The form; a POST answers with the whole reply, or with its pieces for those who ask for events."""
    user = user_of(request)
    prompt = get_prompt(user, prompt_id)
    assert prompt.current is not None
    if request.method != "POST":
        return _show(request, prompt, _saved(request, prompt))
    typed = _typed(request.POST)
    if request.POST.get("step") == "keep":
        return _keep(request, prompt, typed)
    streams = "text/event-stream" in request.headers.get("Accept", "")
    try:
        talk = prepare_talk(actor=user, prompt_id=prompt.pk, **_options(typed))
        if streams:
            return event_stream(_told(talk))
        reply = [piece for piece in talk.pieces() if isinstance(piece, Reply)][-1]
        keep_reply(talk, reply)
        return _show(request, prompt, typed, {"reply": reply, "is_simulated": talk.is_simulated})
    except MythosError as error:
        if streams:
            return event_stream(_failed(error))
        return _show(request, prompt, typed, {"error": error, "fields": error.fields}, error.status)


def _keep(request: HttpRequest, prompt: Prompt, typed: dict[str, Any]) -> HttpResponse:
    """Go on in the form of a new case that sends the same input."""
    chosen = request.POST.get("ritual", "")
    ritual = _rituals(request, prompt).filter(pk=int(chosen)).first() if chosen.isdigit() else None
    if ritual is None:
        return _show(request, prompt, typed, {"fields": {"ritual": "Choose a ritual."}}, 422)
    values = {name: value for name, value in typed["values"].items() if value}
    variables = json.dumps(values, ensure_ascii=False, indent=1) if values else ""
    return propose(request, ritual, TypedCase(input=typed["said"], variables=variables))


async def _told(talk: Talk) -> AsyncIterator[str]:
    """Pieces while they come, then what it took; a failure keeps what was said so far."""
    pieces = talk.pieces()
    try:
        while (piece := await asyncio.to_thread(_next, pieces)) is not None:
            if isinstance(piece, Reply):
                await sync_to_async(keep_reply)(talk, piece)
                context = {"reply": piece, "is_simulated": talk.is_simulated}
                yield event("done", await sync_to_async(render_to_string)("prompts/_reply_facts.html", context))
            else:
                yield event("piece", piece.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n"))
    except MythosError as error:
        async for one in _failed(error):
            yield one
    finally:
        await asyncio.to_thread(_close, pieces)


async def _failed(error: MythosError) -> AsyncIterator[str]:
    said = " ".join([error.message, error.hint, *(f"{name}: {text}" for name, text in error.fields.items())])
    yield event("failed", escape(said.strip()))


def _next(pieces: Iterator[Piece]) -> Piece | None:
    return next(pieces, None)


def _close(pieces: Iterator[Piece]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def _typed(post: QueryDict) -> dict[str, Any]:
    names = ("text", "said", "provider", "model", "max_tokens", "temperature")
    values = {name.removeprefix("var-"): value for name, value in post.items() if name.startswith("var-")}
    return {name: post.get(name, "") for name in names} | {"values": values}


def _options(typed: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, str] = {}
    parameters: dict[str, float] = {}
    for name, kind in (("max_tokens", int), ("temperature", float)):
        try:
            parameters[name] = kind(typed[name]) if typed[name] else (256 if kind is int else 0.0)
        except ValueError:
            fields[name] = "A number."
    if fields:
        raise Invalid("That cannot be tried out.", fields=fields)
    return {
        "text": typed["text"],
        "said": typed["said"],
        "provider": typed["provider"],
        "model": typed["model"].strip(),
        "variables": {name: value for name, value in typed["values"].items() if value},
        "parameters": parameters,
    }


def _saved(request: HttpRequest, prompt: Prompt) -> dict[str, Any]:
    """The prompt's own text, with the input of a case if one was chosen."""
    assert prompt.current is not None
    typed: dict[str, Any] = {"text": prompt.current.text, "said": "", "values": {}, "max_tokens": 256}
    chosen = request.GET.get("case", "")
    case = _cases(prompt).filter(pk=int(chosen)).first() if chosen.isdigit() else None
    if case is not None:
        typed |= {"said": case.input, "values": {name: str(value) for name, value in case.variables.items()}}
    return typed


def _rituals(request: HttpRequest, prompt: Prompt) -> QuerySet[Ritual]:
    """Rituals a case of this prompt may join: its own, and those of no prompt."""
    rows = visible_rituals(user_of(request), prompt.swarm)
    return rows.filter(Q(prompt=prompt) | Q(prompt=None)).order_by("slug")


def _cases(prompt: Prompt) -> Any:
    rows = RitualCase.objects.filter(ritual__prompt=prompt, retired_version=None)
    return rows.select_related("ritual").order_by("ritual__slug", "position")


def _show(
    request: HttpRequest, prompt: Prompt, typed: dict[str, Any], extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user = user_of(request)
    try:
        names = variables(typed["text"])
    except Invalid:
        names = ()
    context = {
        "prompt": prompt,
        "typed": typed,
        "variables": [(name, typed["values"].get(name, "")) for name in names if name != "input"],
        "choices": choices(),
        "cases": _cases(prompt)[:MOST_SAVED],
        "chosen_case": request.GET.get("case", ""),
        "rituals": _rituals(request, prompt)[:MOST_SAVED],
        "may_run": may(user, "rituals.run", prompt),
        "may_edit": may(user, "rituals.edit", prompt),
        "fields": {},
        **(extra or {}),
    }
    return render(request, "prompts/playground.html", context, status=status)
