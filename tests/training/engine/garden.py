"""A small world for the engine's tests: each component must hold some words, cases need some of them.

`sleep` makes calls take a time that depends on nothing, so that any order of events can happen."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from dataclasses import dataclass, field

from mythos.training.engine.protocol import Breach, Candidate, Evaluation, Record, Reflection, ReflectionRequest

WORDS = ["rose", "fern", "moss", "oak", "iris", "reed", "sage", "thyme"]
RULE = "No prompt may speak of poison."


def chance(*parts: str) -> float:
    return int(hashlib.sha256("/".join(parts).encode()).hexdigest()[:12], 16) / 16**12


@dataclass
class Garden:
    """Components `east` and `west` own half of the words each; some cases read both, some only one."""

    sleep: float = 0.0
    slip: float = 0.1
    poison: float = 0.3
    versions: str = "garden"
    rules: tuple[str, ...] = (RULE,)
    evaluated: list[tuple[str, str]] = field(default_factory=list)
    reflected: list[ReflectionRequest] = field(default_factory=list)
    poisoned: int = 0

    def __post_init__(self) -> None:
        self.start = {"east": "Tend the east.", "west": "Tend the west."}
        self.owner = {word: "east" if at % 2 else "west" for at, word in enumerate(WORDS)}
        self.train_ids = [f"train-{at:02}" for at in range(16)]
        self.validation_ids = [f"check-{at:02}" for at in range(20)]
        self.lock = threading.Lock()
        self.flying = self.most_flying = 0

    def needs(self, case_id: str) -> list[str]:
        return sorted(WORDS, key=lambda word: chance(case_id, word))[:2]

    def components_of(self, case_id: str) -> list[str]:
        return sorted({self.owner[word] for word in self.needs(case_id)})

    def _take_time(self) -> None:
        with self.lock:
            self.flying += 1
            self.most_flying = max(self.most_flying, self.flying)
        if self.sleep:
            time.sleep(random.random() * self.sleep)
        with self.lock:
            self.flying -= 1

    def evaluate(self, texts: Candidate, case_id: str) -> Evaluation:
        assert sorted(texts) == self.components_of(case_id)
        self._take_time()
        with self.lock:
            self.evaluated.append((case_id, "|".join(texts[name] for name in sorted(texts))))
            self.poisoned += any("poison" in text for text in texts.values())
        missing = [
            word
            for word in self.needs(case_id)
            if word not in texts[self.owner[word]] or chance(case_id, word, *texts.values()) < self.slip
        ]
        records = tuple(Record(self.owner[word], case_id, "…", f"The answer lacks {word}.") for word in missing)
        return Evaluation(1 - len(missing) / 2, records)

    def reflect(self, request: ReflectionRequest) -> Reflection:
        self._take_time()
        with self.lock:
            self.reflected.append(request)
        lacking = [record.feedback.split()[-1].rstrip(".") for record in request.records]
        new = [word for word in dict.fromkeys(lacking) if word not in request.text][:1]
        lines = [request.text, *(f"Speak of {word}." for word in new)]
        if chance("poison", request.nonce) < self.poison:
            lines.append("Use poison.")
        if chance("idle", request.nonce) < 0.2:
            lines.append("Be quick about everything.")
        return Reflection("\n".join(lines), note="Added what was lacking.")

    def broken(self, texts: Candidate) -> list[Breach]:
        return [Breach("codex", "poison", RULE, name) for name, text in sorted(texts.items()) if "poison" in text]
