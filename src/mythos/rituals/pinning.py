"""What a run is pinned to: everything that can change its result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mythos.errors import Invalid
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.rendering import render
from mythos.rituals.expecting import grader_for, why_ungraded
from mythos.rituals.models import Ritual
from mythos.rituals.queries import cases_hash, cases_of
from mythos.rituals.talking import Unfilled
from mythos.text.normalize import content_hash


def tried_text(ritual: Ritual, checkpoint: PromptCheckpoint | None, text: str | None) -> dict[str, Any]:
    """The text, with included prompts in place, so that a label moved later changes nothing."""
    if checkpoint is None and text is None and ritual.prompt is not None:
        checkpoint = ritual.prompt.current
    if checkpoint is not None and checkpoint.prompt.swarm_id != ritual.swarm_id:
        raise Invalid("The run cannot start.", fields={"checkpoint": "The prompt belongs to another swarm."})
    given = text if text is not None else checkpoint.text if checkpoint else ""
    whole = render(ritual.swarm, given, Unfilled(), (checkpoint.prompt.slug,) if checkpoint else ())
    is_user = checkpoint is not None and checkpoint.prompt.kind == "user"
    return {
        "checkpoint": checkpoint,
        "text": whole,
        "text_role": "user" if is_user else "system",
        "text_sha256": content_hash(whole),
    }


def pinned_cases(ritual: Ritual, split: str = "") -> dict[str, Any]:
    """The cases, and the graders that will measure them with their versions."""
    lists = cases_of(ritual, split).values_list("expectations", flat=True)
    types = sorted({entry["type"] for entries in lists for entry in entries})
    return {
        "ritual_version": ritual.version,
        "cases_sha256": cases_hash(ritual, split),
        "split": split,
        "graders": grader_versions(types),
        "ungraded": {name: reason for name in types if (reason := why_ungraded(name))},
    }


def grader_versions(types: Iterable[str]) -> dict[str, int]:
    """Type of expectation -> version of the grader that measures it here."""
    found = {name: grader_for(name) for name in sorted(types)}
    return {name: grader.version for name, grader in found.items() if grader is not None}
