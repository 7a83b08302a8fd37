"""Fine-tune the cross-encoder on CPU and export it: int8 weights, one scale a row, computed in float."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from mythos.text.cross import Encoded, encode
from mythos.text.evened import evened

LABELS = {"preserved": 0, "worse": 1, "better": 2}


@dataclass
class Example:
    encoded: Encoded
    label: int
    weight: float = 1.0


class CrossEncoder(nn.Module):
    """The MiniLM body with six kinds of token instead of two, and three answers."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.body = BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            attn_implementation="sdpa",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        size = self.body.config.hidden_size
        kinds = nn.Embedding(6, size)
        with torch.no_grad():
            first = self.body.embeddings.token_type_embeddings.weight[0]
            kinds.weight.copy_(first + 0.02 * torch.randn(6, size, generator=torch.Generator().manual_seed(1)))
        self.body.embeddings.token_type_embeddings = kinds
        self.body.config.type_vocab_size = 6
        self.body.embeddings.word_embeddings.weight.requires_grad = False
        self.drop = nn.Dropout(0.1)
        self.head = nn.Sequential(nn.Linear(2 * size, 128), nn.Tanh(), nn.Linear(128, 3))

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        hidden = self.body(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return self.head(self.drop(torch.cat([hidden[:, 0], mean], dim=1)))


def tokenizer(folder: Path) -> Tokenizer:
    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def examples(rows: list[dict[str, Any]], tok: Tokenizer, weight: float = 1.0) -> list[Example]:
    read = [evened(row["old"], row["new"]) for row in rows]
    sides = tok.encode_batch([old for old, _ in read] + [new for _, new in read], add_special_tokens=False)
    half = len(rows)
    return [
        Example(encode(sides[i].ids, sides[half + i].ids), LABELS[row["label"]], row.get("weight", weight))
        for i, row in enumerate(rows)
    ]


def tensors(batch: list[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(len(e.encoded.ids) for e in batch)
    ids, mask, types = (torch.zeros((len(batch), longest), dtype=torch.long) for _ in range(3))
    for row, example in enumerate(batch):
        count = len(example.encoded.ids)
        ids[row, :count] = torch.tensor(example.encoded.ids)
        types[row, :count] = torch.tensor(example.encoded.types)
        mask[row, :count] = 1
    return ids, mask, types


def train(
    model: CrossEncoder,
    rounds: Sequence[list[Example]],
    *,
    rate: float,
    seed: int,
    averaged: float = 0.0,
    log: int = 50,
) -> None:
    """AdamW with warm-up and linear decay, one round after the other; at the end the mean weights of the last steps."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    learnt = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=rate, weight_decay=0.01)
    batches = [batch for data in rounds for batch in _batches(data, rng)]
    total, started, losses = len(batches), time.time(), []
    sums, counted = [torch.zeros_like(p) for p in learnt], 0
    model.train()
    for step, piece in enumerate(batches):
        scale = min(1.0, (step + 1) / max(1, total // 15)) * (1 - step / total)
        for group in optimizer.param_groups:
            group["lr"] = rate * scale
        ids, mask, types = tensors(piece)
        logits = model(ids, mask, types)
        each = nn.functional.cross_entropy(
            logits, torch.tensor([e.label for e in piece]), reduction="none", label_smoothing=0.05
        )
        weight = torch.tensor([e.weight for e in piece])
        loss = (each * weight).sum() / weight.sum()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step >= total * (1 - averaged) and step % 4 == 0:
            counted += 1
            for place, weights in zip(sums, learnt, strict=True):
                place += weights.detach()
        if log and step % log == 0:
            print(f"step {step}/{total} loss {np.mean(losses[-log:]):.3f} {time.time() - started:.0f}s", flush=True)
    if counted:
        with torch.no_grad():
            for place, weights in zip(sums, learnt, strict=True):
                weights.copy_(place / counted)


def _batches(data: list[Example], rng: random.Random, size: int = 32) -> list[list[Example]]:
    """Batches of like length."""
    order, batches = rng.sample(data, len(data)), []
    for start in range(0, len(order), size * 50):
        chunk = sorted(order[start : start + size * 50], key=lambda e: len(e.encoded.ids))
        pieces = [chunk[i : i + size] for i in range(0, len(chunk), size)]
        rng.shuffle(pieces)
        batches += pieces
    return batches


@torch.no_grad()
def logits(model: CrossEncoder, data: list[Example], batch: int = 32) -> np.ndarray:
    model.eval()
    order = sorted(range(len(data)), key=lambda i: len(data[i].encoded.ids))
    out = np.zeros((len(data), 3), np.float32)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        out[part] = model(*tensors([data[i] for i in part])).numpy()
    return out
