"""Who may set a rule aside: the level of authority a clause is marked with."""

from __future__ import annotations

import re

from mythos.text.detectors.base import AlignedPair, Direction, Finding

# Strongest last; the first published rule books called the highest level “platform”.
_RANKS = {"guideline": 1, "user": 2, "developer": 3, "system": 4, "platform": 5, "root": 5}
_LEVEL = re.compile(r"\bauthority\s*[=:]\s*[\"']?(guideline|user|developer|system|platform|root)\b", re.IGNORECASE)


def find(pair: AlignedPair) -> list[Finding]:
    """A mark like `authority=root` that was lowered or raised."""
    old, new = _LEVEL.search(pair.old.text), _LEVEL.search(pair.new.text)
    if not old or not new or _RANKS[old[1].lower()] == _RANKS[new[1].lower()]:
        return []
    lowered = _RANKS[new[1].lower()] < _RANKS[old[1].lower()]
    words = [w for w in pair.old.words if old.start(1) <= w.start < old.end(1)]
    others = [w for w in pair.new.words if new.start(1) <= w.start < new.end(1)]
    title = "Authority lowered" if lowered else "Authority raised"
    who = "More people may now set the rule aside" if lowered else "Fewer people may now set the rule aside"
    reason = f"{who}: it spoke as {old[1].lower()}, now as {new[1].lower()}."
    direction: Direction = "weaker" if lowered else "stronger"
    return [pair.finding("authority", direction, title, reason, old=words, new=others, confidence=0.95)]
