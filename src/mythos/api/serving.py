"""Texts ready for use: rendered prompts and compiled assistants."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mythos.api.auth import actor_of, swarm_of
from mythos.api.preconditions import not_modified, quoted
from mythos.api.schemas import serving as shapes
from mythos.assistants.queries import get_assistant
from mythos.codex.serving import Served, ServedAssistant, messages_of, serve_assistant, serve_rendered
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.prompts.splitting import Reader

router = Router(tags=["serving"])


@router.post("/render", response=shapes.RenderTextOut)
def render_text(request: HttpRequest, body: shapes.RenderTextIn, swarm: str | None = None) -> Any:
    """A prompt by slug with variables and includes filled in; 422 names every variable without a value."""
    actor = actor_of(request)
    prompt = get_prompt(actor, body.prompt, swarm_of(request, swarm))
    reader = Reader(body.key, body.arm)
    served = serve_rendered(actor, prompt, body.values, label=body.label, version=body.version, reader=reader)
    shown = shown_as(served, body.form)
    return shown | {"version": served.checkpoint.version, "checkpoint_sha256": served.checkpoint.sha256}


@router.get("/assistants/{slug}/compiled", response=shapes.CompiledOut)
def compiled_assistant(
    request: HttpRequest, response: HttpResponse, slug: str, swarm: str | None = None, form: shapes.Form = "text"
) -> Any:
    """The prompts of an assistant as the one text it speaks from."""
    actor = actor_of(request)
    served = serve_assistant(actor, get_assistant(actor, slug, swarm_of(request, swarm)))
    response["ETag"] = quoted(served.tag)
    if not_modified(request, served.tag):
        return HttpResponse(status=304, headers={"ETag": quoted(served.tag)})
    text = served.compiled.text
    return {
        "assistant": served.assistant.slug,
        "text": text if form == "text" else None,
        "messages": messages_of(Prompt.Kind.SYSTEM, text) if form == "messages" else None,
        "sha256": served.compiled.sha256,
        "variables": served.variables,
        "blocks": _blocks(served),
    }


def shown_as(served: Served, form: shapes.Form) -> dict[str, Any]:
    """What every answer with a text in use says of it."""
    return {
        "checkpoint": served.checkpoint,
        "variables": served.variables,
        "text": served.text if form == "text" else None,
        "messages": served.messages if form == "messages" else None,
        "sha256": served.sha256,
        "contract": served.contract,
        "split": served.split,
    }


def _blocks(served: ServedAssistant) -> list[dict[str, Any]]:
    by_block = dict(served.blocks)
    return [
        {
            "section": span.block.section,
            "order": span.block.order,
            "prompt": by_block[span.block].checkpoint.slug,
            "version": by_block[span.block].checkpoint.version,
            "sha256": by_block[span.block].sha256,
            "start": span.start,
            "end": span.end,
            "contract": by_block[span.block].contract,
        }
        for span in served.compiled.spans
    ]
