"""A stand-in for a language model that obeys the instructions it understands. Simulated, and says so.

It makes prompts and replies causally related without a model: take an instruction away, or weaken it, and exactly
the requests it was about get another reply. Same request, same reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from mythos.providers.base import Limits, Message, Options, Price, Reply
from mythos.providers.rules import Rule, read, stems, touches

_NUMBERS = {"one": 1, "two": 2, "three": 3}
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_KEYS = re.compile(r"\b(?:keys?|fields?|properties)\b:?\s*(.+)$", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_]\w*")


class Scripted:
    """Replies at once and costs nothing."""

    name = "scripted"
    is_simulated = True
    limits = Limits(concurrency=4)

    def model(self) -> str:
        return "rule-follower-1"

    def price(self, model: str) -> Price | None:
        return Price(0.0, 0.0)

    def chat(self, messages: Sequence[Message], options: Options) -> Reply:
        prompt = "\n".join(message.content for message in messages if message.role == "system")
        request = next((message.content for message in reversed(messages) if message.role == "user"), "")
        text = reply_to(request, prompt)
        finish = "stop"
        words = text.split(" ")
        if len(words) > options.max_tokens:
            text, finish = " ".join(words[: options.max_tokens]), "length"
        read_words = sum(len(message.content.split()) for message in messages)
        return Reply(text, read_words, len(text.split()), 0.0, 0.0, self.model(), finish)


def reply_to(request: str, prompt: str) -> str:
    """What somebody who does as asked, within the rules of the prompt, says to this request."""
    rules = [rule for rule in read(prompt) if rule.holds_for(request)]
    text = _body(request, rules)
    for rule in rules:
        if rule.kind == "include":
            text = f"{text} {_sentence(rule.text)}"
        elif rule.kind == "start":
            text = f"{rule.text} {text}"
        elif rule.kind == "end":
            text = f"{text} {rule.text}"
    text = _shortened(text, rules)
    shape = next((rule for rule in rules if rule.kind == "json"), None)
    return _as_json(text, shape.topic) if shape else text


def _body(request: str, rules: Sequence[Rule]) -> str:
    for rule in rules:
        if rule.kind == "refuse" and touches(rule.topic, request):
            return "I'm sorry, but I can't help with that."
    for rule in rules:
        if rule.kind == "ask" and touches(rule.topic, request) and not touches(rule.text, request):
            return f"Before I go on, could you tell me {rule.text}?"
    banned = [rule for rule in rules if rule.kind == "never"]
    if any(touches(rule.topic, request) for rule in banned):
        return "I'm sorry, but that is not something I can talk about."
    topic = " ".join(request.split()).rstrip(".?!")
    text = f"Yes, certainly. About “{topic}”: here is what you asked for." if topic else "How may I help you?"
    for rule in banned:
        text = _without(text, rule.topic)
    return text


def _without(text: str, topic: str) -> str:
    gone = stems(topic)
    return " ".join(word for word in text.split(" ") if not (stems(word) & gone))


def _shortened(text: str, rules: Sequence[Rule]) -> str:
    for rule in rules:
        if rule.kind == "sentences":
            most = _NUMBERS.get(rule.topic.lower()) or int(rule.topic)
            text = " ".join(_SENTENCES.split(text)[:most])
        elif rule.kind == "words":
            text = " ".join(text.split()[: int(rule.topic)])
    return text


def _as_json(text: str, about: str) -> str:
    named = _KEYS.search(about)
    keys = [key for key in _NAME.findall(named.group(1)) if key not in ("and", "the", "only")] if named else []
    return json.dumps(dict.fromkeys(keys, text) or {"answer": text}, ensure_ascii=False)


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
