"""Filling a prompt's variables and includes; a circle of includes is refused."""

from __future__ import annotations

from collections.abc import Mapping

from mythos.accounts.models import Swarm
from mythos.errors import Invalid, NotFound
from mythos.prompts.models import PromptCheckpoint
from mythos.text.template import fill, includes


def labelled(swarm: Swarm, slug: str, label: str) -> PromptCheckpoint | None:
    """The checkpoint a label points to; `latest` is the newest."""
    rows = PromptCheckpoint.objects.filter(prompt__swarm=swarm, prompt__slug=slug, prompt__deleted_at=None)
    if label == "latest":
        return rows.order_by("-version").first()
    return rows.filter(labels__name=label).first()


def refuse_cycles(swarm: Swarm, slug: str, text: str) -> None:
    """Raise Invalid when the text, saved as `slug`, would include itself; prompts not there yet do not count."""
    _walk(swarm, text, (slug,))


def _walk(swarm: Swarm, text: str, path: tuple[str, ...]) -> None:
    for slug, label in includes(text):
        if slug in path:
            circle = " → ".join((*path, slug))
            raise Invalid(
                f"The prompts include each other in a circle: {circle}.",
                fields={"text": f"Includes a circle: {circle}."},
            )
        checkpoint = labelled(swarm, slug, label)
        if checkpoint is not None:
            _walk(swarm, checkpoint.text, (*path, slug))


def render(swarm: Swarm, text: str, values: Mapping[str, str], path: tuple[str, ...]) -> str:
    """The text with everything filled in; NotFound names a missing prompt or label."""

    def resolve(slug: str, label: str) -> str:
        if slug in path:
            raise Invalid(f"The prompts include each other in a circle: {' → '.join((*path, slug))}.")
        checkpoint = labelled(swarm, slug, label)
        if checkpoint is None:
            raise NotFound(f"There is no prompt {slug!r} with the label {label!r} to include.")
        return render(swarm, checkpoint.text, values, (*path, slug))

    return fill(text, values, resolve)
