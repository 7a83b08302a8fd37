"""Which way a checkpoint is found by its words: rare ones by the index, frequent ones by asking each row walked."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models.functions import Substr

from mythos.accounts.models import Swarm
from mythos.prompts.counting import evenly, span
from mythos.prompts.fulltext import has_words, holding, matching, words_of
from mythos.prompts.models import PromptCheckpoint
from mythos.prompts.parts import FEW, Part, among, keys_of

MANY_WORDS = 50_000  # texts with a word up to which they are listed; beyond, each row walked is asked
PROBES = 200  # texts that are looked at to tell whether a word is frequent
FREQUENT = 20  # of them with a word, from which on the index would have more to list than a page has to walk
TOGETHER = 4  # of them with every frequent word, below which the walk would be too long
LONGEST = 5_000
SECONDS_KEPT = 60


def by_words(swarm: Swarm | None, text: str) -> list[Part]:
    """Rows whose text, slug or message has every word; none when there is no word to look for."""
    words = words_of(text)
    if not words:
        return []
    frequent = _frequent(swarm, words)
    rare = [word for word in words if word not in frequent]
    walked = [_walked(frequent)] if frequent else []
    if not rare:
        return walked
    # Asked once: both indexes put the matches of a beginning together anew with every question.
    found = keys_of(matching(rare), MANY_WORDS + 1)
    if len(found) > MANY_WORDS:
        return [_walked(words)]
    nothing = PromptCheckpoint.objects.none()
    return [Part(nothing, among(nothing, found, is_test=True), len(found) > FEW, tuple(found)), *walked]


def _walked(words: Sequence[str]) -> Part:
    return Part(PromptCheckpoint.objects.none(), holding(words), is_frequent=True)


def _frequent(swarm: Swarm | None, words: Sequence[str]) -> list[str]:
    """The words that many texts of a large table have, if enough have all of these at once."""
    texts = _texts(swarm)
    frequent = [word for word in words if sum(has_words(word, *said) for said in texts) >= FREQUENT]
    together = sum(all(has_words(word, *said) for word in frequent) for said in texts)
    return frequent if together >= TOGETHER else []


def _texts(swarm: Swarm | None) -> list[tuple[str, str, str]]:
    """Some texts that lie evenly among those of a large table, kept a while; none of a small one."""
    key = f"texts-{swarm.pk if swarm else 0}"
    kept: list[tuple[str, str, str]] | None = cache.get(key)
    if kept is None:
        lies = span(swarm)
        kept = []
        if len(lies) > MANY_WORDS:
            rows = PromptCheckpoint.objects.filter(**{"swarm": swarm} if swarm else {}).order_by()
            probed = rows.filter(among(rows, evenly(lies, PROBES)))
            kept = list(probed.values_list(Substr("text", 1, LONGEST), "slug", "message"))
        cache.set(key, kept, SECONDS_KEPT)
    return kept
