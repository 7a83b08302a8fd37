"""When a search ends by itself."""

from __future__ import annotations

from dataclasses import dataclass

from mythos.training.engine.protocol import Settings, Snapshot


@dataclass(frozen=True)
class Limits:
    """Steps done, patience lost, or a reflector that gives nothing usable any more."""

    dead: int = 12
    patience: int = 60

    def reason(self, view: Snapshot, settings: Settings) -> str:
        if view.memory["starved"]:
            return "The budget leaves no room for another step."
        if settings.steps is not None and view.step >= settings.steps:
            return f"All {settings.steps} steps are done."
        patience = self.patience if settings.patience is None else settings.patience
        if view.memory["stall"] >= patience:
            return f"No child was kept for {patience} steps."
        return ""

    def failure(self, view: Snapshot) -> str:
        """A dead reflector burns the budget on measuring; it is told, loudly."""
        dead = int(view.memory["dead"])
        return f"The reflector failed {dead} times in a row." if dead >= self.dead else ""
