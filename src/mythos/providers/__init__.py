"""The built-in providers, by name; one file each, one line here. Each reads its settings when it is first used."""

from __future__ import annotations

from mythos.providers.base import Provider
from mythos.providers.local import Local
from mythos.providers.openai import OpenAI
from mythos.providers.replay import Replay
from mythos.providers.scripted import Scripted

PROVIDERS: dict[str, Provider] = {
    "openai": OpenAI(),
    "local": Local(),
    "replay": Replay(),
    "scripted": Scripted(),
}
