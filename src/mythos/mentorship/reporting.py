"""What every door tells of mentorship, as plain data."""

from __future__ import annotations

from typing import Any

from mythos.mentorship.models import AssistantMentorTag, PromptMentorshipLog
from mythos.mentorship.previewing import Preview
from mythos.mentorship.queries import score_now, sets_of
from mythos.mentorship.ranking import RankedMentor, Ranking


def tag_document(tag: AssistantMentorTag) -> dict[str, Any]:
    """What an assistant offers."""
    return {
        "assistant": tag.assistant.slug,
        "assistant_id": tag.assistant_id,
        "is_offering": tag.is_offering,
        "subjects": tag.subjects,
        "mentorship_notes": tag.mentorship_notes,
        "mentor_score": round(score_now(tag), 6),
        "mentees_counted": tag.mentees_counted,
        "sets": [
            {"name": row.name, "prompts": sorted(prompt.slug for prompt in row.prompts.all())} for row in sets_of(tag)
        ],
    }


def ranking_document(ranking: Ranking) -> dict[str, Any]:
    """Mentors with every part of their place."""
    return {
        "best": ranking.best.mentor.slug if ranking.best else None,
        "verdict": ranking.lead.verdict,
        "missing": ranking.missing,
        "offering": ranking.offering,
        "mentors": [_mentor(row) for row in ranking.mentors],
    }


def _mentor(row: RankedMentor) -> dict[str, Any]:
    return {
        "place": row.place,
        "mentor": row.mentor.slug,
        "mentor_id": row.mentor.pk,
        "subjects": row.tag.subjects,
        "fit": round(row.fit, 6),
        "teach": round(row.teach, 6),
        "overlap": round(row.overlap, 6),
        "mentor_score": round(row.score, 6),
        "cases": row.cases,
        "missing": row.missing,
        "rituals": [
            {
                "ritual": known.ritual.slug,
                "cases": known.part.n,
                "difference": round(known.part.difference, 6),
                "low": round(known.part.low, 6),
                "high": round(known.part.high, 6),
                "beats": known.part.beats,
                "is_simulated": known.part.is_simulated,
            }
            for known in row.parts
        ],
    }


def preview_document(preview: Preview) -> dict[str, Any]:
    """What an adoption would do; `digest` is sent back to adopt exactly this."""
    tokens = preview.compilation.tokens
    return {
        "mentee": preview.mentee.slug,
        "mentor": preview.mentor.slug,
        "set": preview.set_name,
        "base": preview.base.number,
        "prompts": [
            {
                "source": f"{row.source.slug}@v{row.source.version}",
                "fork": row.slug,
                "section": row.section,
                "is_update": row.is_update,
                "in_place_of": row.replaces.prompt.slug if row.replaces else "",
                "contract": row.contract.version if row.contract else None,
                "own_changes": row.own_changes,
            }
            for row in preview.handovers
        ],
        "skipped": list(preview.skipped),
        "tokens": tokens.total,
        "tokens_added": preview.tokens_added,
        "token_limit": tokens.limit,
        "diff": [{"op": span.op, "old": span.old, "new": span.new} for span in preview.diff],
        "clashes": list(preview.clashes),
        "stale": list(preview.stale),
        "refusals": list(preview.refusals),
        "digest": preview.digest,
    }


def log_document(log: PromptMentorshipLog) -> dict[str, Any]:
    """One adoption and what came of it."""
    return {
        "id": log.pk,
        "mentor": log.mentor.slug,
        "mentee": log.mentee.slug,
        "set": log.set_name,
        "prompts": [
            {"source": f"{row.source.slug}@v{row.source.version}", "fork": row.prompt.slug, "is_update": row.is_update}
            for row in log.forks.select_related("source", "prompt")
        ],
        "mutation_notes": log.mutation_notes,
        "state": log.state,
        "note": log.note,
        "trust_delta": log.trust_delta,
        "gain": log.gain,
        "gain_low": log.gain_low,
        "gain_high": log.gain_high,
        "cases": log.cases,
        "feedback": log.feedback,
        "is_simulated": log.is_simulated,
        "before": log.before.number if log.before else None,
        "after": log.after.number if log.after else None,
        "created_at": log.created_at,
        "actor": log.actor_name,
        "undone_at": log.undone_at,
        "undone_by": log.undone_by_name,
    }
