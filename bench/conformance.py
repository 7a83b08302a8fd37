"""The public suites, schemas and validators of formats of prompt files, run against import and export.

    python bench/conformance.py dotprompt FOLDER     # `spec/` of google/dotprompt; pip install dotpromptz
    python bench/conformance.py prompty FOLDER       # `spec/` of microsoft/prompty; pip install prompty jinja2 chevron
    python bench/conformance.py langfuse FOLDER      # JSON of prompts, may be empty; pip install langfuse
    python bench/conformance.py promptfoo FOLDER     # config-schema.json of promptfoo; pip install jsonschema
    python bench/conformance.py skills FOLDER        # any folder with SKILL.md; pip install skills-ref
    python bench/conformance.py prompt.yml FOLDER    # any folder with .prompt.yml

No suite is kept here. Prints JSON: how many cases, how many passed, and by name with the reason what failed, what
differs by design and what was not judged; the last are cases that the official tool itself does not pass. Exports are
those of every sample of `../shared/data`, of the demo's prompts and of one that has everything.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from conformance_parts import dotprompt, langfuse, prompt_yml, promptfoo, prompty, skills
from conformance_parts.base import BY_DESIGN, FAILED, NOT_JUDGED, PASSED, Verdict, has

PARTS = {
    "dotprompt": dotprompt,
    "prompty": prompty,
    "langfuse": langfuse,
    "promptfoo": promptfoo,
    "skills": skills,
    "prompt.yml": prompt_yml,
}


def main(argv: list[str]) -> int:
    if len(argv) != 2 or argv[0] not in PARTS:
        print(__doc__)
        return 2
    part, folder = PARTS[argv[0]], Path(argv[1])
    verdicts = list(part.run(folder))
    report = {"cases": len(verdicts), PASSED: sum(one.kind == PASSED for one in verdicts)}
    print(json.dumps(report | {kind: _of(verdicts, kind) for kind in (FAILED, BY_DESIGN, NOT_JUDGED)}, indent=1))
    for module in part.ORACLES:
        if not has(module):
            print(f"{module} is not installed: what it would judge is left out.", file=sys.stderr)
    return 1 if not verdicts or any(one.kind == FAILED for one in verdicts) else 0


def _of(verdicts: list[Verdict], kind: str) -> dict[str, str]:
    return {one.case: one.why for one in verdicts if one.kind == kind}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
