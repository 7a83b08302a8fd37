"""Make the training pairs of the comparator: made-up policies, and edits of real sentences. Same seed, same file.

    python scripts/comparator_data.py --out pairs.jsonl

Reads the real sentences from `../shared/data`: fabric, awesome-prompts, Model Spec.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts")]

from comparator import amounts, edits, frames, opposites, orders, parties, touches  # noqa: E402

from mythos.text.segment import segment  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"


def sentences() -> dict[str, list[str]]:
    """Real sentences of 4 to 40 words by source, without doubles."""
    texts: dict[str, list[str]] = {"awesome": []}
    texts["fabric"] = [path.read_text("utf-8") for path in sorted((SHARED / "fabric" / "head").rglob("*.md"))]
    for path in sorted((SHARED / "awesome-prompts").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            csv.field_size_limit(10**8)
            texts["awesome"] += [row["prompt"][:4000] for row in csv.DictReader(file)]
    texts["model-spec"] = [
        path.read_text("utf-8") for path in sorted((SHARED / "model-spec").glob("model_spec_*.md"))[:1]
    ]
    out: dict[str, list[str]] = {}
    for name, whole in texts.items():
        found = [" ".join(s.text.split()) for text in whole for s in segment(text) if s.kind in ("prose", "item")]
        out[name] = list(
            dict.fromkeys(s for s in found if 4 <= len(s.split()) <= 40 and s.isascii() and s[-1] in ".:!")
        )
    return out


def single(pool: list[str], rng: random.Random) -> dict[str, str] | None:
    """An edited sentence."""
    text = rng.choice(pool)
    if rng.random() < 0.5:
        done = edits.harmless(text, rng)
        return {"old": text, "new": done[0], "label": "preserved", "kind": done[1]} if done else None
    hurt = edits.harmful(text, rng)
    if not hurt:
        return None
    new, kind, name = hurt
    old = text
    if rng.random() < 0.3:  # a harmless edit on top hides nothing
        extra = edits.harmless(new, rng)
        new = extra[0] if extra else new
    if name in edits.TURNS and rng.random() < 0.3:
        return {"old": new, "new": old, "label": "better", "kind": kind}
    return {"old": old, "new": new, "label": "worse", "kind": kind}


def _passage(pools: dict[str, list[str]], rng: random.Random) -> dict[str, str] | None:
    """Several sentences: made-up rules, or neighbours of the Model Spec with one edited, dropped or moved."""
    if rng.random() < 0.5:
        return frames.passage(rng) | {"source": "frames"}
    pool = pools["model-spec"] if rng.random() < 0.6 else pools["fabric"]
    at = rng.randrange(len(pool) - 4)
    old = pool[at : at + rng.choice([2, 2, 3, 4])]
    new, way = list(old), rng.random()
    place = rng.randrange(len(old))
    label, kind = "preserved", "moved"
    if way < 0.2:
        rng.shuffle(new)
    elif way < 0.45:
        done = edits.harmless(old[place], rng)
        if not done:
            return None
        new[place], kind = done
    elif way < 0.8:
        hurt = edits.harmful(old[place], rng)
        if not hurt:
            return None
        new[place], kind, _ = hurt
        label = "worse"
    else:
        del new[place]
        label, kind = "worse", "deletion"
        if rng.random() < 0.5:
            old, new, label, kind = new, old, "better", "addition"
    return {"old": " ".join(old), "new": " ".join(new), "label": label, "kind": kind, "source": "model-spec"}


def _made_up(rng: random.Random) -> dict[str, str]:
    """A made-up rule of one of the sorts."""
    sorts = [
        frames.pair, amounts.pair, touches.polite, touches.explained, touches.tone, touches.gated, opposites.pair,
        parties.pair, orders.pair,
    ]  # fmt: skip
    return rng.choices(sorts, [0.3, 0.22, 0.04, 0.09, 0.05, 0.06, 0.07, 0.12, 0.05])[0](rng) | {"source": "frames"}


def generate(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Made-up policies and edited real sentences, about half and half."""
    rng = random.Random(seed)
    pools = sentences()
    names = [name for name in pools if pools[name]]
    shares = {"fabric": 0.38, "awesome": 0.31, "model-spec": 0.31}
    made = 0
    while made < count:
        if rng.random() < 0.18:
            row: dict[str, str] | None = _passage(pools, rng)
        elif rng.random() < 0.55:
            row = _made_up(rng)
        else:
            source = rng.choices(names, [shares[name] for name in names])[0]
            row = single(pools[source], rng)
            row = row | {"source": source} if row else None
        if row and row["old"] != row["new"]:
            made += 1
            yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with options.out.open("w", encoding="utf-8") as file:
        for row in generate(options.count, options.seed):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
