"""Balanced accuracy of the comparator on labelled pairs, beside baselines of the same run. Prints JSON."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Indel

from mythos.text.compare import compare
from mythos.text.embed import embed

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parent.parent / "shared" / "data" / "regression" / "dev.jsonl"
LEXICON = re.compile(
    r""
    r"\b(?:not|never|no|none|must|shall|should|may|can|could|might|only|unless|except|all|any|every|some|most)\b|n't\b|\d+"
)
Row = dict[str, str | int]


def balanced(labels: list[int], guesses: list[bool]) -> float | None:
    """Mean of the recalls of both labels; plain recall where a source has only one label."""
    recalls = []
    for label in (0, 1):
        hits = [guess == bool(label) for truth, guess in zip(labels, guesses, strict=True) if truth == label]
        if hits:
            recalls.append(sum(hits) / len(hits))
    return round(sum(recalls) / len(recalls), 4) if recalls else None


def threshold(labels: list[int], scores: list[float]) -> list[bool]:
    """Guesses at the cut that is best on these very labels: the kindest reading of a baseline."""
    best, chosen = -1.0, [False] * len(scores)
    for cut in sorted(set(scores)):
        guesses = [score >= cut for score in scores]
        value = balanced(labels, guesses) or 0.0
        if value > best:
            best, chosen = value, guesses
    return chosen


def cosine(old: str, new: str) -> float:
    one, other = embed([old, new])
    return 1.0 - float(np.dot(one, other))


def word_difference(old: str, new: str) -> float:
    return 1.0 - float(Indel.normalized_similarity(old.lower().split(), new.lower().split()))


def lexicon(old: str, new: str) -> float:
    return float(sorted(LEXICON.findall(old.lower())) != sorted(LEXICON.findall(new.lower())))


def by_source(rows: list[Row], guesses: list[bool]) -> dict[str, float | None]:
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        source = str(row["source"])
        groups["all"].append(index)
        groups[source].append(index)
        if source.startswith("hand_"):
            groups["hand (all)"].append(index)
    return {
        name: balanced([int(rows[i]["label"]) for i in indices], [guesses[i] for i in indices])
        for name, indices in sorted(groups.items())
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--errors", action="store_true", help="also list the pairs that were judged wrongly")
    options = parser.parse_args()
    rows: list[Row] = [json.loads(line) for line in options.path.read_text("utf-8").splitlines()]
    pairs = [(str(row["old"]), str(row["new"])) for row in rows]
    labels = [int(row["label"]) for row in rows]
    started = time.perf_counter()
    results = [compare(old, new, use_embeddings=False, measure_similarity=False) for old, new in pairs]
    seconds = time.perf_counter() - started
    guesses = [result.is_regression for result in results]
    report: dict[str, object] = {
        "pairs": len(rows),
        "pairs_per_second": round(len(rows) / seconds, 1),
        "comparator": by_source(rows, guesses),
        "comparator, uncertain counted as regression": by_source(
            rows, [result.verdict in ("regression", "uncertain") for result in results]
        ),
        "uncertain_share": round(sum(r.verdict == "uncertain" for r in results) / len(rows), 4),
    }
    measures: dict[str, Callable[[str, str], float]] = {
        "embedding cosine": cosine,
        "word difference": word_difference,
        "lexicon": lexicon,
    }
    for name, measure in measures.items():
        scores = [measure(old, new) for old, new in pairs]
        report[f"baseline: {name}"] = by_source(rows, threshold(labels, scores))
    if options.errors:
        report["errors"] = [
            {
                "id": row["id"],
                "label": row["label"],
                "kind": row["kind"],
                "score": result.score,
                "old": row["old"],
                "new": row["new"],
                "findings": [f"{f.title} {f.confidence}" for f in result.findings],
            }
            for row, result in zip(rows, results, strict=True)
            if bool(row["label"]) != result.is_regression
        ]
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
