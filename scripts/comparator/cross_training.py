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
from onnx import TensorProto, helper, numpy_helper

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


def export(model: CrossEncoder, out: Path) -> None:
    """ONNX with int8 weights, one scale a row; the sums stay in float, so every machine comes to the same."""
    model.eval()
    ids = torch.ones((2, 8), dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names} | {"logits": {0: "batch"}}
    torch.onnx.export(
        model,
        (ids, ids, torch.zeros_like(ids)),
        str(out),
        input_names=names,
        output_names=["logits"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(str(out))
    quantize(graph.graph)
    onnx.save(graph, str(out))


def quantize(graph: Any) -> None:
    """Every large matrix as int8 with a DequantizeLinear before its use."""
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.ndim != 2 or values.size < 4096 or values.dtype != np.float32:
            continue
        gathered = any(node.op_type == "Gather" and node.input[0] == tensor.name for node in graph.node)
        axis = 0 if gathered else 1
        scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-8).astype(np.float32) / 127
        shaped = scale[:, None] if axis == 0 else scale[None, :]
        whole = np.clip(np.round(values / shaped), -127, 127).astype(np.int8)
        name = tensor.name
        graph.initializer.remove(tensor)
        zero = np.zeros(scale.shape, np.int8)
        graph.initializer.extend(
            [
                numpy_helper.from_array(whole, f"{name}_int8"),
                numpy_helper.from_array(scale, f"{name}_scale"),
                numpy_helper.from_array(zero, f"{name}_zero"),
            ]
        )
        if gathered and len(values) > 1000:
            _gather_small(graph, name, len(values))
            continue
        graph.node.insert(
            0,
            helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale", f"{name}_zero"], [name], axis=axis),
        )


def _gather_small(graph: Any, name: str, rows: int) -> None:
    """Rows of the vocabulary are turned into floats after they are picked, or the whole table would be."""
    for place, node in enumerate(list(graph.node)):
        if node.op_type == "Gather" and node.input[0] == name:
            out = node.output[0]
            index = node.input[1]
            made = [
                helper.make_node("Gather", [f"{name}_int8", index], [f"{out}_int8"]),
                helper.make_node("Gather", [f"{name}_scale", index], [f"{out}_scale"]),
                helper.make_node("Cast", [f"{out}_int8"], [f"{out}_float"], to=TensorProto.FLOAT),
                helper.make_node("Unsqueeze", [f"{out}_scale", f"{name}_axis"], [f"{out}_column"]),
                helper.make_node("Mul", [f"{out}_float", f"{out}_column"], [out]),
            ]
            graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), f"{name}_axis"))
            graph.node.remove(node)
            for step, new in enumerate(made):
                graph.node.insert(place + step, new)
            return
