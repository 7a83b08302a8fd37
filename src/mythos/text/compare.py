"""compare(old, new): what changed in meaning, and whether that is a regression. Offline and deterministic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from mythos.errors import NotConfigured
from mythos.text.align import align
from mythos.text.detectors import DETECTORS
from mythos.text.detectors.base import AlignedPair, Finding, Side
from mythos.text.detectors.deontic import ADVICE, PERMISSION, opens_with_order, stance
from mythos.text.embed import embed
from mythos.text.likeness import is_content
from mythos.text.normalize import normalize
from mythos.text.segment import Sentence, segment
from mythos.text.words import words

__all__ = ["Comparison", "Coverage", "Finding", "compare", "coverage"]

Verdict = Literal["same", "clean", "uncertain", "regression"]

# Chosen on the development pairs (bench/compare.py): below one a change is harmless, from the other worse.
UNCERTAIN_FROM = 0.40
REGRESSION_FROM = 0.55
# A text longer than this is compared by a sample of its sentences when similarity is measured.
MAX_SIMILARITY_SENTENCES = 48
MAX_SIMILARITY_CHARACTERS = 400
MAX_COVERAGE_SENTENCES = 96


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings, strongest first; `score` is the likelihood of harm, `confidence` belongs to the verdict."""

    findings: tuple[Finding, ...]
    verdict: Verdict
    confidence: float
    similarity: float | None
    score: float = 0.0
    is_typo: bool = False

    @property
    def is_regression(self) -> bool:
        return self.verdict == "regression"

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe; spans are lists."""
        shown = asdict(self) | {"is_regression": self.is_regression}
        for finding in shown["findings"]:
            for key in ("old_span", "new_span"):
                finding[key] = list(finding[key]) if finding[key] else None
        return shown | {"findings": list(shown["findings"])}


def compare(old: str, new: str, *, use_embeddings: bool = True, measure_similarity: bool = True) -> Comparison:
    """What the step from old to new does to the meaning."""
    if normalize(old) == normalize(new):
        return Comparison((), "same", 1.0, 1.0 if measure_similarity else None)
    before, after = segment(old), segment(new)
    similarity = _similarity(before, after) if measure_similarity else None
    findings: list[Finding] = []
    typo = True
    for pair in _pairs(old, new, before, after, use_embeddings):
        if isinstance(pair, Finding):
            findings.append(pair)
            typo = False
        elif pair.old.text != pair.new.text:
            findings.extend(_detect(pair))
            typo = typo and _only_spelling(pair)
    findings.sort(key=lambda finding: -finding.confidence)
    score = _score(findings)
    verdict: Verdict = "regression" if score >= REGRESSION_FROM else "uncertain" if score >= UNCERTAIN_FROM else "clean"
    sure = score if verdict == "regression" else 1 - score if verdict == "clean" else max(score, 1 - score)
    return Comparison(tuple(findings), verdict, round(sure, 3), similarity, round(score, 3), typo)


def _score(findings: Sequence[Finding]) -> float:
    """The strongest finding decides; further ones, of which the next two count, can only confirm it."""
    doubt = 1.0
    for weight, finding in zip((1.0, 0.35, 0.2), findings, strict=False):
        doubt *= 1 - weight * finding.confidence
    return 1 - doubt


def _detect(pair: AlignedPair) -> list[Finding]:
    return [finding for find in DETECTORS.values() for finding in find(pair)]


def _only_spelling(pair: AlignedPair) -> bool:
    touched = sum(len(edit.old) + len(edit.new) for edit in pair.raw_edits)
    return touched == 2 * len(pair.swaps) and all(swap.kind == "typo" for swap in pair.swaps)


def _pairs(
    old: str, new: str, before: list[Sentence], after: list[Sentence], use_embeddings: bool
) -> list[AlignedPair | Finding]:
    few, many = sorted((len(before), len(after)))
    if few == 1 and (many == 1 or (many <= 5 and not {s.text for s in before} & {s.text for s in after})):
        # one sentence each, one sentence that became a list, or a list that became one sentence
        return [
            AlignedPair(_joined(old, before), _joined(new, after), old_start=before[0].start, new_start=after[0].start)
        ]
    out: list[AlignedPair | Finding] = []
    for pair in align(before, after, use_embeddings=use_embeddings):
        if pair.old is not None and pair.new is not None:
            one, other = before[pair.old], after[pair.new]
            if one.text != other.text:
                out.append(AlignedPair(one.text, other.text, old_start=one.start, new_start=other.start))
        elif pair.old is not None:
            out.append(_removed(before[pair.old]))
        elif pair.new is not None:
            out.append(_added(after[pair.new]))
    return out


def _joined(text: str, sentences: list[Sentence]) -> str:
    """The sentences where they stand, with list marks between them blanked out so that offsets hold."""
    parts: list[str] = []
    position = sentences[0].start
    for sentence in sentences:
        parts += [" " * (sentence.start - position), sentence.text]
        position = sentence.end
    return "".join(parts)


def _removed(sentence: Sentence) -> Finding:
    side = Side(sentence.text)
    held = stance(side)
    structural = sentence.kind in ("code", "heading", "table")
    binds = held.level >= ADVICE and (held.word is not None or opens_with_order(side))
    title, confidence = "Sentence removed", 0.5
    if held.negators and not structural:
        title, confidence = "Prohibition removed", 0.85
    elif binds and not structural:
        title, confidence = "Obligation removed", 0.74
    return Finding(
        "deletion",
        "weaker",
        "block" if confidence >= 0.8 else "warn",
        title,
        f"“{_short(sentence.text)}” is gone.",
        sentence.text,
        "",
        (sentence.start, sentence.end),
        None,
        confidence,
    )


def _added(sentence: Sentence) -> Finding:
    side = Side(sentence.text)
    permits = stance(side).level == 1 and sentence.kind != "code"
    reason = f"“{_short(sentence.text)}” is new" + (" and permits something." if permits else ".")
    return Finding(
        "addition",
        "neutral",
        "warn" if permits else "note",
        "Permission added" if permits else "Sentence added",
        reason,
        "",
        sentence.text,
        None,
        (sentence.start, sentence.end),
        0.42 if permits else 0.2,
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"


def _similarity(before: list[Sentence], after: list[Sentence]) -> float | None:
    """Cosine of the mean sentence vectors; None where the model is missing."""
    if not before or not after:
        return None
    try:
        one, other = (_mean(sentences) for sentences in (before, after))
    except NotConfigured:
        return None
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    return round(float(one @ other) / norm, 4) if norm else None


def _mean(sentences: list[Sentence]) -> Any:
    step = max(1, -(-len(sentences) // MAX_SIMILARITY_SENTENCES))
    return embed([sentence.text[:MAX_SIMILARITY_CHARACTERS] for sentence in sentences[::step]]).mean(axis=0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a prompt stands to one clause, with the sentence that comes nearest to it."""

    state: Literal["carried", "weakened", "contradicted", "absent"]
    sentence: str
    span: tuple[int, int] | None
    similarity: float
    findings: tuple[Finding, ...]


