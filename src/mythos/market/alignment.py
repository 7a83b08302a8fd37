"""Which clauses the rituals of a curriculum probe, and how much of a codex that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from mythos.accounts.models import Swarm
from mythos.codex.models import CodexClause
from mythos.rituals.evidence import named_by
from mythos.rituals.models import RitualCase

MOST_MISSING = 200


def probed_by(ritual_ids: Collection[int]) -> dict[int, set[str]]:
    """The refs of the clauses that the cases of each ritual are about."""
    rows = RitualCase.objects.filter(ritual__in=ritual_ids, retired_version=None)
    found: dict[int, set[str]] = defaultdict(set)
    for ritual_id, expectations in rows.values_list("ritual_id", "expectations").iterator(chunk_size=1000):
        found[ritual_id] |= named_by(expectations)
    return found


def clauses_named(swarm: Swarm, refs: Collection[str]) -> list[CodexClause]:
    """The active clauses of the swarm's codices with these refs, in a steady order."""
    rows = CodexClause.objects.filter(codex__swarm=swarm, ref__in=refs, status=CodexClause.Status.ACTIVE)
    return list(rows.select_related("codex").order_by("codex__slug", "ref"))


def alignment_of(swarm: Swarm, rituals: Mapping[int, str]) -> dict[str, Any]:
    """How rituals (slug by number) stand to the codices of a swarm.

    The coverage of a codex is the share of its active clauses that at least one case is about; clauses that block count
    once more by themselves, because a curriculum that leaves one of them out teaches less than the share says.
    """
    probed = probed_by(list(rituals))
    refs = set().union(*probed.values()) if probed else set()
    named = clauses_named(swarm, refs)
    touched = {clause.codex_id for clause in named}
    return {
        "rituals": {rituals[pk]: sorted(probed.get(pk, ())) for pk in sorted(rituals, key=lambda pk: rituals[pk])},
        "codices": [_coverage(codex_id, refs) for codex_id in sorted(touched)],
        "unknown": sorted(refs - {clause.ref for clause in named}),
    }


def _coverage(codex_id: int, refs: Collection[str]) -> dict[str, Any]:
    clauses = list(
        CodexClause.objects.filter(codex=codex_id, status=CodexClause.Status.ACTIVE)
        .select_related("codex")
        .only("ref", "severity", "codex__slug", "codex__title")
        .order_by("position", "id")
    )
    blocking = [clause for clause in clauses if clause.severity == CodexClause.Severity.BLOCK]
    hit = [clause.ref for clause in clauses if clause.ref in refs]
    left = [clause.ref for clause in blocking if clause.ref not in refs]
    return {
        "codex": clauses[0].codex.slug,
        "title": clauses[0].codex.title,
        "clauses": len(clauses),
        "probed": sorted(hit),
        "coverage": len(hit) / len(clauses),
        "blocking": len(blocking),
        "blocking_probed": len(blocking) - len(left),
        "blocking_missing": left[:MOST_MISSING],
    }
