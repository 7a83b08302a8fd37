"""A ritual as a document for other tools."""

from __future__ import annotations

from dataclasses import dataclass

from mythos.accounts.actors import Actor
from mythos.errors import Invalid
from mythos.formats.rituals import CaseRecord, RitualDocument, lines, promptfoo
from mythos.rituals.models import Ritual, RitualCase
from mythos.rituals.queries import cases_of, get_ritual

FORMATS = ("promptfoo", "jsonl")


@dataclass(frozen=True, slots=True)
class RitualFile:
    """The text of a file, and what the format could not hold."""

    text: str
    notes: tuple[str, ...]


def export_ritual(actor: Actor, ritual_id: int, format: str = "promptfoo") -> RitualFile:
    """The ritual with its cases in use; a bound prompt goes along with its current text."""
    ritual = get_ritual(actor, ritual_id)
    document = document_of(ritual)
    if format == "jsonl":
        return RitualFile(lines.write(document), ())
    if format != "promptfoo":
        raise Invalid(f"There is no format “{format}”.", hint="Known: " + ", ".join(FORMATS) + ".")
    text, notes = promptfoo.write(document)
    return RitualFile(text, notes)


def document_of(ritual: Ritual) -> RitualDocument:
    """What the formats know of a ritual."""
    template, origin = list(ritual.template), dict(ritual.origin)
    if ritual.prompt is not None and ritual.prompt.current is not None:
        role = "user" if ritual.prompt.kind == "user" else "system"
        template = [{"role": role, "content": ritual.prompt.current.text}]
        if role == "system":
            template.append({"role": "user", "content": "{{input}}"})
        origin = {key: value for key, value in origin.items() if key != "promptfoo"}
    return RitualDocument(
        title=ritual.title,
        cases=tuple(_record(case) for case in cases_of(ritual)),
        template=template,
        description=ritual.description,
        type=ritual.type,
        origin=origin,
    )


def _record(case: RitualCase) -> CaseRecord:
    return CaseRecord(
        ref=case.ref,
        input=case.input,
        variables=case.variables,
        messages=case.messages,
        expectations=case.expectations,
        weight=case.weight,
        split=case.split,
        threshold=case.threshold,
        extra=case.extra,
    )
