"""The one text query of the vault: `tag:@regression trait:formality- source:import author:marco created:>2026-01`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, GreaterThan, In, IsNull, LessThan

from mythos.accounts.models import Swarm
from mythos.prompts.models import CheckpointTag, Prompt, PromptAncestor, PromptMutationLog, Source
from mythos.prompts.parts import Part, Plain, within
from mythos.prompts.query import dates, split_query, unreadable
from mythos.text.tags import SYMBOLIC_TAGS
from mythos.text.traits import TRAITS

KEYS = ("prompt", "ancestor", "assistant", "tag", "trait", "source", "author", "created")
_TRAIT = re.compile(r"(?P<name>[a-z_0-9]+?)(?:(?P<way>[+-])|(?P<op>[<>])(?P<edge>-?\d+(?:\.\d+)?))?")


def read_mutation_query(query: str, swarm: Swarm | None) -> list[Part]:
    """The parts of a query, all of which a change must hold; Invalid names the part that cannot be read."""
    typed, words = split_query(query, KEYS)
    parts = [_READERS[key](whole, value, swarm) for whole, key, value in typed]
    return [*parts, *(_word(word, swarm) for word in words)]


def _rows(swarm: Swarm | None, held: Q) -> QuerySet[Any, Any]:
    return PromptMutationLog.objects.filter(held, **within(swarm)).order_by().values_list("pk")


def _walked(swarm: Swarm | None, test: Any) -> Part:
    """A part no index knows: each row walked is asked."""
    return Part(_rows(swarm, Q()), test, is_frequent=True)


def _of_prompts(swarm: Swarm | None, prompts: QuerySet[Prompt]) -> Part:
    numbers = prompts.order_by().values("pk")
    return Part(_rows(swarm, Q(prompt__in=numbers)), In(Plain(F("prompt_id")), Subquery(numbers)))


def _prompt(_: str, beginning: str, swarm: Swarm | None) -> Part:
    return _of_prompts(swarm, Prompt.objects.filter(slug__startswith=beginning, **within(swarm)))


def _ancestor(_: str, slug: str, swarm: Swarm | None) -> Part:
    above = Prompt.objects.filter(slug=slug, **within(swarm)).order_by().values("pk")
    family = PromptAncestor.objects.filter(ancestor__in=above).values("prompt_id")
    return _of_prompts(swarm, Prompt.objects.filter(pk__in=family))


def _assistant(_: str, slug: str, swarm: Swarm | None) -> Part:
    held = Q(assistant__slug=slug)
    return Part(_rows(swarm, held), held)


def _tag(_: str, name: str, swarm: Swarm | None) -> Part:
    tags = CheckpointTag.objects.filter(name__in=[name, f"@{name}"], **within(swarm)).order_by()
    test = Exists(CheckpointTag.objects.filter(checkpoint=OuterRef("to_checkpoint"), name__in=[name, f"@{name}"]))
    return Part(_rows(swarm, Q(to_checkpoint__in=tags.values("checkpoint_id"))), test)


def _trait(whole: str, value: str, swarm: Swarm | None) -> Part:
    match = _TRAIT.fullmatch(value)
    if match is None or match["name"] not in TRAITS:
        raise unreadable(whole, "write a trait such as formality, formality+, formality- or tokens>50.")
    moved = F(f"trait_delta__{match['name']}")
    if not match["way"] and not match["op"]:
        return _walked(swarm, IsNull(moved, False))
    lookup = GreaterThan if (match["way"] or match["op"]) in "+>" else LessThan
    return _walked(swarm, lookup(Cast(moved, FloatField()), float(match["edge"] or 0)))


def _source(whole: str, value: str, swarm: Swarm | None) -> Part:
    if value not in Source.values:
        raise unreadable(whole, f"known sources: {', '.join(Source.values)}.")
    return _walked(swarm, Exact(Plain(F("source")), value))


def _author(_: str, name: str, swarm: Swarm | None) -> Part:
    said = Q(actor_name__icontains=name) | Q(actor_name__icontains=name.replace("_", " "))
    return _walked(swarm, said)


def _created(whole: str, value: str, swarm: Swarm | None) -> Part:
    lookup, day = dates(whole, value)
    held = Q(**{f"created_at__{lookup}": day})
    return Part(_rows(swarm, held), held)


def _word(word: str, swarm: Swarm | None) -> Part:
    """A tag or a trait by its bare name, else something the prompt, its owner, the author or the reason says."""
    if f"@{word.lstrip('@')}" in SYMBOLIC_TAGS:
        return _tag(word, word, swarm)
    if word in TRAITS:
        return _trait(word, word, swarm)
    said = Q(prompt__slug__icontains=word) | Q(assistant__name__icontains=word)
    return _walked(swarm, said | Q(actor_name__icontains=word) | Q(reason__icontains=word))


_READERS: dict[str, Callable[[str, str, Swarm | None], Part]] = {
    "prompt": _prompt,
    "ancestor": _ancestor,
    "assistant": _assistant,
    "tag": _tag,
    "trait": _trait,
    "source": _source,
    "author": _author,
    "created": _created,
}
