"""Does a prompt carry what a clause asks for, and do two rule texts disagree?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from rapidfuzz.distance import Indel

from mythos.text.compare import DEFAULT, Comparison, Thresholds, compare
from mythos.text.detectors.base import AlignedPair, Finding, Side, Span
from mythos.text.detectors.deontic import PERMISSION, stance
from mythos.text.embed import Vectors, embed
from mythos.text.frames import framed
from mythos.text.lexicon import PERMISSION as PERMISSIONS
from mythos.text.likeness import is_content
from mythos.text.pair_features import limit
from mythos.text.segment import Sentence, segment
from mythos.text.words import words

__all__ = ["Conflict", "Coverage", "conflicts", "coverage", "covers"]

State = Literal["carried", "weakened", "contradicted", "absent"]

# Cosine from which two sentences speak of the same thing; below it only shared words can show that.
SAME_TOPIC = 0.5
SAME_WORDS = 0.5
MAX_SENTENCES = 96
CANDIDATES = 3
REVERSED = 0.25  # confidence from which a turned meaning counts
NEARLY = 0.05  # as near as the nearest sentence
_ORDER: dict[State, int] = {"carried": 3, "contradicted": 2, "weakened": 1, "absent": 0}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a prompt stands to one clause, with the sentence that comes nearest to it."""

    state: State
    sentence: str
    span: Span | None
    similarity: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences that cannot both be followed, and why."""

    a_sentence: str
    b_sentence: str
    a_span: Span
    b_span: Span
    kind: str
    reason: str
    confidence: float


def coverage(
    clause_text: str, prompt_text: str, *, thresholds: Thresholds = DEFAULT, use_models: bool = True
) -> Coverage:
    """Whether the prompt carries, weakens, contradicts or does not mention what the clause says.

    Without `use_models` only words are compared: ten times as fast, and blind to sentences that share no words.
    """
    clauses, sentences = _prose(clause_text), _prose(prompt_text)
    if not clauses or not sentences:
        return Coverage("absent", "", None, 0.0, ())
    sentences = _nearest(clauses, sentences)
    cosine = _cosine(clauses, sentences) if use_models else _alike(clauses, sentences)
    row = int(cosine.max(axis=1).argmax())
    cosine[row] = np.maximum(cosine[row], _alike([clauses[row]], sentences)[0])
    clause, order = clauses[row], np.argsort(-cosine[row], kind="stable")[:CANDIDATES]
    near = [(sentences[int(i)], float(cosine[row, int(i)])) for i in order]
    judged = [
        (_judge(clause, s, thresholds, use_models), s, likeness)
        for s, likeness in near
        if _same_topic(clause, s, likeness)
    ]
    if not judged:
        return Coverage("absent", "", None, round(near[0][1], 4), ())
    best = max(likeness for _, _, likeness in judged)
    close = [item for item in judged if item[2] >= best - NEARLY]
    (state, findings), sentence, likeness = max(close, key=lambda item: (_ORDER[item[0][0]], item[2]))
    return Coverage(state, sentence.text, (sentence.start, sentence.end), round(likeness, 4), findings)


covers = coverage


def conflicts(a: str, b: str, *, thresholds: Thresholds = DEFAULT) -> list[Conflict]:
    """Every pair of sentences of two rule texts that asks for opposite or incompatible things."""
    ones, others = _prose(a), _prose(b)
    if not ones or not others:
        return []
    cosine = _cosine(ones, others)
    found: list[Conflict] = []
    for i, one in enumerate(ones):
        for j in np.argsort(-cosine[i], kind="stable")[:CANDIDATES].tolist():
            likeness = float(cosine[i, j])
            if one.text != others[j].text and _same_topic(one, others[j], likeness):
                clash = _clash(one, others[j], likeness, thresholds)
                found += [clash] if clash else []
    return sorted(found, key=lambda conflict: -conflict.confidence)


def _prose(text: str) -> list[Sentence]:
    found = segment(text)
    return [s for s in found if s.kind not in ("heading", "code")] or found


def _cosine(ones: Sequence[Sentence], others: Sequence[Sentence]) -> Vectors:
    return np.asarray(embed([s.text for s in ones]) @ embed([s.text for s in others]).T, np.float32)


def _alike(ones: Sequence[Sentence], others: Sequence[Sentence]) -> Vectors:
    """Likeness in words alone: one row for each of the first, one column for each of the second."""
    stems = [[w.stem for w in words(s.text)] for s in others]
    rows = [[Indel.normalized_similarity([w.stem for w in words(one.text)], other) for other in stems] for one in ones]
    return np.asarray(rows, np.float32)


def _nearest(clauses: list[Sentence], sentences: list[Sentence]) -> list[Sentence]:
    """In a long prompt only the sentences that share most content words are worth embedding."""
    if len(sentences) <= MAX_SENTENCES:
        return sentences
    wanted = {w.stem for clause in clauses for w in words(clause.text) if is_content(w)}
    shared = [-len(wanted & {w.stem for w in words(s.text)}) for s in sentences]
    kept = sorted(range(len(sentences)), key=lambda index: (shared[index], index))[:MAX_SENTENCES]
    return [sentences[index] for index in sorted(kept)]


def _same_topic(one: Sentence, other: Sentence, likeness: float) -> bool:
    stems = ([w.stem for w in words(s.text)] for s in (one, other))
    return likeness >= SAME_TOPIC or Indel.normalized_similarity(*stems) >= SAME_WORDS


def _judge(
    clause: Sentence, sentence: Sentence, thresholds: Thresholds, use_models: bool
) -> tuple[State, tuple[Finding, ...]]:
    said = framed(clause.text, sentence.text)
    compared = compare(
        clause.text, said.text, use_embeddings=use_models, measure_similarity=False, thresholds=thresholds
    )
    as_written = (said.placed(finding, sentence.text) for finding in compared.findings)
    findings = tuple(_placed(finding, clause.start, sentence.start) for finding in as_written)
    if _opposed(clause, sentence, compared):
        return "contradicted", findings
    doubtful = compared.verdict in ("regression", "uncertain")  # what is uncertain never reads as fine
    return ("weakened" if doubtful or _looser(clause, sentence) else "carried"), findings


def _looser(clause: Sentence, sentence: Sentence) -> bool:
    """The same limit, set where it asks for less."""
    moved = limit(AlignedPair(clause.text, sentence.text))
    return moved["upper limit"] > 0 or moved["lower limit"] < 0


def _opposed(one: Sentence, other: Sentence, compared: Comparison) -> bool:
    """One forbids what the other allows or asks for."""
    first, second = stance(Side(one.text)), stance(Side(other.text))
    leave = second.level == PERMISSION or bool(PERMISSIONS & set(Side(other.text).norms))
    if first.is_ban and not second.is_ban and leave:
        return True
    return any(f.confidence >= REVERSED and _turns(f) for f in compared.findings)


def _turns(finding: Finding) -> bool:
    """Not merely less: the opposite, or what was forbidden."""
    if finding.kind == "negation":
        return finding.direction != "stronger"
    return finding.kind in ("actor", "order") and finding.direction == "reversed"


def _clash(one: Sentence, other: Sentence, likeness: float, thresholds: Thresholds) -> Conflict | None:
    there = compare(one.text, other.text, measure_similarity=False, thresholds=thresholds)
    back = compare(other.text, one.text, measure_similarity=False, thresholds=thresholds)
    kind, reason = "", ""
    if _opposed(one, other, there) or _opposed(other, one, back):
        turned = [f for f in (*there.findings, *back.findings) if f.direction == "reversed"]
        kind = turned[0].kind if turned else "modality"
        reason = "One forbids what the other allows or asks for."
    else:
        amounts = [f for f in there.findings if f.kind in ("quantity", "unit") and f.old_text and f.new_text]
        if amounts and there.score + back.score >= 0.6:
            kind, reason = amounts[0].kind, f"One says “{amounts[0].old_text}”, the other “{amounts[0].new_text}”."
    if not kind:
        return None
    confidence = round(max(there.score, back.score) * min(1.0, 0.4 + likeness), 3)
    return Conflict(one.text, other.text, (one.start, one.end), (other.start, other.end), kind, reason, confidence)


def _placed(finding: Finding, old_start: int, new_start: int) -> Finding:
    """Offsets of the sentence made offsets of the whole text."""
    old, new = finding.old_span, finding.new_span
    return replace(
        finding,
        old_span=(old[0] + old_start, old[1] + old_start) if old else None,
        new_span=(new[0] + new_start, new[1] + new_start) if new else None,
    )
