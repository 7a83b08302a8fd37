"""A prompt as a file of another tool's format: what would be lost first, then the download."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mythos.prompts.files import prompt_as_file, prompt_in_every_format
from mythos.prompts.queries import get_prompt
from mythos.web.context import current_swarm, user_of


def page(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """What each format loses and the chosen one's file; `download` sends that file."""
    user = user_of(request)
    prompt = get_prompt(user, prompt_id, current_swarm(request))
    chosen = prompt_as_file(user, prompt, request.GET.get("format") or "markdown")
    if "download" in request.GET:
        response = HttpResponse(chosen.written.data, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{chosen.name}"'
        return response
    context = {
        "prompt": prompt,
        "chosen": chosen,
        "content": chosen.written.data.decode(),
        "formats": prompt_in_every_format(user, prompt),
    }
    return render(request, "prompts/export.html", context)
