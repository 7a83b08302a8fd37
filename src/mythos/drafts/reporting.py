"""Drafts and compilations as documents: what programs read, the same by every door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.drafts.compiling import Compilation
from mythos.drafts.composition import Part, composition_of_draft, parts_of
from mythos.drafts.models import AssistantDraft
from mythos.drafts.promises import Gap
from mythos.errors import Invalid, NotFound
from mythos.prompts.queries import checkpoint_of, get_prompt


def draft_document(draft: AssistantDraft) -> dict[str, Any]:
    """A draft with its blocks by slug and version."""
    composition = composition_of_draft(draft)
    parts, gone = parts_of(draft.swarm, composition.rows)
    return {
        "id": draft.pk,
        "name": draft.name,
        "tone": draft.tone,
        "codex_contract_type": draft.codex_contract_type,
        "model": draft.model,
        "token_limit": draft.token_limit,
        "assistant": draft.assistant.slug if draft.assistant else None,
        "version": draft.version,
        "prompt_cluster": [_block(part) for part in parts],
        "gone": gone,
        "answers": draft.answers,
        "author": draft.author_name,
        "editor": draft.editor_name,
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    }


def compilation_document(found: Compilation) -> dict[str, Any]:
    """The exact text, what it costs, and everything that speaks against it."""
    return {
        "text": found.compiled.text,
        "sha256": found.compiled.sha256,
        "tokens": {
            "total": found.tokens.total,
            "limit": found.tokens.limit,
            "over": found.tokens.over,
            "by_section": dict(found.tokens.by_section),
            "headings": found.tokens.headings,
        },
        "blocks": [
            _block(span_part) | {"start": span.start, "end": span.end}
            for span, span_part in zip(found.compiled.spans, found.parts, strict=True)
        ],
        "conflicts": [
            {
                "number": clash.number,
                "key": clash.key,
                "one": clash.one.block.source,
                "other": clash.other.block.source,
                "answer": clash.answer,
                "sentences": [
                    {"one": c.a_sentence, "other": c.b_sentence, "kind": c.kind, "reason": c.reason}
                    for c in clash.conflicts
                ],
            }
            for clash in found.clashes
        ],
        "gaps": [_gap(gap) for gap in found.gaps],
        "tone_clashes": [{"block": clash.part.block.source, "tone": clash.tone} for clash in found.tone_clashes],
        "promises": [
            {"block": p.part.block.source, "promise": p.name, "state": p.state, "text": p.text} for p in found.promises
        ],
        "variables": list(found.variables),
        "waiting": found.waiting,
        "refusals": found.refusals,
    }


def rows_from(actor: Actor, swarm: Swarm, blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a cluster from blocks by slug, at a version, a label, or the newest."""
    rows, fields = [], {}
    for number, block in enumerate(blocks):
        try:
            prompt = get_prompt(actor, str(block.get("prompt", "")), swarm)
            found = checkpoint_of(actor, prompt, label=block.get("label"), version=block.get("version"))
            rows.append({"section": block.get("section"), "prompt": prompt.pk, "checkpoint": found.pk})
        except NotFound as error:
            fields[f"prompt_cluster.{number}.prompt"] = error.message
    if fields:
        raise Invalid("The blocks cannot be found.", fields=fields)
    return rows


def _block(part: Part) -> dict[str, Any]:
    return {
        "section": part.block.section,
        "prompt": part.prompt.slug,
        "version": part.checkpoint.version,
        "sha256": part.sha256,
        "tokens": part.checkpoint.token_count,
        "problem": part.problem,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "clause": gap.clause.ref,
        "codex": gap.clause.codex.slug,
        "because": gap.because,
        "suggestions": [f"{one.prompt.slug}@v{one.checkpoint.version}" for one in gap.suggestions],
    }
