"""All edits of real sentences, and how often each is made; turning a harmful one round gives a better rule only where
TURNS says so."""

from __future__ import annotations

import random
from collections.abc import Callable

from comparator.edit_tables import ANTONYMS, CONTRACTIONS, ORDER, SPELLING, WEAKER
from comparator.harmful import (
    condition,
    cut_clause,
    cut_joined,
    either,
    except_,
    hedge,
    named,
    narrow,
    negate,
    number,
    part,
    roles,
    unit,
)  # fmt: skip
from comparator.harmless import clarify, digits, polite, punctuation, relist, synonym, turn, typo, wrap
from comparator.rewriting import swap

Edit = Callable[[str, random.Random], str | None]


def _of(table: list[tuple[str, str]]) -> Edit:
    return lambda text, rng: swap(text, rng, table)


HARMLESS: dict[str, tuple[Edit, float]] = {
    "typo": (typo, 3), "synonym": (synonym, 5), "punctuation": (punctuation, 3), "number_words": (digits, 4), "reorder": (turn, 4), "list_order": (relist, 2), "clarify": (clarify, 3),
    "politeness": (polite, 2), "wrap": (wrap, 2), "contraction": (_of(CONTRACTIONS), 3), "spelling_variant": (_of(SPELLING), 3),
}  # fmt: skip
HARMFUL: dict[str, tuple[str, Edit, float]] = {
    "negate": ("negation", negate, 3), "weaker": ("modality", _of(WEAKER), 3), "hedge": ("modality", hedge, 2), "except": ("exception", except_, 3), "condition": ("condition", condition, 3),
    "number": ("quantity", number, 3), "unit": ("unit", unit, 2), "cut_clause": ("deletion", cut_clause, 3), "cut_joined": ("deletion", cut_joined, 1.5), "either": ("condition", either, 1.5),
    "narrow": ("scope", narrow, 2), "part": ("scope", part, 3), "named": ("object", named, 3), "roles": ("actor", roles, 2), "order": ("order", _of(ORDER), 3), "antonym": ("antonym", _of(ANTONYMS), 3),
}  # fmt: skip
TURNS = frozenset({"weaker", "hedge", "except", "condition", "cut_clause", "cut_joined", "narrow", "part", "either"})


def harmless(text: str, rng: random.Random) -> tuple[str, str] | None:
    """One to three edits after which the text says the same; rare edits that apply are as likely as common ones."""
    kinds, new = [], text
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        applied = {name: out for name, (edit, _) in HARMLESS.items() if (out := edit(new, rng)) and out != new}
        if not applied:
            break
        kind = rng.choices(list(applied), [HARMLESS[name][1] for name in applied])[0]
        kinds.append(kind)
        new = applied[kind]
    return (new, kinds[0]) if kinds and new.strip() != text.strip() else None


def harmful(text: str, rng: random.Random) -> tuple[str, str, str] | None:
    """One edit after which the text says less or something else: new text, kind, and the edit's name."""
    applied = {
        name: out for name, (_, edit, _) in HARMFUL.items() if (out := edit(text, rng)) and out.strip() != text.strip()
    }
    if not applied:
        return None
    name = rng.choices(list(applied), [HARMFUL[n][2] for n in applied])[0]
    return applied[name], HARMFUL[name][0], name
