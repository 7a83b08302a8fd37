"""Filling a prompt's variables and includes; a circle of includes is refused."""

from __future__ import annotations

from collections.abc import Mapping

from mythos.accounts.models import Swarm
from mythos.errors import Invalid, NotFound
from mythos.prompts.models import PromptCheckpoint
from mythos.text.template import DEFAULT_LABEL, expand, fill, includes, missing_values, placeholders


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


def render(swarm: Swarm, text: str, values: Mapping[str, object], path: tuple[str, ...]) -> str:
    """The text with everything filled in; NotFound names a missing prompt or label, Invalid every missing value."""
    absent = {
        name: f"No value given ({where}line {line})."
        for name, (where, line) in _wanted(swarm, text, path, "").items()
        if name not in values
    }
    if absent:
        raise missing_values(absent)

    def resolve(slug: str, label: str) -> str:
        return render(swarm, included(swarm, slug, label, path), values, (*path, slug))

    return fill(text, values, resolve)


def with_includes(swarm: Swarm, text: str, path: tuple[str, ...]) -> str:
    """The text with what it includes in place and its variables left open: what a program is served."""

    def resolve(slug: str, label: str) -> str:
        return with_includes(swarm, included(swarm, slug, label, path), (*path, slug))

    return expand(text, resolve)


def included(swarm: Swarm, slug: str, label: str, path: tuple[str, ...]) -> str:
    """The text an include stands for; Invalid for a circle, NotFound names a missing prompt or label."""
    if slug in path:
        raise Invalid(f"The prompts include each other in a circle: {' → '.join((*path, slug))}.")
    checkpoint = labelled(swarm, slug, label)
    if checkpoint is None:
        raise NotFound(
            f"There is no prompt {slug!r} with the label {label!r} to include.",
            fields={"include": f"{slug}@{label} is not there."},
        )
    return checkpoint.text


def _wanted(swarm: Swarm, text: str, path: tuple[str, ...], where: str) -> dict[str, tuple[str, int]]:
    """Variable -> where it first stands, in the text and in everything it includes."""
    found: dict[str, tuple[str, int]] = {}
    for place in placeholders(text):
        if place.kind == "variable":
            found.setdefault(place.name, (where, place.line))
        else:
            inner = included(swarm, place.name, place.label or DEFAULT_LABEL, path)
            more = _wanted(swarm, inner, (*path, place.name), f"{place.name}, ")
            found |= {name: spot for name, spot in more.items() if name not in found}
    return found
