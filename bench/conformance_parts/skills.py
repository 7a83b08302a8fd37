"""SKILL.md: the reference validator of Agent Skills (`skills-ref`) over every export, each in a folder of its name.

Skills of the folder come back the same. Small headers, good and bad, are taken here when the validator takes them and
refused when it refuses them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from conformance_parts.base import SAMPLES, Verdict, has, prompts, read, there_and_back, verdict
from mythos.errors import MythosError
from mythos.formats.prompts import skill as form
from mythos.formats.prompts.front_matter import split

ORACLES = ("skills_ref",)
HEADERS = {
    "plain": "name: case\ndescription: Does it.",
    "every field": "name: case\ndescription: Does it.\nlicense: MIT\ncompatibility: Any.\n"
    'allowed-tools: Read Bash(git:*)\nmetadata:\n  author: Ann\n  version: "1.0"',
    "a number for a version": "name: case\ndescription: Does it.\nmetadata:\n  version: 1.0",
    "capital letters": "name: Case\ndescription: Does it.",
    "a leading hyphen": "name: -case\ndescription: Does it.",
    "two hyphens": "name: ca--se\ndescription: Does it.",
    "an underscore": "name: ca_se\ndescription: Does it.",
    "letters beyond a to z": "name: café\ndescription: Does it.",
    "64 letters": f"name: {'a' * 64}\ndescription: Does it.",
    "65 letters": f"name: {'a' * 65}\ndescription: Does it.",
    "no name": "description: Does it.",
    "no description": "name: case",
    "an empty description": 'name: case\ndescription: ""',
    "1,024 characters": f"name: case\ndescription: {'d' * 1024}",
    "1,025 characters": f"name: case\ndescription: {'d' * 1025}",
    "501 of compatibility": f"name: case\ndescription: Does it.\ncompatibility: {'c' * 501}",
}


def run(folder: Path) -> Iterator[Verdict]:
    for place in dict.fromkeys([folder, SAMPLES / "skills"]):
        for path in sorted(place.rglob("*SKILL.md")):
            fault, exported = there_and_back(form, path.read_bytes(), f"{path.name}/SKILL.md")
            yield verdict(f"{path.relative_to(place)}: in and out", fault)
            if exported and has(*ORACLES):
                yield verdict(f"{path.relative_to(place)}: export", _official(exported.decode()))
    if not has(*ORACLES):
        return
    for name, header in HEADERS.items():
        yield verdict(f"header with {name}", _agree(f"---\n{header}\n---\nDo it.\n"))
    for record in prompts():
        yield verdict(f"export of {record.slug}", _official(form.dump([record]).decode()))


def _official(text: str) -> str:
    """What the reference validator says of a skill in a folder of its name."""
    from skills_ref import validate

    with tempfile.TemporaryDirectory() as place:
        called = split(text, "SKILL.md").fields.get("name") or "case"
        folder = Path(place) / str(called)
        folder.mkdir()
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
        return "; ".join(validate(folder))


def _agree(text: str) -> str:
    theirs = _official(text)
    try:
        read(form, text.encode(), "case/SKILL.md")
    except MythosError as error:
        return "" if theirs else f"refused ({error.message}), and the validator takes it"
    return f"taken, and the validator says: {theirs}" if theirs else ""
