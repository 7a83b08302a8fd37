"""A prompt's title, kind, tags and assistant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from mythos.accounts.actors import Actor
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.prompts.services.recording import clean_tags


def update_details(
    *,
    actor: Actor,
    prompt_id: int,
    title: str | None = None,
    kind: str | None = None,
    tags: Sequence[str] | None = None,
    assistant: Assistant | None = None,
    metadata: dict[str, Any] | None = None,
) -> Prompt:
    """Change what describes a prompt; None leaves a value as it is."""
    prompt = get_prompt(actor, prompt_id)
    require(actor, "prompts.revise", prompt)
    fields: dict[str, str] = {}
    if title is not None and not 0 < len(title.strip()) <= 200:
        fields["title"] = "Between 1 and 200 characters."
    if kind is not None and kind not in Prompt.Kind.values:
        fields["kind"] = f"One of {', '.join(Prompt.Kind.values)}."
    if assistant is not None and assistant.swarm_id != prompt.swarm_id:
        fields["assistant"] = "Unknown assistant."
    if fields:
        raise Invalid("The details cannot be saved.", fields=fields)
    prompt.title = title.strip() if title is not None else prompt.title
    prompt.kind = kind or prompt.kind
    prompt.tags = clean_tags(tags) if tags is not None else prompt.tags
    prompt.assistant = assistant or prompt.assistant
    prompt.metadata = metadata if metadata is not None else prompt.metadata
    prompt.save(update_fields=["title", "kind", "tags", "assistant", "metadata"])
    Prompt.objects.filter(pk=prompt.pk).update(stamp=F("stamp") + 1)
    return prompt
