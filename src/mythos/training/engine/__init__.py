"""The training engine: plain Python over a small protocol (`protocol.py`)."""

from mythos.training.engine.loop import run
from mythos.training.engine.strategy import Strategy

__all__ = ["Strategy", "run"]
