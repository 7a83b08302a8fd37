"""A fork's text back into the prompt it was forked from."""

from __future__ import annotations

from django.db import transaction

from mythos.accounts.actors import Actor
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.queries import fork_merge, get_prompt
from mythos.prompts.rendering import refuse_cycles
from mythos.prompts.services.measure import measured
from mythos.prompts.services.recording import Origin, record
from mythos.prompts.services.texts import lock_prompt, refuse_stale

MARKS = ("<<<<<<< mine", "||||||| base", ">>>>>>> theirs")


def refuse_undecided(text: str) -> None:
    """A merged text in which somebody still has to choose between both sides is not saved."""
    line = next((number for number, line in enumerate(text.splitlines(), 1) if line.startswith(MARKS)), 0)
    if line:
        told = f"Line {line} still holds the marks of a conflict."
        raise Invalid("A conflict is not decided yet.", fields={"text": told}, data={"line": line})


def merge_fork(
    *, actor: Actor, fork_id: int, base: int, text: str | None = None, reason: str = "", source: str
) -> PromptCheckpoint:
    """Save a fork's changes on top of version `base` of its parent.

    Without a text both sides' changes are put together, and Invalid tells the places where a person has to decide.
    """
    fork = get_prompt(actor, fork_id)
    three = fork_merge(actor, fork)
    parent = three.current.prompt
    require(actor, "prompts.revise", parent)
    if text is None and three.conflicts:
        places = [{"line": place.line, "mine": place.mine, "theirs": place.theirs} for place in three.conflicts]
        raise Invalid(
            f"{len(places)} place(s) changed on both sides.",
            hint="Decide each of them and send the whole text.",
            data={"conflicts": places, "merged": three.merged},
        )
    wanted = three.merged if text is None else text
    refuse_undecided(wanted)
    content = measured(wanted)
    with transaction.atomic():
        locked, current = lock_prompt(parent)
        refuse_stale(locked, current, base, content.text)
        if content.sha256 == current.sha256:
            return current
        refuse_cycles(locked.swarm, locked.slug, content.text)
        origin = Origin(actor, source, reason or f"Merged {fork.slug}")
        return record(locked, content, origin, current, derived_from=fork.current)
