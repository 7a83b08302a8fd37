"""The public suites of formats of prompt files, run against import and export; no suite is kept here.

    python bench/conformance.py dotprompt FOLDER      # a checkout of google/dotprompt, its folder spec/
    python bench/conformance.py skills FOLDER         # any folder with SKILL.md files

dotprompt: every template of the suite is imported, exported and imported again. It passes when both imports say the
same and, where the official parser `dotpromptz` is installed, that reads the same header and template from the export
as from the original, blank lines and the line feed after a role aside. Prompts are kept, not
rendered, so rendering is no part of it.

skills: the export of every skill that is taken keeps the published rules: name of at most 64 lower-case letters,
digits and single hyphens, description of 1 to 1024 characters, and comes back the same. Refused ones are listed.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mythos.errors import MythosError
from mythos.formats.prompts import dotprompt, skill
from mythos.formats.prompts.base import PromptRecord, no_file

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def main(argv: list[str]) -> int:
    what, folder = argv[0], Path(argv[1])
    results = dict({"dotprompt": dotprompt_suite, "skills": skills}[what](folder))
    failed = {name: said for name, said in results.items() if said}
    official = importlib.util.find_spec("dotpromptz") is not None
    print(json.dumps({"cases": len(results), "passed": len(results) - len(failed), "failed": failed}, indent=1))
    if what == "dotprompt" and not official:
        print("dotpromptz is not installed: only import and export were held against each other.")
    return 1 if failed or not results else 0


def dotprompt_suite(folder: Path) -> Iterator[tuple[str, str]]:
    """(case, what is wrong or nothing) for every template of the suite."""
    import yaml

    for path in sorted(folder.rglob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            if isinstance(case, dict) and isinstance(case.get("template"), str):
                yield f"{path.stem}: {case['name']}", judged(case["template"])


def judged(original: str) -> str:
    try:
        first = read(dotprompt, original.encode(), "case.prompt")
        exported = dotprompt.dump([first])
        again = read(dotprompt, exported, "case.prompt")
    except MythosError as error:
        return f"refused: {error.message}"
    if (first.text, first.metadata) != (again.text, again.metadata):
        return "import, export and import differ"
    if importlib.util.find_spec("dotpromptz") is None:
        return ""
    theirs, ours = official(original), official(exported.decode())
    return "" if theirs == ours else f"the official parser reads {ours} where the original says {theirs}"


def official(text: str) -> tuple[dict[str, Any], str]:
    """Header and template as the format's own parser reads them; the name is the file's where the header has none."""
    parsed = importlib.import_module("dotpromptz.parse").parse_document(text)
    raw = {key: value for key, value in (parsed.raw or {}).items() if key != "name"}
    template = re.sub(r"\n+", "\n", parsed.template.strip())
    return raw, re.sub(r"(\{\{role [^}]*\}\})\n", r"\1", template)


def skills(folder: Path) -> Iterator[tuple[str, str]]:
    """(skill, what is wrong or nothing) for every SKILL.md."""
    for path in sorted(folder.rglob("*SKILL.md")):
        name = path.relative_to(folder).as_posix()
        try:
            first = read(skill, path.read_bytes(), name)
        except MythosError as error:
            yield name, f"refused: {error.message}"
            continue
        exported = skill.dump([first])
        fields = skill.split(exported.decode(), name).fields
        kept = NAME.fullmatch(fields["name"]) and len(fields["name"]) <= 64 and 1 <= len(fields["description"]) <= 1024
        again = read(skill, exported, f"{fields['name']}/SKILL.md")
        is_same = (first.text, first.metadata) == (again.text, again.metadata)
        yield name, "" if kept and is_same else "the export breaks a rule" if not kept else "it does not come back"


def read(form: Any, data: bytes, name: str) -> PromptRecord:
    (item,) = form.load(data, name, no_file)
    assert isinstance(item, PromptRecord), item
    return item


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
