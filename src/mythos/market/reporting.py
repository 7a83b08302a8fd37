"""Listings as plain data, for doors that show what a card shows."""

from __future__ import annotations

from typing import Any

from mythos.market.models import Listing

FIGURES = ("adopters", "gain", "gain_low", "gain_high", "gain_count", "gain_simulated", "rating", "rating_count")


def listing_document(listing: Listing) -> dict[str, Any]:
    """What a card shows, without how it stands to a codex."""
    row = listing.curriculum
    figures = getattr(row, "figures", None)
    return {
        "listing": listing.pk,
        "curriculum": row.slug,
        "title": listing.title,
        "seller": listing.swarm.name,
        "curator": row.curator.name,
        "description": row.description,
        "tags": [bundle.tag_name for bundle in row.ritual_tags.all()],
        "probes": sorted({ref for refs in row.codex_alignment.get("rituals", {}).values() for ref in refs}),
        "version": row.version,
        "license": listing.license,
        "price": listing.price,
        "takes_barter": listing.takes_barter,
        "can_be_cloned": listing.clonable != Listing.Clonable.NOTHING,
        "figures": {name: getattr(figures, name) for name in FIGURES} if figures else None,
    }
