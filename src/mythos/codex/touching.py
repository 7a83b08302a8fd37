"""Which prompts a change of a clause touches, and what it would do to each.

A prompt is touched when its tags name the clause, or when one of its sentences speaks of a sentence that the
change rewrote, removed or added.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from mythos.accounts.actors import SYSTEM
from mythos.codex.models import CodexClause, CodexClauseAudit, ContractClause
from mythos.prompts.models import Prompt
from mythos.prompts.queries import visible_prompts
from mythos.text.align import align
from mythos.text.coverage import coverage
from mythos.text.embed import embed
from mythos.text.segment import segment

SPEAKS_OF = 0.55  # cosine from which a sentence of a prompt is taken to speak of a sentence of the rule
MOST_SENTENCES = 60  # of one prompt; the rest is not looked at
MOST_CHANGED = 40  # sentences of one change
MOST_PROMPTS = 300  # without a contract about the clause; bind a prompt to have it looked at always
EFFECTS = {
    ("contradicted", "contradicted"): "Contradicts both versions",
    ("carried", "absent"): "No longer asked for",
    ("weakened", "absent"): "No longer asked for",
    ("absent", "absent"): "Tagged, but says none of it",
}


@dataclass(frozen=True)
class Touched:
    """One prompt a change touches; states are those of `Coverage`."""

    prompt_id: int
    slug: str
    assistant: str
    version: int
    labels: list[str]
    found_by: str
    sentence: str
    similarity: float | None
    before: str
    after: str
    effect: str


def prompts_touched_by(audit: CodexClauseAudit) -> dict[str, Any]:
    """The `prompt_delta` of an audit: `measured` is False when sentences could not be compared."""
    clause = audit.clause
    unbound = visible_prompts(SYSTEM, clause.codex.swarm).exclude(contracts__clauses__in=_promises(clause))
    there = unbound.filter(current__isnull=False)
    prompts = list(there.order_by("-updated_at", "-id")[:MOST_PROMPTS])
    changed = _changed_sentences(audit.previous_version, audit.new_version) if prompts else []
    rows = [row for prompt in prompts if (row := _touched(prompt, clause.ref, audit, changed))]
    rows.sort(key=lambda row: (row.found_by != "tag", -(row.similarity or 0)))
    return {
        "measured": True,
        "checked_prompts": len(prompts),
        "unchecked_prompts": there.count() - len(prompts) if len(prompts) == MOST_PROMPTS else 0,
        "sentences_per_prompt": MOST_SENTENCES,
        "prompts": [asdict(row) for row in rows],
    }


def _promises(clause: CodexClause) -> QuerySet[ContractClause]:
    return ContractClause.objects.filter(clause=clause, is_live=True)


def _changed_sentences(old: str, new: str) -> list[str]:
    before, after = segment(old), segment(new)
    same = {
        (pair.old, pair.new)
        for pair in align(before, after, use_embeddings=False)
        if pair.old is not None and pair.new is not None and before[pair.old].text == after[pair.new].text
    }
    kept_old, kept_new = {a for a, _ in same}, {b for _, b in same}
    changed = [s for i, s in enumerate(before) if i not in kept_old]
    changed += [s for i, s in enumerate(after) if i not in kept_new]
    return list(dict.fromkeys(s.text for s in changed if s.kind not in {"code", "heading"}))[:MOST_CHANGED]


def _touched(prompt: Prompt, ref: str, audit: CodexClauseAudit, changed: list[str]) -> Touched | None:
    tagged = ref in prompt.tags
    assert prompt.current is not None
    said = [s.text for s in segment(prompt.current.text) if s.kind not in {"code", "heading", "table"}]
    said = said[:MOST_SENTENCES]
    best, sentence = 0.0, ""
    if changed and said:
        cosines = embed(said) @ embed(changed).T
        row = int(cosines.max(axis=1).argmax())
        best, sentence = round(float(cosines[row].max()), 3), said[row]
    if not tagged and best < SPEAKS_OF:
        return None
    # Each side is asked about the sentence that speaks of the change, or the whole prompt when only a tag does.
    text = sentence if best >= SPEAKS_OF else "\n\n".join(said)
    before = _state(audit.previous_version, text)
    after = _state(audit.new_version, text)
    return Touched(
        prompt_id=prompt.pk,
        slug=prompt.slug,
        assistant=prompt.assistant.name if prompt.assistant else "",
        version=prompt.current.version,
        labels=[label.name for label in prompt.labels.all()],
        found_by="tag" if tagged else "text",
        sentence=sentence[:300],
        similarity=best or None,
        before=before,
        after=after,
        effect=_effect(before, after),
    )


def _state(clause_text: str, prompt_text: str) -> str:
    return coverage(clause_text, prompt_text).state if clause_text else "absent"


def _effect(before: str, after: str) -> str:
    if (before, after) in EFFECTS:
        return EFFECTS[(before, after)]
    if after == "contradicted":
        return "Would contradict the rule"
    if after == "weakened":
        return "Would say less than the rule"
    if before == after:
        return "Still carried"
    return "Would carry the rule"
