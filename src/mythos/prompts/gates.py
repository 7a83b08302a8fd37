"""What is asked before text leaves for use.

The floors that know about rules stand above this one, so they bring their gate here when they start.
A gate is given a prompt and the checkpoint that a protected label shall point to; it returns what it saw, which is
kept with the move, or raises ClauseBroken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mythos.prompts.models import Prompt, PromptCheckpoint

Gate = Callable[[Prompt, PromptCheckpoint], dict[str, Any]]
_gates: dict[str, Gate] = {}


def register_gate(name: str, gate: Gate) -> None:
    """Have a gate asked from now on; the same name replaces."""
    _gates[name] = gate


def pass_gates(prompt: Prompt, checkpoint: PromptCheckpoint) -> dict[str, Any]:
    """What every gate saw, by name; ClauseBroken from the first that refuses."""
    return {name: gate(prompt, checkpoint) for name, gate in sorted(_gates.items())}
