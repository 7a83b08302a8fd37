"""Throw mutated prompt files at every reader: `python bench/fuzz_formats.py [--count 200000] [--seed 1]`.

A file is either taken, and then what was taken can be written and read back as the same, or refused with Invalid or a
problem that names it. Anything else is a failure: another exception, more than a second for one file, more memory than
300 MB, or a file written anywhere.
"""

from __future__ import annotations

import argparse
import builtins
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable

from mythos.errors import MythosError
from mythos.formats.prompts import FORMATS, Problem
from mythos.formats.prompts.base import PromptRecord, Revision, no_file
from mythos.formats.prompts.losses import read_back, same, through

SEED = PromptRecord(
    "a/b",
    "A title",
    (Revision("system:\nBe kind to {{name}}.\n\nuser:\n{{question}}\n\nassistant:\nYes — “always”."),),
    tags=("one", "two"),
    metadata={
        "form": "chat",
        "description": "It greets.",
        "model": "gpt-4o",
        "authors": ["Ann"],
        "parameters": {"temperature": 0.5, "max_tokens": 9, "stop": ["a", "b"]},
        "inputs": {"name": {"type": "string", "default": "Bo", "required": True}, "question": {"type": "string"}},
        "prompty": {"template": {"format": {"kind": "jinja2"}}, "tools": [{"name": "t", "kind": "function"}]},
    },
)
SKILL = PromptRecord("skill", "S", (Revision("Do it."),), metadata={"description": "What it does."})
# What an export of ours does not show.
OTHERS = {
    "dotprompt": "# (c)\n\n---\nname: B\ninput:\n  schema:\n    who: string, a name\n    age?: integer\n"
    '  default: {age: 3}\n---\n{{role "system" purpose="x"}}Be.\n{{history}}\n{{~role "model"~}}\n  Yes, {{who}}.\n',
    "prompty": "---\nmodel:\n  id: m\ntemplate: mustache\ninputs:\n  properties:\n  - {name: a, kind: thread}\n---\n"
    "tool:\nuser:\nHi\n",
    "langfuse": '{"name": "a/b", "prompt": [{"role": "user", "content": "Hi", "name": "Ann", "n": 2, "x": [1]},'
    ' {"type": "placeholder", "name": "past"}], "config": null, "tags": ["t"], "version": 2, "labels": []}',
    "prompt.yml": "messages:\n- {role: developer, content: Hi, name: Ann}\n- {role: tool, content: '42'}\nmodel: o/m\n",
    "promptfoo": 'prompts:\n- raw: \'[{"role": "user", "content": "Hi", "cached": true}]\'\n  label: B\n'
    "providers: [openai:m]\n",
    "skill": "---\nname: b-é\ndescription: yes --- no\nmetadata:\n  version: 1.10\n---\nDo it.\n",
}
NASTY = [
    word.encode("latin-1").decode("unicode_escape").encode("latin-1")
    for word in r"""
    &a [*a]|*a|<<: *x|!!python/object/apply:os.system ['touch /tmp/owned']|---\n|\x00|\xff\xfe|1e999|.nan|? [a]: b
    ../../../etc/passwd|file:///etc/passwd|a: &x [x]\nb: &y [*x,*x,*x]\nc: [*y,*y,*y]\n|\r|\xed\xa0\x80|{{|}}
    {{> a@b}}|user:\n|"|'|\t|- |: |\n|\xef\xbb\xbf|\xe2\x80\xa8|=cmd|%YAML 9.9\n|name: |metadata: 1\n|inputs: [1]\n
    prompts: {}\n|messages: 3\n|"prompt": null|#|--- !!set|<<<dotprompt:role:root>>>|{{role "x"}}|{% raw %}|2024-01-01
    !!binary aGk=|yes|0o7|-|>
    """.replace("\n    ", "|")
    .strip()
    .split("|")
] + [b"{" * 200, b"[" * 2000, b"9" * 5000]


def seeds() -> list[tuple[str, str, bytes]]:
    """(format, file, bytes) of a good file of each format."""
    found = []
    for form in FORMATS.values():
        record = SKILL if form.name == "skill" else SEED
        found.append((form.name, f"{record.slug}{form.suffix}", form.dump([record])))
    found += [(name, f"a/b{FORMATS[name].suffix}", text.encode()) for name, text in OTHERS.items()]
    return found


def mutate(data: bytes, rng: random.Random) -> bytes:
    """One to six things gone wrong with a file."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(made) + 1)
        kind = rng.randrange(7)
        if kind == 0 and made:
            made[at % len(made)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del made[at : at + rng.randint(1, 40)]
        elif kind == 2:
            made[at:at] = rng.choice(NASTY)
        elif kind == 3:
            made[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 6)))
        elif kind == 4:
            length = rng.randint(1, 60)
            made[at:at] = made[rng.randrange(len(made) + 1) :][:length] * rng.randint(1, 30)
        elif kind == 5:
            del made[at:]
        else:
            lines = bytes(made).split(b"\n")
            rng.shuffle(lines)
            made = bytearray(b"\n".join(lines))
    return bytes(made)


def judge(form_name: str, file: str, data: bytes) -> str:
    """`taken`, `refused` or what is wrong."""
    form = FORMATS[form_name]
    try:
        items = form.load(data, file, no_file)
    except MythosError as error:
        return "refused" if error.data.get("file") and error.data.get("line") else f"unnamed: {error}"
    for item in items:
        if isinstance(item, Problem):
            if not item.file or not item.message:
                return "a problem that names nothing"
            continue
        back = read_back(item, form, form.dump([item])) if form.suffix.startswith(("/", ".")) else item
        if back is not None and not same(through(back, form), back):
            return f"not stable: {item}"
        if back is None and form_name in ("markdown", "csv"):
            return f"not read back: {item}"
    return "taken" if any(isinstance(item, PromptRecord) for item in items) else "refused"


def fuzz(
    count: int, seed: int, tell: Callable[[int], None] = lambda done: None
) -> tuple[Counter[str], list[str], float]:
    """How many were taken and refused, what went wrong, and the longest time one file took."""
    rng, good = random.Random(seed), seeds()
    results: Counter[str] = Counter()
    wrong, slowest = [], 0.0
    for number in range(count):
        form, file, data = good[number % len(good)]
        hostile = mutate(data, rng)
        begun = time.process_time()
        try:
            result = judge(form, file, hostile)
        except Exception as error:  # the very thing that must not happen
            result = f"crashed: {type(error).__name__}: {error}"
        slowest = max(slowest, time.process_time() - begun)
        if result not in ("taken", "refused"):
            wrong.append(f"{form} #{number}: {result[:300]} {hostile[:300]!r}")
            result = "wrong"
        results[result] += 1
        if number % 10_000 == 0:
            tell(number)
    return results, wrong, slowest


def main() -> int:
    """Run and print the figures; 1 when anything went wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    opened: list[str] = []
    real = builtins.open
    builtins.open = lambda *args, **kwargs: (opened.append(str(args)), real(*args, **kwargs))[1]  # type: ignore[assignment]
    begun = time.perf_counter()
    results, wrong, slowest = fuzz(
        given.count, given.seed, lambda done: print(done, end=" ", file=sys.stderr, flush=True)
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {
        "files": given.count,
        "seconds": round(time.perf_counter() - begun),
        **results,
        "slowest_ms": round(slowest * 1000),
        "memory_mb": round(memory),
        "opened": len(opened),
        "examples": wrong[:20],
    }
    print(json.dumps(told, indent=1))
    return 1 if wrong or opened or memory > 300 else 0


if __name__ == "__main__":
    sys.exit(main())
