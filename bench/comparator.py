"""Quality of the comparator on labelled pairs beside baselines of the same run, then speed and memory. Prints JSON.

Without a path it reads the pairs that were kept out of training (`data/comparator/heldout`). Pairs it was trained on
are marked: their figures say nothing about new texts; `scripts/train_comparator.py` prints the cross-validated ones.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Indel

from mythos.text.compare import Comparison, compare
from mythos.text.embed import embed

ROOT = Path(__file__).resolve().parents[1]
HELD_OUT = ROOT / "data" / "comparator" / "heldout"
DEV = ROOT.parent / "shared" / "data" / "regression" / "dev.jsonl"
LEXICON = re.compile(
    r"\b(?:not|never|no|none|must|shall|should|may|can|could|might|only|unless|except|all|any|every|some|most)\b"
    r"|n't\b|\d+"
)
RESAMPLES = 1000
# All other hand-written pairs are by the first.
WRITERS = {
    "hand_heldout2": "second",
    "hand_third": "third",
    "hand_fourth": "fourth",
    "hand_fifth": "fifth",
    "hand_sixth": "sixth",
}
Row = dict[str, Any]


def balanced(truth: np.ndarray, guess: np.ndarray) -> float:
    """Mean of the recalls of both labels; plain recall where there is only one label."""
    return float(np.mean([(guess[truth == label] == label).mean() for label in (0, 1) if (truth == label).any()]))


def with_interval(truth: np.ndarray, guess: np.ndarray) -> list[float]:
    """The figure and the 95 % interval of a seeded bootstrap."""
    rng = np.random.default_rng(7)
    picks = rng.integers(0, len(truth), (RESAMPLES, len(truth)))
    low, high = np.percentile([balanced(truth[p], guess[p]) for p in picks], [2.5, 97.5])
    return [round(value, 3) for value in (balanced(truth, guess), float(low), float(high))]


def calibration_error(scores: np.ndarray, truth: np.ndarray) -> float:
    places = np.minimum((scores * 10).astype(int), 9)
    gaps = [(m := places == b).mean() * abs(scores[m].mean() - truth[m].mean()) for b in set(places.tolist())]
    return round(float(sum(gaps)), 3)


def best_cut(truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Guesses at the cut that is best on these very labels: the kindest reading of a baseline."""
    return max(((scores >= cut).astype(int) for cut in np.unique(scores)), key=lambda guess: balanced(truth, guess))


def cosine(old: str, new: str) -> float:
    one, other = embed([old, new])
    return 1.0 - float(np.dot(one, other))


def word_difference(old: str, new: str) -> float:
    return 1.0 - float(Indel.normalized_similarity(old.lower().split(), new.lower().split()))


def lexicon(old: str, new: str) -> float:
    return float(sorted(LEXICON.findall(old.lower())) != sorted(LEXICON.findall(new.lower())))


def groups(rows: Sequence[Row]) -> dict[str, list[int]]:
    """All pairs, those of each writer, then those of each domain."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        found["all"].append(index)
        if str(row["source"]).startswith("hand_"):
            found[f"policies, {WRITERS.get(row['source'], 'first')} writer"].append(index)
        found[str(row.get("domain") or row["source"])].append(index)
    return dict(sorted(found.items()))


def quality(rows: list[Row]) -> dict[str, Any]:
    truth = np.array([int(row["label"]) for row in rows])
    started = time.process_time()
    full = [compare(row["old"], row["new"], measure_similarity=False) for row in rows]
    seconds = time.process_time() - started
    light = [plain(row) for row in rows]
    report: dict[str, Any] = {"pairs": len(rows), "pairs per CPU second, first reading": round(len(rows) / seconds, 1)}
    measures: dict[str, Callable[[str, str], float]] = {
        "baseline: cosine, best threshold": cosine,
        "baseline: word difference, best threshold": word_difference,
        "baseline: lexicon": lexicon,
    }
    guesses = {"comparator": flags(full), "comparator, words only": flags(light)} | {
        name: best_cut(truth, np.array([measure(row["old"], row["new"]) for row in rows]))
        for name, measure in measures.items()
    }
    for name, guess in guesses.items():
        report[name] = {part: with_interval(truth[i], guess[i]) for part, i in groups(rows).items()}
    for name, found in (("comparator", full), ("comparator, words only", light)):
        scores = np.array([c.score for c in found])
        report[f"calibration error, {name}"] = calibration_error(scores, truth)
    report["let through"] = let_through(rows, flags(full))
    report["by kind"] = by_kind(rows, truth, flags(full))
    report["uncertain"] = round(sum(c.verdict == "uncertain" for c in full) / len(rows), 3)
    return report


def plain(row: Row) -> Comparison:
    return compare(row["old"], row["new"], use_embeddings=False, measure_similarity=False)


def flags(found: Sequence[Comparison]) -> np.ndarray:
    return np.array([int(c.is_regression) for c in found])


def let_through(rows: Sequence[Row], guess: np.ndarray) -> dict[str, Any]:
    """The share without a flag, and of how many: edits that are not for the worse, and those that only say the same."""
    parts = {
        "not for the worse": [not row["label"] for row in rows],
        "the same in other words": [row.get("direction") == "preserved" for row in rows],
    }
    return {
        name: [round(float((guess[part] == 0).mean()), 3), int(part.sum())]
        for name, part in ((name, np.array(chosen)) for name, chosen in parts.items())
        if part.any()
    }


def by_kind(rows: Sequence[Row], truth: np.ndarray, guess: np.ndarray) -> dict[str, Any]:
    """How many of each kind were judged rightly, and of how many: harmful and harmless apart."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for row, real, said in zip(rows, truth, guess, strict=True):
        counts[f"{'harm' if real else 'harmless'}: {row['kind']}"].append(bool(real == said))
    return {kind: [round(sum(hits) / len(hits), 3), len(hits)] for kind, hits in sorted(counts.items())}


