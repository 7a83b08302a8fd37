"""Rows of a curriculum as the document that goes out: no numbers of rows, no held-out case, never a prompt."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from mythos.formats.curriculum import salt_of, seal
from mythos.formats.rituals import CaseRecord
from mythos.market.alignment import clauses_named
from mythos.market.models import CurriculumPart, PromptCurriculumVault
from mythos.market.queries.curricula import parts_of
from mythos.rituals.models import Ritual, RitualCase, Split
from mythos.rituals.queries import cases_of

FORMAT = "mythos-curriculum"


def document_of(curriculum: PromptCurriculumVault, version: str) -> dict[str, Any]:
    """The curriculum as it would go out now; parts that have no secret for their seals get one."""
    parts = parts_of(curriculum)
    return {
        "format": FORMAT,
        "format_version": 1,
        "name": curriculum.slug,
        "title": curriculum.curriculum_title,
        "description": curriculum.description,
        "version": version,
        "license": curriculum.license,
        "lineage": curriculum.lineage,
        "swarm": {"slug": curriculum.swarm.slug, "name": curriculum.swarm.name},
        "curator": {"slug": curriculum.curator.slug, "name": curriculum.curator.name},
        "bundles": list(_bundles(curriculum, {part.ritual_id for part in parts})),
        "rituals": [_ritual(part) for part in parts],
        "parts": [_part(part) for part in parts],
        "clauses": _clauses(curriculum),
        "alignment": curriculum.codex_alignment,
    }


def case_document(case: RitualCase) -> dict[str, Any]:
    """One case, without its place in the list."""
    return {
        "ref": case.ref,
        "split": case.split,
        "weight": float(case.weight),
        "input": case.input,
        "variables": case.variables,
        "messages": case.messages,
        "expectations": case.expectations,
        "threshold": case.threshold,
        "extra": case.extra,
    }


def case_record(document: Mapping[str, Any]) -> CaseRecord:
    """A case as rituals take it."""
    return CaseRecord(**document)


def record_of(case: RitualCase) -> CaseRecord:
    """A stored case as rituals take it."""
    return case_record(case_document(case))


def sealed_cases(part: CurriculumPart) -> list[RitualCase]:
    """The held-out cases of a part's ritual that are here."""
    return list(cases_of(part.ritual, Split.HELD_OUT))


def secret_of(part: CurriculumPart) -> str:
    """What the salts of a part come from; made once, and never part of a document."""
    if not part.sealed.get("secret"):
        part.sealed = part.sealed | {"secret": secrets.token_hex(32)}
        CurriculumPart.objects.filter(pk=part.pk).update(sealed=part.sealed)
    return str(part.sealed["secret"])


def _ritual(part: CurriculumPart) -> dict[str, Any]:
    ritual: Ritual = part.ritual
    return {
        "slug": ritual.slug,
        "title": ritual.title,
        "type": ritual.type,
        "description": ritual.description,
        "tags": ritual.tags,
        "template": ritual.template,
        "cases": [case_document(case) for case in cases_of(ritual).exclude(split=Split.HELD_OUT)],
        "sealed": _sealed(part),
    }


def _sealed(part: CurriculumPart) -> dict[str, Any]:
    """Hashes of the held-out cases; a copy that goes on carries those it came with."""
    cases = [case_document(case) for case in sealed_cases(part)]
    if not cases:
        return {"count": part.sealed.get("count", 0), "hashes": part.sealed.get("hashes", [])}
    secret = secret_of(part)
    hashes = sorted(seal(salt_of(secret, case), case) for case in cases)
    return {"count": len(hashes), "hashes": hashes}


def _part(part: CurriculumPart) -> dict[str, Any]:
    return {
        "position": part.position,
        "ritual": part.ritual.slug,
        "bundle": part.bundle.slug if part.bundle else "",
        "pass_mark": float(part.pass_mark),
        "prerequisites": [before.position for before in part.prerequisites.all()],
    }


def _bundles(curriculum: PromptCurriculumVault, ritual_ids: set[int]) -> Iterable[dict[str, Any]]:
    for bundle in curriculum.ritual_tags.order_by("slug").prefetch_related("rituals"):
        rituals = sorted(ritual.slug for ritual in bundle.rituals.all() if ritual.pk in ritual_ids)
        if rituals:
            yield {
                "slug": bundle.slug,
                "tag_name": bundle.tag_name,
                "description": bundle.description,
                "lineage": bundle.lineage,
                "codex_clauses": bundle.codex_clauses,
                "rituals": rituals,
            }


def _clauses(curriculum: PromptCurriculumVault) -> list[dict[str, Any]]:
    """The rules the rituals are about, so that a buyer's codex can be held against them."""
    refs = {ref for refs in curriculum.codex_alignment.get("rituals", {}).values() for ref in refs}
    named = clauses_named(curriculum.swarm, refs)
    rows = [
        {"codex": row.codex.slug, "ref": row.ref, "title": row.title, "severity": row.severity, "text": row.text}
        for row in named
    ]
    known = {row["ref"] for row in rows}
    came_with = curriculum.exported_json.get("clauses", []) if curriculum.origin else []
    return rows + [row for row in came_with if row["ref"] in refs - known]
