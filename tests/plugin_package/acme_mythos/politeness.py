"""“Please” went: the prompt became less polite."""

from __future__ import annotations

from mythos.text.detectors.base import AlignedPair, Finding


def find(pair: AlignedPair) -> list[Finding]:
    """A finding where “please” was dropped."""
    gone = [word for word in pair.removed if word.norm == "please"]
    if not gone:
        return []
    return [pair.finding("acme/politeness", "weaker", "Less polite", "“Please” is gone.", old=gone, confidence=0.2)]
