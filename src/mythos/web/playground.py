"""The playground of a prompt or a draft: one request, the reply as it is written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape

from mythos.accounts.models import Swarm
from mythos.accounts.permissions import may_of
from mythos.drafts.queries import compiled, get_draft
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


@dataclass(frozen=True)
class Subject:
    """What is tried out: its text as stored, and the prompts whose rituals lend inputs and take new cases."""

    swarm: Swarm
    text: str
    prompts: tuple[int, ...]
    template: str
    shown: dict[str, Any]
    kind: str = Prompt.Kind.SYSTEM
    inside: tuple[str, ...] = ()


def page(request: HttpRequest, prompt_id: int) -> HttpResponseBase:
    """A prompt: the form; a POST answers with the whole reply, or with its pieces for those who ask for events."""
    prompt = get_prompt(user_of(request), prompt_id)
    assert prompt.current is not None
    return _page(
        request,
        Subject(
            swarm=prompt.swarm,
            text=prompt.current.text,
            prompts=(prompt.pk,),
            template="prompts/playground.html",
            shown={"prompt": prompt},
            kind=prompt.kind,
            inside=(prompt.slug,),
        ),
    )


def draft_page(request: HttpRequest, draft_id: int) -> HttpResponseBase:
    """The same of a draft: the text that deploying it would give."""
    draft = get_draft(user_of(request), draft_id)
    found = compiled(draft, seconds=0)
    return _page(
        request,
        Subject(
            swarm=draft.swarm,
            text=found.compiled.text,
            prompts=tuple(part.prompt.pk for part in found.parts),
            template="drafts/playground.html",
            shown={"draft": draft},
        ),
    )


def _page(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request, subject, _saved(request, subject))
    typed = _typed(request.POST)
    if request.POST.get("step") == "keep":
        return _keep(request, subject, typed)
    streams = "text/event-stream" in request.headers.get("Accept", "")
    try:
        options = _options(typed)
        talk = prepare_talk(
            actor=user_of(request), swarm=subject.swarm, kind=subject.kind, inside=subject.inside, **options
        )
        if streams:
            return event_stream(_told(talk))
        reply = [piece for piece in talk.pieces() if isinstance(piece, Reply)][-1]
        keep_reply(talk, reply)
        return _show(request, subject, typed, {"reply": reply, "is_simulated": talk.is_simulated})
    except MythosError as error:
        if streams:
            return event_stream(_failed(error))
        return _show(request, subject, typed, {"error": error, "fields": error.fields}, error.status)


def _keep(request: HttpRequest, subject: Subject, typed: dict[str, Any]) -> HttpResponse:
    """Go on in the form of a new case that sends the same input."""
    chosen = request.POST.get("ritual", "")
    ritual = _rituals(request, subject).filter(pk=int(chosen)).first() if chosen.isdigit() else None
    if ritual is None:
        return _show(request, subject, typed, {"fields": {"ritual": "Choose a ritual."}}, 422)
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


def _saved(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """The subject's own text, with the input of a case if one was chosen."""
    typed: dict[str, Any] = {"text": subject.text, "said": "", "values": {}, "max_tokens": 256}
    chosen = request.GET.get("case", "")
    case = _cases(subject).filter(pk=int(chosen)).first() if chosen.isdigit() else None
    if case is not None:
        typed |= {"said": case.input, "values": {name: str(value) for name, value in case.variables.items()}}
    return typed


def _rituals(request: HttpRequest, subject: Subject) -> QuerySet[Ritual]:
    """Rituals a case may join: those of the subject's prompts, and those of no prompt."""
    rows = visible_rituals(user_of(request), subject.swarm)
    return rows.filter(Q(prompt__in=subject.prompts) | Q(prompt=None)).order_by("slug")


def _cases(subject: Subject) -> QuerySet[RitualCase]:
    rows = RitualCase.objects.filter(ritual__prompt__in=subject.prompts, retired_version=None)
    return rows.select_related("ritual").order_by("ritual__slug", "position")


def _show(
    request: HttpRequest,
    subject: Subject,
    typed: dict[str, Any],
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        names = variables(typed["text"])
    except Invalid:
        names = ()
    may = may_of(user_of(request), ("rituals.run", "rituals.edit"), subject.swarm)
    context = {
        **subject.shown,
        "typed": typed,
        "variables": [(name, typed["values"].get(name, "")) for name in names if name != "input"],
        "choices": choices(),
        "cases": _cases(subject)[:MOST_SAVED],
        "chosen_case": request.GET.get("case", ""),
        "rituals": _rituals(request, subject)[:MOST_SAVED],
        "may_run": "rituals.run" in may,
        "may_edit": "rituals.edit" in may,
        "fields": {},
        **(extra or {}),
    }
    return render(request, subject.template, context, status=status)
