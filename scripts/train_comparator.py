"""Train the comparator: the cross-encoder (needs torch, an hour), then the combiner. Same seed, same result.

    python -m venv train && train/bin/pip install -r scripts/requirements-comparator.txt
    train/bin/python scripts/train_comparator.py --cross --weights FOLDER_OF_MINILM
    train/bin/python scripts/train_comparator.py            # only the combiner

Writes `src/mythos/text/models/` and prints the cross-validated quality. Data: `data/comparator/train/*.jsonl`
(labelled by hand), `../shared/data/regression/dev.jsonl`, and pairs made by `scripts/comparator_data.py`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts")]

import numpy as np  # noqa: E402
from comparator import combiner  # noqa: E402
from comparator_data import generate  # noqa: E402

from mythos.text.embed import is_available  # noqa: E402
from mythos.text.features import features  # noqa: E402
from mythos.text.odds import detect  # noqa: E402
from mythos.text.units import Units, units  # noqa: E402

SEED = 7
_WRITER = re.compile(r"hand_[a-z]")  # each of these wrote many domains, and has ways of his own
Row = dict[str, Any]
MODELS = ROOT / "src" / "mythos" / "text" / "models"
LABELLED = ROOT / "data" / "comparator" / "train"
DEV = ROOT.parent / "shared" / "data" / "regression" / "dev.jsonl"


def labelled_rows() -> list[Row]:
    """Pairs labelled by people: three-way label, and the writer or domain as the group that is left out together."""
    rows = []
    for path in [*sorted(LABELLED.glob("*.jsonl")), DEV]:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            better = row.get("direction") == "stronger"
            row["class"] = "worse" if row["label"] else "better" if better else "preserved"
            row["group"] = (
                f"writer {row['source']}" if _WRITER.fullmatch(row["source"]) else row.get("domain") or row["source"]
            )
            rows.append(row)
    return rows


def numbers(found: Units) -> dict[str, float]:
    """Features without the cross-encoder."""
    return features(found, [finding for unit in found.changed for finding in detect(unit)])


def table(rows: list[Row], said: dict[str, dict[str, float]], *, use_embeddings: bool) -> combiner.Table:
    """Features of every pair, its sentences aligned as they will be in use; of the cross-encoder what models said that
    had not seen the pair's domain."""
    nothing = dict.fromkeys(combiner.CROSS, 0.0)
    made = [
        numbers(units(row["old"], row["new"], use_embeddings=use_embeddings)) | said.get(row.get("id", ""), nothing)
        for row in rows
    ]
    names = list(made[0])
    return combiner.Table(
        names,
        np.array([[values[name] for name in names] for values in made]),
        np.array([row["class"] for row in rows]),
        np.array([row["group"] for row in rows]),
    )


def train_combiner(said: dict[str, dict[str, float]], synthetic: int) -> dict[str, Any]:
    """The trees that know the words, those that hear the cross-encoder too, and how both are joined."""
    rows = labelled_rows()
    made = generate(synthetic, SEED + 1)
    rows += [row | {"class": row["label"], "group": "synthetic"} for row in made]
    data = table(rows, said, use_embeddings=False)
    kinds = np.array([row["kind"] for row in rows])
    read = np.array([row.get("id", "") in said for row in rows])
    words = [name for name in data.names if name not in combiner.CROSS]
    # Made-up pairs were the cross-encoder's own lesson: on them it is surer than it should be.
    heard = table([row for row in rows if row.get("id", "") in said], said, use_embeddings=True)
    raw: dict[str, Any] = {"light": {"features": words}, "full": {"features": [*words, *combiner.CROSS]}, "joined": {}}
    result: dict[str, Any] = {}
    for aim in ("worse", "better"):
        light, raw["light"][aim] = _forest(data, words, aim)
        full, raw["full"][aim] = _forest(heard, [*words, *combiner.CROSS], aim)
        raw["joined"][aim], both = combiner.joined(heard, light[read], full, aim)
        if aim == "worse":
            result["light"] = combiner.report(_likely(light), data, kinds)
            result["full"] = combiner.report(_likely(both), heard, kinds[read])
    (MODELS / "combiner.json").write_text(json.dumps(raw, separators=(",", ":")) + "\n", "utf-8")
    return result


def _forest(data: combiner.Table, names: list[str], aim: str) -> tuple[np.ndarray, dict[str, Any]]:
    """The cross-validated logits of every row, and the trees that learnt from all."""
    scores = combiner.cross_validated(data, names, aim, SEED)
    slope, shift = combiner.calibrated(scores, data, aim)
    return slope * scores + shift, combiner.as_json(combiner.fit(data, names, aim, SEED), slope, shift)


def _likely(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cross", action="store_true", help="train the cross-encoder first")
    parser.add_argument("--weights", type=Path, help="folder with the fp32 MiniLM weights and tokenizer.json")
    parser.add_argument("--pairs", type=int, default=22_400, help="made-up pairs for the cross-encoder")
    options = parser.parse_args()
    if not is_available():
        parser.error("The sentence model is missing: what is learnt would not be aligned as it is in use.")
    readings = ROOT / "data" / "comparator" / "readings.json"
    if options.cross:
        from comparator.cross_training import train_cross

        made = list(generate(options.pairs, SEED))
        train_cross(made, labelled_rows(), options.weights, MODELS / "cross-encoder.onnx", readings, SEED)
    said = json.loads(readings.read_text("utf-8")) if readings.is_file() else {}
    print(json.dumps(train_combiner(said, synthetic=3000), indent=1))


if __name__ == "__main__":
    main()
