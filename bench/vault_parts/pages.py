"""The grid: its first page for each kind of filter, its last page in each order, the whole page as HTML."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from vault_parts.timing import in_turns, sample

QUERIES = {
    "first page": "",
    "tone": "tone:formal",
    "tokens": "tokens:>200",
    "tag": "tag:@clarity+",
    "rare tag": "tag:@reorder",
    "prompt": "prompt:p77",
    "ancestor": "ancestor:p1",
    "created": "created:>2024-06",
    "combined": "tag:@clarity+ tone:neutral tokens:50..400 ancestor:p1",
    "combined wide": "tag:@clarity+ tone:neutral tokens:50..400",
    "frequent word": "you",
    "rare word": "word1234",
    "two words": "must chef",
}


def as_often_at_any_size(number_of: Callable[[str], int]) -> str:
    """The beginning of a word that is in about a hundred texts, so that tables of any size have as much to answer."""
    return min(("word1234", "word123", "word12"), key=lambda word: abs(number_of(word) - 100))


def questions(swarm: Any) -> dict[str, Callable[[], Any]]:
    """The grid's first page for each kind of filter and the last page of each order; each gives the page it shows."""
    from mythos.accounts.actors import SYSTEM
    from mythos.prompts.models import PromptCheckpoint
    from mythos.prompts.queries import visible_checkpoints
    from mythos.web.checkpoints import SORTS, _lean, _shown

    everything = _lean(visible_checkpoints(SYSTEM, swarm))
    word = as_often_at_any_size(lambda query: _shown(everything, swarm, query, "-created", "").count.number)
    queries = QUERIES | {"word of a page or two": word, "the same and a frequent word": f"{word} you"}
    asks = {name: partial(_shown, everything, swarm, query, "-created", "") for name, query in queries.items()}
    for sort, column in SORTS.items():
        row = PromptCheckpoint.objects.filter(swarm=swarm).order_by(column, "id")[50]
        value = getattr(row, column)
        after = f"{value.isoformat() if isinstance(value, datetime) else value}|{row.pk}"
        asks[f"last page by {sort}"] = partial(_shown, everything, swarm, "", f"-{sort}", after)
    return asks


def timed(asks: list[Callable[[], Any]]) -> list[dict[str, Any]]:
    """How long one question takes of each of several vaults, asked in turns, and how much each has to answer."""
    from mythos.errors import Invalid

    try:
        spent = in_turns(asks)
        counts = [ask().count for ask in asks]
    except Invalid as stopped:
        return [{"stopped": stopped.message} for _ in asks]
    return [
        took | {"count": count.number, "is_about": count.is_about} for took, count in zip(spent, counts, strict=True)
    ]


def pages(swarm: Any) -> dict[str, Any]:
    """Every question of the grid, and the whole page as HTML."""
    from django.test import Client

    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_user

    results: dict[str, Any] = {name: timed([ask])[0] for name, ask in questions(swarm).items()}
    user = create_user(
        actor=SYSTEM, email=f"b{time.time_ns()}@example.org", name="B", password="a bench pass phrase 7", swarm=swarm
    )
    browser = Client(headers={"Host": "localhost"})
    browser.force_login(user)
    for name in ("first page", "combined wide"):
        results[f"{name}, as HTML"] = sample(
            lambda name=name: browser.get("/prompts/checkpoints", {"q": QUERIES[name]}), times=10
        )
    return results