def passage(number: int) -> tuple[str, str]:
    """Three sentences of a rule, one of them changed."""
    old = (
        f"Agents must never share password {number} with anyone. Complaints about order {number} are answered within "
        f"24 hours. A supervisor checks every refund above {number} euros before it is paid."
    )
    return old, old.replace("24 hours", "48 hours") if number % 2 else old.replace("must never", "may")


def latency(*, use_models: bool) -> dict[str, float]:
    """Milliseconds for one pair of three sentences, warm, never the same pair twice."""
    times = []
    for number in range(120):
        started = time.perf_counter()
        compare(*passage(number + 10_000 * use_models), use_embeddings=use_models, measure_similarity=False)
        times.append(1000 * (time.perf_counter() - started))
    warm = np.array(times[20:])
    return {"p50 ms": round(float(np.median(warm)), 1), "p95 ms": round(float(np.percentile(warm, 95)), 1)}


def throughput(rows: Sequence[Row]) -> float:
    started = time.process_time()
    for row in rows:
        plain(row)
    return round(len(rows) / (time.process_time() - started), 1)


def long_pair() -> float:
    """Seconds for two prompts of about 20,000 tokens that differ in forty sentences."""
    old = "\n".join(
        f"- Agents of team {n} must record every complaint about item {n} within {n % 9 + 2} days." for n in range(900)
    )
    new = re.sub(r"team (\d*7) must", r"team \1 may", old).replace("item 33 ", "part 33 ")
    started = time.perf_counter()
    compare(old, new)
    return round(time.perf_counter() - started, 2)


def load() -> dict[str, float]:
    """A fresh process: seconds until the first verdict, and its memory."""
    script = (
        "import time, resource; t = time.perf_counter(); from mythos.text.compare import compare\n"
        "compare('Staff must log it.', 'Staff may log it.'); print(time.perf_counter() - t)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, megabytes = (float(line) for line in done.stdout.split())
    return {"seconds to the first verdict": round(seconds, 2), "MB": round(megabytes)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    options = parser.parse_args()
    paths = options.paths or [*sorted(HELD_OUT.glob("*.jsonl")), *([DEV] if DEV.exists() else [])]
    rows = {path: [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()] for path in paths}
    unseen = [row for path, part in rows.items() for row in part if path.parent == HELD_OUT or path in options.paths]
    report: dict[str, Any] = {}
    if unseen:
        report["unseen pairs"] = quality(unseen)
    if DEV in rows and DEV not in options.paths:
        report["development pairs (trained on)"] = quality(rows[DEV])
    speed = [row for part in rows.values() for row in part][:500]
    report["speed"] = {
        "pairs per CPU second, words only": throughput(speed),
        "three sentences": latency(use_models=True),
        "three sentences, words only": latency(use_models=False),
        "20,000 tokens, seconds": long_pair(),
        "fresh process": load(),
        "peak MB of this run": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
