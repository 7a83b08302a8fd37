"""A MiniLM of this package and the tokenizer all of them share, as onnxruntime runs them."""

from __future__ import annotations

import importlib
import threading
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import numpy.typing as npt

from mythos.errors import NotConfigured

AT_ONCE = 2  # calls of one model; with more of them nobody is quicker, and each holds tens of megabytes


class Model:
    """A session whose callers take turns."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def run(self, ids: npt.NDArray[np.int64], kinds: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Any:
        """What comes out for token ids, kinds of token and a mask of the tokens that count, each texts by tokens."""
        with self._turns:
            given = {"input_ids": ids, "token_type_ids": kinds, "attention_mask": mask}
            return self._session.run(None, given)[0]


def load(model: str, *, threads: int = 1) -> tuple[Any, Model]:
    """The tokenizer, without padding and truncation, and the model of a file in `mythos.text.models`.

    NotConfigured where a package or the file is missing.
    """
    try:
        onnxruntime = importlib.import_module("onnxruntime")
        tokenizers = importlib.import_module("tokenizers")
    except ImportError as error:
        raise NotConfigured(
            f"The language model {model} needs the package {error.name}.",
            hint="Install mythos with all its dependencies: onnxruntime, tokenizers.",
        ) from error
    weights = files("mythos.text.models").joinpath(model)
    if not weights.is_file():
        raise NotConfigured(f"The language model {model} is not installed.", hint="Install mythos again.")
    tokenizer = tokenizers.Tokenizer.from_str(
        files("mythos.text.data").joinpath("minilm-tokenizer.json").read_text("utf-8")
    )
    # The file ships with truncation and padding fixed at 128: short texts would pay for 128 tokens each.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # An arena keeps for ever what the longest text needed, once for each thread; without it nothing is slower.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    # By its path: from bytes it would keep a second copy of them, nearly 40 MB.
    with as_file(weights) as path:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return tokenizer, Model(session)
