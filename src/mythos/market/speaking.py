"""The text an assistant speaks from while it is taught, with everything it includes in place."""

from __future__ import annotations

from mythos.assistants.models import Assistant
from mythos.drafts.queries import newest_versions
from mythos.errors import Invalid
from mythos.prompts.models import Prompt
from mythos.prompts.rendering import render
from mythos.rituals.talking import Unfilled


def spoken_text(assistant: Assistant, prompt: Prompt | None) -> str:
    """The current text of the prompt that was named, else the newest text the assistant was deployed with."""
    if prompt is not None and prompt.current is not None:
        return render(assistant.swarm, prompt.current.text, Unfilled(), (prompt.slug,))
    version = newest_versions().filter(assistant=assistant).first()
    if version is None:
        raise Invalid(
            f"{assistant.name} has nothing to say yet.",
            hint="Deploy a draft of it, or name one of its prompts.",
            fields={"prompt": "Name a prompt, or deploy a draft of the assistant first."},
        )
    return render(assistant.swarm, version.text, Unfilled(), ())
