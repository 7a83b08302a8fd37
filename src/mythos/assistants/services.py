"""Verbs on assistants."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant
from mythos.errors import Invalid


def create_assistant(*, actor: Actor, swarm: Swarm, slug: str, name: str, description: str = "") -> Assistant:
    """Add an assistant to a swarm."""
    require(actor, "assistants.edit", swarm)
    assistant = Assistant(swarm=swarm, slug=slug, name=name.strip() or slug, description=description.strip())
    try:
        assistant.full_clean()
    except ValidationError as error:
        fields = {field: " ".join(messages) for field, messages in error.message_dict.items()}
        raise Invalid("The assistant cannot be made.", fields=fields) from error
    assistant.save()
    return assistant
