"""Which kept candidate a step starts from."""

from __future__ import annotations

from dataclasses import dataclass

from mythos.training.engine.parts import Setting
from mythos.training.engine.protocol import Member


@dataclass(frozen=True)
class Champion:
    """The best so far."""

    def parent(self, setting: Setting) -> Member:
        return next(member for member in setting.view.members if member.key == setting.view.best)
