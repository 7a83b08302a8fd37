"""Verbs on assistants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.assistants.models import Assistant, Section
from mythos.errors import Invalid

# Addresses below /assistants that are pages of their own.
RESERVED = frozenset({"draft", "drafts", "clusters", "mentorship"})


def create_assistant(*, actor: Actor, swarm: Swarm, slug: str, name: str, description: str = "") -> Assistant:
    """Add an assistant to a swarm."""
    require(actor, "assistants.edit", swarm)
    if slug in RESERVED:
        raise Invalid("The assistant cannot be made.", fields={"slug": "This word is an address of our own."})
    assistant = Assistant(swarm=swarm, slug=slug, name=name.strip() or slug, description=description.strip())
    try:
        assistant.full_clean()
    except ValidationError as error:
        fields = {field: " ".join(messages) for field, messages in error.message_dict.items()}
        raise Invalid("The assistant cannot be made.", fields=fields) from error
    assistant.save()
    return assistant


def set_prompt_cluster(*, actor: Actor, assistant: Assistant, cluster: Iterable[Mapping[str, Any]]) -> Assistant:
    """Store what an assistant speaks from; whoever calls has led every text through the gate."""
    require(actor, "assistants.edit", assistant)
    rows = [_cluster_row(number, row) for number, row in enumerate(cluster)]
    assistant.prompt_cluster = sorted(rows, key=lambda row: (Section.values.index(row["section"]), row["order"]))
    assistant.save(update_fields=["prompt_cluster"])
    return assistant


def _cluster_row(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    fields = {}
    if row.get("section") not in Section.values:
        fields[f"prompt_cluster.{number}.section"] = f"One of {', '.join(Section.values)}."
    if not isinstance(row.get("prompt"), int):
        fields[f"prompt_cluster.{number}.prompt"] = "The number of a prompt."
    if bool(row.get("checkpoint")) == bool(row.get("label")):
        fields[f"prompt_cluster.{number}.checkpoint"] = "A checkpoint to pin, or a label to follow."
    if fields:
        raise Invalid("The prompt cluster cannot be stored.", fields=fields)
    return {
        "section": row["section"],
        "order": int(row.get("order", number)),
        "prompt": row["prompt"],
        "checkpoint": row.get("checkpoint") or None,
        "label": row.get("label") or "",
    }
