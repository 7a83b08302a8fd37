"""The reflector: shown a prompt, the rules, what went wrong and what was tried before, it writes the prompt anew.

`scripted` has one of its own that is no language model: it adds the instruction that a failing check asks for. What
comes of it shows how a chain works and says nothing of how well a real model reflects.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from mythos.providers.base import Message, Options, Reply
from mythos.training.engine.protocol import Record, Reflection, ReflectionRequest, Usage

MOST_RECORDS, MOST_REJECTED, MOST_SHOWN = 8, 6, 800
MOST_ADDED = 2
_TASK = """You improve one prompt of an assistant. You see the prompt, the rules it is under, and replies that failed.
Write the prompt anew so that such requests are answered as wanted, in general and not only in these examples.
Keep every sentence that carries a rule. Keep the variables in double braces. Do not copy the examples into it.
First say in one or two sentences what you learnt, between <note> and </note>.
Then write the whole new prompt, and nothing else, between <prompt> and </prompt>."""
_NOTE = re.compile(r"<note>(.*?)</note>", re.DOTALL | re.IGNORECASE)
_PROMPT = re.compile(r"<prompt>\n?(.*?)\n?</prompt>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[\w-]*\n(.*?)\n```", re.DOTALL)


def request_messages(request: ReflectionRequest) -> list[Message]:
    """What the reflector is asked."""
    parts = [f"<current>\n{request.text}\n</current>"]
    if request.rules:
        parts.append("Rules that must stay true:\n" + "\n".join(f"- {rule}" for rule in request.rules))
    if request.breaches:
        parts.append(
            "The current text may not be used. Mend exactly this, and keep the rest:\n"
            + "\n".join(f"- {breach.message}" for breach in request.breaches)
        )
    if request.records:
        parts.append("Replies that failed:\n\n" + "\n\n".join(map(_record, request.records[:MOST_RECORDS])))
    if request.rejected:
        rows = [f"- {edit.cause}, {edit.detail}: {_short(edit.text)}" for edit in request.rejected[-MOST_REJECTED:]]
        parts.append("Texts that were tried and not kept; do not write them again:\n" + "\n".join(rows))
    return [Message("system", _TASK), Message("user", "\n\n".join(parts))]


def request_options(request: ReflectionRequest, model: str) -> Options:
    """Warm enough that two samples differ, with the nonce as the seed so that one sample can be had again."""
    seed = int(hashlib.sha256(request.nonce.encode()).hexdigest()[:8], 16) % 2**31
    return Options(model=model, temperature=0.7, max_tokens=600 + len(request.text) // 2, seed=seed, timeout=180.0)


def reflection_from(reply: Reply) -> Reflection:
    """The new text and what was learnt; an error when the reply holds no text."""
    usage = Usage(1, reply.tokens_in + reply.tokens_out, reply.cost or 0.0)
    note = _NOTE.search(reply.text)
    text = _PROMPT.search(reply.text) or _FENCE.search(reply.text)
    said = " ".join(note.group(1).split()) if note else ""
    if reply.finish == "length" and text is None:
        return Reflection("", said, usage, "The reflector's reply was cut off before the prompt was whole.")
    if text is None or not text.group(1).strip():
        return Reflection("", said, usage, "The reflector gave no prompt between <prompt> and </prompt>.")
    return Reflection(text.group(1).strip("\n"), said, usage)


def wanted(kind: str, value: Any, explanation: str) -> str:
    """A failing check in words, as records carry it."""
    return f"Wanted: {kind} {json.dumps(value, ensure_ascii=False, default=str)}\nFound: {explanation}"


def scripted_reflection(request: ReflectionRequest) -> Reflection:
    """Simulated: add the instructions that the failing checks name, at most two at a time."""
    usage = Usage(1, len(request.text.split()), 0.0)
    if request.breaches:
        return Reflection("", "", usage, "The simulated reflector cannot mend a text that breaks a rule.")
    refused = "\n".join(edit.text for edit in request.rejected)
    added: list[str] = []
    for record in request.records:
        for line in _instructions(record):
            if line not in added and line not in request.text and line not in refused:
                added.append(line)
                break
    if not added:
        return Reflection("", "", usage, "The simulated reflector knows nothing more to add.")
    chosen = added[:MOST_ADDED]
    missed = "1 reply" if len(request.records) == 1 else f"{len(request.records)} replies"
    note = f"Simulated: {missed} missed what these instructions ask for: {' '.join(chosen)}"
    return Reflection("\n".join([request.text.rstrip(), *chosen]), note, usage)


def _instructions(record: Record) -> Sequence[str]:
    found = re.match(r"Wanted: (\S+) (.*)$", record.feedback.split("\n")[0])
    if found is None:
        return ()
    kind, value = found.group(1), json.loads(found.group(2))
    values = [str(item) for item in (value if isinstance(value, list) else [value])]
    if kind in ("contains", "icontains", "contains-all", "icontains-all", "contains-any", "icontains-any"):
        return [f"Always mention “{item}”." for item in values]
    if kind.startswith(("not-contains", "not-icontains")):
        return [f"Never say “{item}”." for item in values]
    if kind == "starts-with":
        return [f"Start every answer with “{values[0]}”."]
    if kind == "max-tokens":
        return [f"Answer in at most {max(5, int(float(values[0]) * 0.6))} words."]
    if kind in ("is-json", "contains-json"):
        return ["Answer in JSON."]
    if kind == "is-refusal":
        return [f"Refuse to help with {' '.join(record.input.split()[:6])}."]
    return ()


def _record(record: Record) -> str:
    return f"Request: {_short(record.input)}\nReply: {_short(record.output)}\n{_short(record.feedback)}"


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
