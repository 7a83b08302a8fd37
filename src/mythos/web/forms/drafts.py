"""The form of a draft: everything it says in fields, and the one thing a button asks for."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.drafts import arranging
from mythos.drafts.models import TOKEN_LIMITS
from mythos.errors import Invalid
from mythos.prompts.queries import checkpoint_of, get_prompt

FIELDS = ("name", "tone", "codex_contract_type", "model")
ANSWER = "answer-"


def read(actor: Actor, swarm: Swarm, post: QueryDict) -> dict[str, Any]:
    """The fields of the draft, with what the pressed button does to its blocks already done."""
    given: dict[str, Any] = {name: post[name] for name in FIELDS if name in post}
    given["token_limit"] = _limit(post)
    rows = [_row(text) for text in post.getlist("block")]
    given["prompt_cluster"] = _acted(actor, swarm, post, rows)
    given["answers"] = {key.removeprefix(ANSWER): post[key] for key in post if key.startswith(ANSWER)}
    verb, _, key = post.get("act", "").partition(":")
    if verb == "take-back":
        given["answers"].pop(key, None)
    if verb == "answer":
        given["answers"][key] = post.get(f"reason-{key}", "").strip()
        if not given["answers"][key]:
            raise Invalid("Say why both may stand.", fields={f"reason-{key}": "A reason is needed."})
    return given


def _limit(post: QueryDict) -> int | None:
    """The number typed, or None for what the model chosen anew brings."""
    text, before = post.get("token_limit", "").strip(), post.get("was_model", "")
    if not text or (before and before != post.get("model") and text == str(TOKEN_LIMITS.get(before))):
        return None
    if not text.isdigit():
        raise Invalid("The draft cannot be saved.", fields={"token_limit": "A whole number."})
    return int(text)


def _row(text: str) -> dict[str, Any]:
    section, *numbers = text.split(":")
    if len(numbers) != 2 or not all(number.isdigit() for number in numbers):
        raise Invalid("The blocks cannot be read.", fields={"prompt_cluster": "section:prompt:checkpoint."})
    return {"section": section, "prompt": int(numbers[0]), "checkpoint": int(numbers[1])}


def _acted(actor: Actor, swarm: Swarm, post: QueryDict, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a button asks for, as `verb:argument:…`."""
    verb, *rest = post.get("act", "").split(":")
    numbers = [int(part) for part in rest if part.isdigit()]
    match verb, rest, numbers:
        case "add", [section, _, _], [prompt, checkpoint]:
            return list(arranging.added(rows, section, prompt, checkpoint))
        case "remove", _, [prompt]:
            return list(arranging.removed(rows, prompt))
        case (("up" | "down"), _, [prompt]):
            return list(arranging.stepped(rows, prompt, -1 if verb == "up" else 1))
        case "to", [section, _], [prompt]:
            return list(arranging.moved_to(rows, prompt, section))
        case "newest", _, [prompt, checkpoint]:
            return list(arranging.swapped(rows, prompt, checkpoint))
        case "swap", _, [prompt]:
            return list(arranging.swapped(rows, prompt, _version(actor, swarm, post, prompt)))
    return rows


def _version(actor: Actor, swarm: Swarm, post: QueryDict, prompt_id: int) -> int:
    wanted = post.get(f"version-{prompt_id}", "")
    prompt = get_prompt(actor, prompt_id, swarm)
    if not wanted.isdigit():
        raise Invalid("The version cannot be read.", fields={"prompt_cluster": "A whole number."})
    return int(checkpoint_of(actor, prompt, version=int(wanted)).pk)
