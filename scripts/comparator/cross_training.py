"""Train the cross-encoder: on made-up pairs, then on labelled ones, then gently on these and on texts in which several
sentences change; fold models tell what it is worth on unseen domains."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from comparator.bert_graph import Weights, onnx_model, quantized
from comparator.composed import composed
from comparator.cross_encoder import CrossEncoder, examples, logits, tokenizer, train
from mythos.text.cross_model import Reading
from mythos.text.reading import answers, questions
from mythos.text.units import units

FOLDS = 3
EPOCHS = 3  # over the labelled rows
MADE_UP_SHARE = 0.15  # of the labelled rows, mixed in while tuning so that nothing is unlearnt
COMPOSED = 900  # texts in which several sentences change, learnt in the last round
COMPOSED_WEIGHT = 0.7
LONGEST = 520  # characters of both sides of a made-up pair
Row = dict[str, Any]
State = dict[str, torch.Tensor]


def train_cross(
    made: list[Row], labelled: list[Row], weights: Path, out: Path, readings: Path, seed: int, base: Path | None = None
) -> None:
    """Writes what fold models say of every labelled row (by its id), and the mean of them and of one that saw all."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    tok = tokenizer(weights)
    model = CrossEncoder(weights)
    made = [row for row in made if len(row["old"]) + len(row["new"]) < LONGEST]
    if base is not None and base.is_file():
        model.load_state_dict(torch.load(base))
    else:
        train(model, [examples(made, tok)], rate=2e-4, seed=seed)
        if base is not None:
            torch.save(model.state_dict(), base)
    start = copied(model)
    rows = weighted(labelled)
    tune(model, rows, made, tok, seed)
    refine(model, rows, made, tok, seed)
    tuned = [copied(model)]
    said: dict[str, dict[str, float]] = {}
    for fold in range(FOLDS):
        model.load_state_dict(start)
        held = held_out(rows, fold)
        seen = [row for row in rows if row["group"] not in held]
        tune(model, seen, made, tok, seed)
        refine(model, seen, made, tok, seed)
        tuned.append(copied(model))
        said |= read_all(model, [row for row in rows if row["group"] in held], tok)
        readings.write_text(json.dumps(said), "utf-8")
        print(f"fold {fold} done: {_quality(rows, said)}", flush=True)
    model.load_state_dict(mean(tuned))
    export(model, out)


def weighted(labelled: list[Row]) -> list[Row]:
    """Rows as the cross-encoder learns them: public sets count half."""
    return [
        row | {"label": row["class"], "weight": 0.5 if row["group"] in ("semantoneg", "wikifactcheck") else 1.0}
        for row in labelled
    ]


def held_out(rows: list[Row], fold: int) -> set[str]:
    """The groups (domains and writers) that the model of a fold does not see."""
    return set(sorted({row["group"] for row in rows})[fold::FOLDS])


def copied(model: CrossEncoder) -> State:
    return {key: value.clone() for key, value in model.state_dict().items()}


def mean(states: list[State]) -> State:
    """Models tuned from the same start lie so near that the mean of their weights does better than each."""
    return {key: torch.stack([state[key].float() for state in states]).mean(0) for key in states[0]}


def tune(model: CrossEncoder, rows: list[Row], made: list[Row], tok: Any, seed: int) -> None:
    rng, share = random.Random(seed), int(MADE_UP_SHARE * len(rows))
    rounds = [
        examples([_maybe_turned(row, rng) for row in rows] + made[-share * (epoch + 1) :][:share], tok)
        for epoch in range(EPOCHS)
    ]
    train(model, rounds, rate=1.5e-4, seed=seed, averaged=0.25)


def refine(model: CrossEncoder, rows: list[Row], made: list[Row], tok: Any, seed: int) -> None:
    """One slow round in which single edits and texts with several of them come mixed."""
    rng = random.Random(seed)
    several = [row | {"label": row["class"], "weight": COMPOSED_WEIGHT} for row in composed(rows, COMPOSED, seed)]
    share = rng.sample(made, int(MADE_UP_SHARE / 2 * len(rows)))
    lesson = [_maybe_turned(row, rng) for row in rows] + several + share
    train(model, [examples(lesson, tok)], rate=6e-5, seed=seed, averaged=0.4)


def _maybe_turned(row: Row, rng: random.Random) -> Row:
    """Old and new exchanged, where that keeps a harmless edit harmless, or makes a gain a loss."""
    turned = row | {"old": row["new"], "new": row["old"]}
    if row["label"] == "preserved" and rng.random() < 0.5:
        return turned
    if row["label"] == "better" and rng.random() < 0.3:
        return turned | {"label": "worse"}
    return row


def _quality(rows: list[Row], said: dict[str, dict[str, float]]) -> dict[str, float]:
    """Recall and specificity of the fold models alone, on domains they had not seen."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    for row in rows:
        if row["id"] in said:
            harmful = row["label"] == "worse"
            right[harmful].append((said[row["id"]]["whole worse"] > 0) == harmful)
    return {"recall": round(float(np.mean(right[True])), 3), "specificity": round(float(np.mean(right[False])), 3)}


def read_all(model: CrossEncoder, rows: list[Row], tok: Any) -> dict[str, dict[str, float]]:
    """The features a model that is not exported yet would give."""
    asked: list[tuple[str, list[tuple[str, str]], bool]] = []
    for row in rows:
        found = units(row["old"], row["new"], use_embeddings=True)
        if found.changed:
            pairs, whole = questions(row["old"], row["new"], found)
            asked.append((row["id"], pairs, whole))
    flat = [{"old": old, "new": new, "label": "worse"} for _, pairs, _ in asked for old, new in pairs]
    values = logits(model, examples(flat, tok))
    out, at = {}, 0
    for name, pairs, whole in asked:
        part = values[at : at + len(pairs)]
        at += len(pairs)
        out[name] = answers([Reading(float(w - k), float(b - k)) for k, w, b in part], whole)
    return out


def export(trained: CrossEncoder, out: Path) -> None:
    """ONNX with int8 weights; the sums stay in float, so every machine comes to the same."""
    weights = Weights()
    for name, tensor in trained.state_dict().items():
        values, name = tensor.numpy(), name.removeprefix("body.")
        if name.endswith(("word_embeddings.weight", "position_embeddings.weight")):
            weights.matrices[name] = quantized(values, by_row=True)
        elif name.startswith("encoder.") and values.ndim == 2:
            weights.matrices[name] = quantized(values.T)
        else:
            weights.floats[name] = values
    onnx.save(onnx_model(weights), str(out))
