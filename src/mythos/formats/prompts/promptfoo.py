"""The prompts of a promptfoo config; its tests are read as a ritual."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mythos.errors import MythosError
from mythos.formats.prompts.base import Format, Item, OpenFile, PromptRecord, problem_of, refuse, slugify
from mythos.formats.prompts.bounds import needed, read_json, read_yaml
from mythos.formats.prompts.particulars import filled, record_of, slug_of_path, text_field
from mythos.formats.prompts.turns import Turn, as_messages, from_messages, turns_of
from mythos.formats.rituals.promptfoo import config_text, prompt_text
from mythos.text.normalize import decode

SUFFIX = "/promptfooconfig.yaml"
# How promptfoo calls the providers of models, by how their names begin; others are taken for OpenAI's or alike.
PROVIDERS = {
    "claude": "anthropic:messages:",
    "gemini": "google:",
    "text-embedding": "openai:embedding:",
    "dall-e": "openai:image:",
    "openai/": "github:",
}


def load(data: bytes, name: str, open_file: OpenFile) -> Sequence[Item]:
    """Every prompt of a config; one that stands in a file that is not there is a problem."""
    config = dict(needed(read_yaml(decode(data, name=name), name), dict, name, "prompts"))
    given = config.get("prompts")
    entries = given if isinstance(given, list) else [needed(given, str, name, "prompts")]
    return list(_items(config, entries, name, open_file))


def _items(config: dict[str, Any], entries: list[Any], name: str, open_file: OpenFile) -> Iterator[Item]:
    stem = slug_of_path(name, SUFFIX)
    stem = stem.removesuffix("/promptfooconfig") if stem != "promptfooconfig" else "promptfoo"
    metadata = _about(config, name)
    notes = ["tests: they are no part of a prompt; bring them in with “mythos ritual import”."] * ("tests" in config)
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        try:
            label, config_of, text = _entry(entry, f"prompts[{number}]", name, open_file)
            slug = stem if len(entries) == 1 else f"{stem}/{slugify(label) or number + 1}"
            if slug in seen:
                slug = f"{slug}-{number + 1}"
            seen.add(slug)
            own = metadata | filled({"parameters": config_of})
            told = list(notes)
            turns = _turns(text, name, f"prompts[{number}]", told)
            yield record_of(name, turns, own, slug=slug, title=label, notes=told)
        except MythosError as error:
            yield problem_of(error, name)


def _about(config: dict[str, Any], name: str) -> dict[str, Any]:
    providers = config.get("providers")
    only = providers[0] if isinstance(providers, list) and len(providers) == 1 else providers
    model = _model(only) if isinstance(only, str) and only != "echo" else ""
    own = filled({"providers": providers}) if not model and only != "echo" else {}
    description = text_field(dict(config), "description", name)
    return filled({"description": description, "model": model, "promptfoo": own})


def _entry(entry: Any, place: str, name: str, open_file: OpenFile) -> tuple[str, dict[str, Any], str]:
    label, parameters = "", {}
    if isinstance(entry, dict):
        label = text_field(dict(entry), "label", name)
        parameters = needed(entry.get("config") or {}, dict, name, f"{place}.config")
        needed(entry.get("raw", entry.get("id")), str, name, place)
    else:
        needed(entry, str, name, place)
    text = prompt_text(entry, open_file)
    if text is None:
        raise refuse(name, "its file is not part of the import.", field=place)
    return label, parameters, text


def _turns(text: str, name: str, place: str, notes: list[str]) -> list[Turn]:
    """A prompt is one message of the user, or a JSON or YAML list of messages."""
    if text.lstrip().startswith("- role"):
        return from_messages(read_yaml(text, name), name, place, notes)
    if text.lstrip().startswith("["):
        try:
            return from_messages(read_json(text, name), name, place, notes)
        except MythosError:
            return [Turn("user", text)]
    return [Turn("user", text)]


def dump(records: Sequence[PromptRecord]) -> bytes:
    """A config with the prompt and its provider; tests are exported with their ritual."""
    (record,) = records
    meta, turns = record.metadata, turns_of(record)
    is_plain = len(turns) == 1 and turns[0].role == "user" and not turns[0].about
    is_plain = is_plain and not turns[0].content.lstrip().startswith(("[", "- role"))
    raw = turns[0].content if is_plain else json.dumps(as_messages(turns), ensure_ascii=False)
    prompt = filled({"raw": raw, "label": record.title, "config": meta.get("parameters")})
    own = meta.get("promptfoo", {}).get("providers")
    providers = own or ([_provider(meta["model"])] if meta.get("model") else ["echo"])
    config = filled({"description": meta.get("description")})
    return config_text(config | {"prompts": [prompt], "providers": providers, "tests": []}).encode()


def _provider(model: str) -> str:
    """The provider that runs a model; promptfoo takes no model without one."""
    if ":" in model:
        return model
    return next((before for begin, before in PROVIDERS.items() if model.startswith(begin)), "openai:") + model


def _model(provider: str) -> str:
    """The model of a provider, where the name of the model says the provider again."""
    model = provider.rpartition(":")[2]
    return model if model and _provider(model) == provider else provider


FORMAT = Format("promptfoo", "promptfoo", SUFFIX, load, dump, blocks=("{%",))
