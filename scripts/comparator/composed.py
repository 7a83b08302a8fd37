"""Texts in which several sentences change at once, put together from labelled pairs of one writer and subject."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

LONGEST = 260  # characters of both sides of a part
LONGEST_WHOLE = 700
_PUBLIC = ("semantoneg", "wikifactcheck", "fabric_history")  # single sentences about nothing in common
_JOINTS = (" ", " ", " ", "\n", "\n\n", "\n- ")
Row = dict[str, Any]


def composed(rows: list[Row], count: int, seed: int) -> Iterator[Row]:
    """As many texts with as without a part that got worse; `of` names the pairs they are made of."""
    rng = random.Random(seed)
    pools = _pools(rows)
    subjects = [
        subject for subject, pool in sorted(pools.items()) if all(len(pool[c]) > 3 for c in ("worse", "preserved"))
    ]
    made = 0
    while made < count:
        pool = pools[rng.choice(subjects)]
        row = _text(_parts(pool, harmful=made % 2 == 0, rng=rng), rng)
        if row:
            made += 1
            yield row | {"id": f"composed-{seed}-{made}"}


def _pools(rows: list[Row]) -> dict[tuple[str, str], dict[str, list[Row]]]:
    """Short pairs by writer and subject, then by what became of the rule."""
    pools: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if (
            row["source"] not in _PUBLIC
            and len(row["old"]) + len(row["new"]) <= LONGEST
            and row["old"].rstrip()[-1:] == "."
        ):
            pools[row["source"], str(row.get("domain"))][row["class"]].append(row)
    return pools


def _parts(pool: dict[str, list[Row]], *, harmful: bool, rng: random.Random) -> list[Row]:
    """Two or three edits: one that does harm, if any, among others that do none."""
    parts = [rng.choice(pool["worse"])] if harmful else []
    while len(parts) < rng.choice((2, 2, 3)):
        good = rng.random() < 0.25 and pool["better"]
        parts.append(rng.choice(pool["better"] if good else pool["preserved"]))
    rng.shuffle(parts)
    return parts


def _text(parts: list[Row], rng: random.Random) -> Row | None:
    """The parts as one text, maybe with one of them left as it was; None if two speak of the same rule."""
    stays = rng.choice(parts) if len(parts) > 2 and rng.random() < 0.3 else None
    if stays is not None and stays["class"] == "worse":
        stays = None
    joint = rng.choice(_JOINTS)
    lead = "- " if joint == "\n- " else ""
    old = [row["old"].strip() for row in parts]
    new = [row["old"].strip() if row is stays else row["new"].strip() for row in parts]
    if not all(new) or len(set(old)) < len(old) or _related(old) or len("".join(old + new)) > LONGEST_WHOLE:
        return None
    classes = {row["class"] for row in parts if row is not stays}
    outcome = next(c for c in ("worse", "better", "preserved") if c in classes)
    first = parts[0]
    return {
        "old": lead + joint.join(old),
        "new": lead + joint.join(new),
        "class": outcome,
        "kind": "several",
        "source": first["source"],
        "domain": first.get("domain"),
        "group": first["group"],
        "of": [row["id"] for row in parts],
    }


def _related(texts: list[str]) -> bool:
    """Two wordings of one rule in a text would say whether the new one is like either."""
    words = [set(text.lower().split()) for text in texts]
    return any(len(one & other) > 0.5 * min(len(one), len(other)) for i, one in enumerate(words) for other in words[:i])
