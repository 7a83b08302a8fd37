"""What readers of a label thought of the text they got."""

from __future__ import annotations

import math

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.permissions import require
from mythos.errors import Invalid, NotFound
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptFeedback, PromptLabel
from mythos.prompts.queries import get_prompt
from mythos.prompts.splitting import ARMS, Arm, arm_of

LONGEST_COMMENT = 2_000
LONGEST_KEY = 200


def give_feedback(
    *,
    actor: Actor,
    prompt_id: int,
    label: str,
    score: float,
    key: str = "",
    version: int | None = None,
    arm: Arm | None = None,
    comment: str = "",
) -> PromptFeedback:
    """Keep a score from 0 to 1 for the version a reader got: the one named, that of the arm, or that of the key."""
    prompt = get_prompt(actor, prompt_id)
    require(actor, "prompts.feedback", prompt)
    fields: dict[str, str] = {}
    if not math.isfinite(score) or not 0 <= score <= 1:
        fields["score"] = "Between 0 and 1."
    if len(comment) > LONGEST_COMMENT:
        fields["comment"] = f"At most {LONGEST_COMMENT} characters."
    if len(key) > LONGEST_KEY:
        fields["key"] = f"At most {LONGEST_KEY} characters."
    if arm is not None and arm not in ARMS:
        fields["arm"] = "a or b."
    if fields:
        raise Invalid("The feedback cannot be kept.", fields=fields)
    return PromptFeedback.objects.create(
        prompt=prompt,
        label=label,
        checkpoint=_read(prompt, label, version, arm, key),
        key=key,
        score=score,
        comment=comment.strip(),
        actor=person(actor),
        actor_name=actor_name(actor),
    )


def _read(prompt: Prompt, label: str, version: int | None, arm: Arm | None, key: str) -> PromptCheckpoint:
    """The checkpoint the reader got."""
    if version is not None:
        found: PromptCheckpoint | None = prompt.checkpoints.filter(version=version).first()
        if found is None:
            raise NotFound(f"{prompt.slug} has no version {version}.", fields={"version": "Unknown version."})
        return found
    row = PromptLabel.objects.select_related("checkpoint", "other").filter(prompt=prompt, name=label).first()
    if row is None:
        raise NotFound(f"{prompt.slug} has no label {label!r}.", fields={"label": "Unknown label."})
    if row.other is None:
        return row.checkpoint
    if arm is None and not key:
        raise Invalid(f"{label} is split.", fields={"arm": "Say which arm, version or key the score is for."})
    return row.other if (arm or arm_of(prompt.slug, label, key, row.share)) == "b" else row.checkpoint