def coverage(clause_text: str, prompt_text: str) -> Coverage:
    """Whether the prompt carries, weakens, contradicts or does not mention what the clause says."""
    clauses = [s for s in segment(clause_text) if s.kind not in ("heading", "code")] or segment(clause_text)
    sentences = [s for s in segment(prompt_text) if s.kind not in ("heading", "code")] or segment(prompt_text)
    if not clauses or not sentences:
        return Coverage("absent", "", None, 0.0, ())
    sentences = _nearest(clauses, sentences)
    cosine = embed([c.text for c in clauses]) @ embed([s.text for s in sentences]).T
    row = int(cosine.max(axis=1).argmax())
    column = int(cosine[row].argmax())
    best = float(cosine[row, column])
    clause, sentence = clauses[row], sentences[column]
    pair = AlignedPair(clause.text, sentence.text, old_start=clause.start, new_start=sentence.start)
    span = (sentence.start, sentence.end)
    if best < 0.5 and pair.ratio < 0.5:
        return Coverage("absent", "", None, round(best, 4), ())
    findings = tuple(sorted(_detect(pair), key=lambda finding: -finding.confidence))
    return Coverage(_state(pair, findings), sentence.text, span, round(best, 4), findings)


def _nearest(clauses: list[Sentence], sentences: list[Sentence]) -> list[Sentence]:
    """In a long prompt only the sentences that share most content words are worth embedding."""
    if len(sentences) <= MAX_COVERAGE_SENTENCES:
        return sentences
    wanted = {w.stem for clause in clauses for w in words(clause.text) if is_content(w)}
    shared = [-len(wanted & {w.stem for w in words(s.text)}) for s in sentences]
    kept = sorted(range(len(sentences)), key=lambda index: (shared[index], index))[:MAX_COVERAGE_SENTENCES]
    return [sentences[index] for index in sorted(kept)]


def _state(pair: AlignedPair, findings: Sequence[Finding]) -> Literal["carried", "weakened", "contradicted"]:
    """A clause and a sentence are seldom worded alike, so mere differences in content tell little here."""
    clause, sentence = stance(pair.old), stance(pair.new)
    if clause.is_ban and not sentence.is_ban and sentence.level == PERMISSION:
        return "contradicted"
    strong = [
        f
        for f in findings
        if f.direction != "stronger"
        and f.confidence >= (0.65 if f.kind in ("object", "addition", "deletion") else 0.55)
    ]
    if any(f.direction == "reversed" for f in strong):
        return "contradicted"
    return "weakened" if strong else "carried"
