"""Expectations in promptfoo's words and in ours, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Every type of assertion promptfoo documents. A name that is neither here nor a grader of ours is refused.
PROMPTFOO_TYPES = frozenset(
    """
    agent-rubric answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json
    contains-sql contains-xml context-faithfulness context-recall context-relevance conversation-relevance cost equals
    factuality finish-reason g-eval gleu guardrails icontains icontains-all icontains-any is-html is-json is-refusal
    is-sql is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency
    levenshtein llm-rubric pi meteor model-graded-closedqa model-graded-factuality moderation perplexity
    perplexity-score python regex rouge-n ruby similar similar:cosine similar:dot similar:euclidean starts-with
    tool-call-f1 skill-used trajectory:goal-success trajectory:tool-args-match trajectory:step-count
    trajectory:tool-sequence trajectory:tool-used trace-error-spans trace-span-count trace-span-duration search-rubric
    webhook word-count
    """.split()  # noqa: SIM905
)
NEARNESS = ("similar", "levenshtein", "rouge-n", "bleu", "gleu")
BOUNDS = ("latency", "cost")
_KEPT = ("metric", "provider", "rubricPrompt", "transform", "config", "contextTransform")
_PREFIXED = re.compile(r"(not-)?([a-z][a-z-]*)(?:\((-?[\d.]+)\))?:(.*)\Z", re.DOTALL)
_SHORT = {"fn": "javascript", "eval": "javascript", "grade": "llm-rubric", "factual": "factuality", "file": "python"}


def is_known(name: str) -> bool:
    """Whether promptfoo has an assertion of this name, plain or turned round."""
    return name.removeprefix("not-") in PROMPTFOO_TYPES


def from_promptfoo(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One assertion as an expectation of ours."""
    name = str(entry["type"])
    plain, turned = name.removeprefix("not-"), "not-" if name.startswith("not-") else ""
    value, threshold = entry.get("value"), entry.get("threshold")
    if plain == "similar:cosine":
        plain = "similar"
    if plain in NEARNESS and threshold is not None:
        value = {"text": value, "threshold": threshold}
    elif plain in BOUNDS:
        value = threshold if threshold is not None else value
    elif plain == "is-json" and isinstance(value, Mapping):
        plain = "json-schema"
    elif plain == "contains-json" and isinstance(value, Mapping):
        plain = "contains-json-schema"
    made: dict[str, Any] = {"type": turned + plain, "value": value}
    if isinstance(entry.get("weight"), (int, float)):
        made["weight"] = float(entry["weight"])
    kept = {key: entry[key] for key in _KEPT if key in entry}
    if threshold is not None and plain not in (*NEARNESS, *BOUNDS):
        kept["threshold"] = threshold
    if kept:
        made["promptfoo"] = kept
    return made


def to_promptfoo(expectation: Mapping[str, Any]) -> dict[str, Any] | None:
    """The assertion promptfoo knows, or None when it has none of this kind."""
    name, value = str(expectation["type"]), expectation.get("value")
    plain, turned = name.removeprefix("not-"), "not-" if name.startswith("not-") else ""
    made: dict[str, Any] = {}
    if plain in NEARNESS and isinstance(value, Mapping):
        made = {"value": value["text"], "threshold": value.get("threshold")}
    elif plain in BOUNDS:
        made = {"threshold": value}
    elif plain in ("json-schema", "contains-json-schema"):
        plain, made = {"json-schema": "is-json"}.get(plain, "contains-json"), {"value": value}
    elif plain == "ends-with":
        plain, made = "regex", {"value": rf"{re.escape(str(value).strip())}\s*$"}
    elif value is not None:
        made = {"value": value}
    if plain not in PROMPTFOO_TYPES:
        return None
    weight = {"weight": expectation["weight"]} if expectation.get("weight", 1.0) != 1.0 else {}
    made = {key: inner for key, inner in made.items() if inner is not None}
    return {"type": turned + plain} | made | weight | dict(expectation.get("promptfoo", {}))


def from_cell(text: str) -> dict[str, Any]:
    """An expectation as promptfoo writes it into a cell: `contains: Paris`, `similar(0.8): …`, or the exact reply."""
    found = _PREFIXED.match(text.strip())
    if found is None:
        return {"type": "equals", "value": text}
    turned, name, threshold, value = found.groups()
    name = _SHORT.get(name, name)
    if name not in PROMPTFOO_TYPES:
        return {"type": "equals", "value": text}
    value = value.strip()
    entry: dict[str, Any] = {"type": (turned or "") + name, "value": value or None}
    if threshold is not None:
        entry["threshold"] = float(threshold)
    if name in BOUNDS and value:
        entry["threshold"] = float(value)
    return from_promptfoo(entry)
