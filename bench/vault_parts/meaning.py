"""Prompts that are like a text, or like one another."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vault_parts.texts import texts
from vault_parts.timing import sample


def meaning(swarm: Any) -> dict[str, Any]:
    """Prompts like a text and like one another. The vectors are random: how long it takes does not depend on them."""
    import numpy as np

    from mythos.accounts.actors import SYSTEM
    from mythos.prompts.bulk import insert_rows
    from mythos.prompts.likeness import DIMENSIONS, MODEL, prompts_like
    from mythos.prompts.models import Prompt, PromptVector
    from mythos.prompts.queries import visible_checkpoints
    from mythos.web.checkpoints import _lean, _shown

    if not PromptVector.objects.filter(swarm=swarm).exists():
        source, made = np.random.default_rng(20), []
        for key, current in Prompt.objects.filter(swarm=swarm).values_list("pk", "current_id"):
            vector = source.standard_normal(DIMENSIONS)
            half = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()
            made.append(PromptVector(prompt_id=key, swarm=swarm, checkpoint_id=current, model=MODEL, vector=half))
        with transaction.atomic():
            insert_rows(made)
    everything = _lean(visible_checkpoints(SYSTEM, swarm))
    texts_asked = iter(texts() * 2)
    phrases = iter([" ".join(text.split()[:12]) for text in texts()] * 2)
    return {
        "vectors": PromptVector.objects.filter(swarm=swarm).count(),
        "twenty like a new text of a prompt's length, embedding included": sample(
            lambda: prompts_like(actor=SYSTEM, swarm=swarm, text=next(texts_asked) + " And so on.")
        ),
        "twenty like twelve words, embedding included": sample(
            lambda: prompts_like(actor=SYSTEM, swarm=swarm, text=next(phrases))
        ),
        "like: in the grid": sample(lambda: _shown(everything, swarm, "like:p1", "-created", "")),
    }
