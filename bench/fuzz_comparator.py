"""Throw mutated rules and any Unicode at the comparator: `python bench/fuzz_comparator.py [--count 10000] [--seed 1]`.

Of every pair must hold: it is compared, both ways, in less than two seconds; every finding stands at its words; the
same pair gets the same answer again; a text beside itself is preserved. Every twentieth pair is read with the language
models too.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import get_args

from mythos.text.compare import Comparison, Verdict, compare

RULES = Path(__file__).resolve().parents[1] / "data" / "comparator" / "train"
PLANES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x7FF), (0x900, 0xDFF), (0x2000, 0x2BFF)]
PLANES += [(0x3040, 0x9FFF), (0xE000, 0xFFFD), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0xE0000, 0x10FFFF), (0, 0x1F)]
NASTY = [
    *("1e999", "٣٤", "½", "−5 °C", "100 %", "0 hours", "-0", "1,000.5.3", "€", "within", "at least", "no fewer than"),
    *("12 December 2024", "99999999999999999999 days", "24-7", "twenty-", "a dozen", "(for example", ")))", "“", "'"),
    *("```", "```python\nx = 1\n", "{{", "}}", "{% if", "- ", "\n1. ", "\n# ", "| a | b |\n|--|--|\n", "<tag>"),
    *("unless", "except", "not not", "n't", "never no", "must must", "or", ";", ":", "...", "\u200b", "\u202e"),
    *("&amp;", "\ufeff", "e\u0301", "İ", "ß", "ﬁ", "\x00", "\r", "\u2028", "a" * 400, "x. " * 60),
]
SLOWEST = 2.0
WITH_MODELS = 20


def rules() -> list[str]:
    """The texts of the pairs the comparator was trained on, to mutate."""
    rows = [json.loads(line) for path in sorted(RULES.glob("*.jsonl")) for line in path.open()]
    return list(dict.fromkeys(text for row in rows for text in (row["old"], row["new"])))


def anything(rng: random.Random) -> str:
    """A few characters of any script, assigned or not."""
    return "".join(chr(rng.randint(*rng.choice(PLANES))) for _ in range(rng.randint(0, 60)))


def mutate(text: str, others: list[str], rng: random.Random) -> str:
    """One to five things gone wrong with a text."""
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(text) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            text = text[:at] + text[at + rng.randint(1, 30) :]
        elif kind == 1:
            text = f"{text[:at]} {rng.choice(NASTY)} {text[at:]}"
        elif kind == 2:
            text = text[:at] + anything(rng) + text[at:]
        elif kind == 3:
            words = text.split(" ")
            rng.shuffle(words)
            text = " ".join(words)
        elif kind == 4:
            text = f"{text}{rng.choice([' ', chr(10), chr(10) + '- '])}{rng.choice(others)}"
        elif kind == 5:
            text = text[:at] + rng.choice((str.upper, str.lower, str.title, str.swapcase))(text[at:])
        else:
            text = text[:at] + text[max(0, at - 20) : at] * rng.randint(1, 8) + text[at:]
    return text


def pair(others: list[str], rng: random.Random) -> tuple[str, str]:
    """Two texts: mostly one and what became of it, sometimes two that know nothing of each other."""
    if rng.random() < 0.1:
        return anything(rng), anything(rng)
    old = mutate(rng.choice(others), others, rng)
    return (old, mutate(rng.choice(others), others, rng)) if rng.random() < 0.1 else (old, mutate(old, others, rng))


def misplaced(found: Comparison, old: str, new: str) -> bool:
    """Whether a finding does not stand at its words."""
    return any(
        span is not None and (not 0 <= span[0] <= span[1] <= len(text) or text[slice(*span)] != words)
        for finding in found.findings
        for span, text, words in ((finding.old_span, old, finding.old_text), (finding.new_span, new, finding.new_text))
    )


def judge(old: str, new: str, use_models: bool) -> str:
    """The verdict, or what is wrong."""

    def ask(one: str, other: str) -> Comparison:
        return compare(one, other, use_embeddings=use_models, measure_similarity=use_models)

    found, back = ask(old, new), ask(new, old)
    if found.verdict not in get_args(Verdict) or not 0 <= found.score <= 1:
        return f"no verdict: {found.verdict}, {found.score}"
    if misplaced(found, old, new) or misplaced(back, new, old):
        return "a finding does not stand at its words"
    if ask(old, new) != found:
        return "another answer the second time"
    if ask(old, old).verdict != "preserved":
        return "a text is not the same as itself"
    return found.verdict


def fuzz(count: int, seed: int) -> tuple[Counter[str], list[str], float]:
    """How often each verdict came, what went wrong, and the most processor seconds one pair took, four times asked."""
    rng, others = random.Random(seed), rules()
    verdicts: Counter[str] = Counter()
    wrong, slowest = [], 0.0
    for number in range(count):
        old, new = pair(others, rng)
        begun = time.process_time()
        try:
            result = judge(old, new, number % WITH_MODELS == 0)
        except Exception as error:  # the very thing that must not happen
            result = f"crashed: {type(error).__name__}: {error}"
        taken = time.process_time() - begun
        slowest = max(slowest, taken)
        if taken > 4 * SLOWEST:
            result = f"took {taken:.1f} s"
        if result not in get_args(Verdict):
            wrong.append(f"#{number}: {result} {old[:300]!r} {new[:300]!r}")
            result = "wrong"
        verdicts[result] += 1
        if number % 1000 == 0:
            print(number, end=" ", file=sys.stderr, flush=True)
    return verdicts, wrong, slowest


def main() -> int:
    """Run and print the figures; 1 when anything went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    begun = time.perf_counter()
    verdicts, wrong, slowest = fuzz(given.count, given.seed)
    told = {
        "pairs": given.count,
        "seconds": round(time.perf_counter() - begun),
        "verdicts": verdicts,
        "slowest_ms": round(slowest * 250),
        "wrong": wrong[:20],
    }
    print(json.dumps(told, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
