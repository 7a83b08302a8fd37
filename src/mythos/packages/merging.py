"""The prompts of a package beside those of the swarm: new, same, changed, merged, or left to a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mythos.accounts.models import Swarm
from mythos.errors import Invalid
from mythos.formats.bundle.document import PromptEntry
from mythos.packages.models import InstalledPrompt
from mythos.packages.plan import REST, Answers, PlanRow, Work
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.text.diff import Merge, merge3
from mythos.text.normalize import normalize

CHOICES = ("mine", "theirs", "edited")
MARKS = ("<<<<<<< ", "||||||| ", ">>>>>>> ")
MIDDLE = "======="


def prompt_rows(swarm: Swarm, chunk: Sequence[PromptEntry], work: Work) -> list[PlanRow]:
    """What happens to each of these prompts."""
    rows = Prompt.objects.filter(swarm=swarm, slug__in=[prompt.slug for prompt in chunk]).select_related("current")
    here = {row.slug: row for row in rows}
    hashes: dict[int, list[str]] = defaultdict(list)
    points = PromptCheckpoint.objects.filter(prompt__in=list(here.values())).order_by("prompt_id", "version")
    for prompt_id, sha in points.values_list("prompt_id", "sha256"):
        hashes[prompt_id].append(sha)
    bases: dict[int, InstalledPrompt] = {}
    if work.installed is not None:
        bases = {row.prompt_id: row for row in work.installed.prompts.filter(prompt__in=list(here.values()))}
    return [
        _prompt(entry, mine, hashes[mine.pk], bases.get(mine.pk), work)
        if (mine := here.get(entry.slug))
        else _new(entry, work)
        for entry in chunk
    ]


def _new(entry: PromptEntry, work: Work) -> PlanRow:
    work.missing[entry.slug] = 0
    return PlanRow("prompt", entry.slug, "new", f"{len(entry.checkpoints)} checkpoints.", theirs=entry.head.text)


def details_of(entry: PromptEntry) -> dict[str, Any]:
    """What describes a prompt beside its text."""
    return {"title": entry.title, "kind": entry.kind, "tags": list(entry.tags), "metadata": dict(entry.metadata)}


def _prompt(entry: PromptEntry, mine: Prompt, have: Sequence[str], base: InstalledPrompt | None, work: Work) -> PlanRow:
    """What happens to the text; title, kind, tags and metadata follow where they are as they came."""
    row = _text(entry, mine, have, base, work)
    came = base.details if base else {}
    newer = {name: value for name, value in details_of(entry).items() if getattr(mine, name) != value}
    newer = {name: value for name, value in newer.items() if name in came and came[name] == getattr(mine, name)}
    if not newer or (row.action == "conflict" and not row.choices):
        return row
    work.details[entry.slug] = newer
    said = f"Its {', '.join(newer)} changed."
    if row.action in ("same", "ahead"):
        work.missing[entry.slug] = len(entry.checkpoints)
        return replace(row, action="changed", text=said)
    return replace(row, text=f"{row.text} {said}")


def _text(entry: PromptEntry, mine: Prompt, have: Sequence[str], base: InstalledPrompt | None, work: Work) -> PlanRow:
    if mine.deleted_at is not None or mine.current is None:
        said = "It is in the trash here; restore or purge it first."
        return PlanRow("prompt", entry.slug, "conflict", said)
    theirs = [point.sha256 for point in entry.checkpoints]
    head, began = mine.current.sha256, base.base_sha256 if base else ""
    if head == theirs[-1]:
        return PlanRow("prompt", entry.slug, "same")
    if theirs[-1] in (began, *have):
        return PlanRow("prompt", entry.slug, "ahead", "You changed it; the package did not.")
    if list(have) == theirs[: len(have)] or (head == began and began in theirs):
        start = len(have) if list(have) == theirs[: len(have)] else len(theirs) - theirs[::-1].index(began)
        work.missing[entry.slug] = start
        said = f"{len(theirs) - start} newer checkpoints."
        return PlanRow("prompt", entry.slug, "changed", said, mine.current.text, entry.head.text)
    return _both_changed(entry, mine.current.text, base.base_text if base else _shared(entry, have), base, work)


def _shared(entry: PromptEntry, have: Sequence[str]) -> str:
    """The newest of their texts that was once here, to show beside the two; nothing is merged by it."""
    known = set(have)
    return next((point.text for point in reversed(entry.checkpoints) if point.sha256 in known), "")


def _both_changed(entry: PromptEntry, mine: str, began: str, base: InstalledPrompt | None, work: Work) -> PlanRow:
    theirs = entry.head.text
    merge = _merged(began, mine, theirs)
    if base is not None and not merge.conflicts:
        work.texts[entry.slug] = merge.text.rstrip("\n")
        said = "Both sides changed it in different places."
        return PlanRow("prompt", entry.slug, "merged", said, mine, theirs, base=began)
    said = "You have another prompt of this name."
    if base is not None:
        places = len(merge.conflicts)
        said = f"Both sides changed the same {f'{places} places' if places > 1 else 'place'}."
    work.texts[entry.slug] = theirs
    merged = merge.text.rstrip("\n")
    return PlanRow("prompt", entry.slug, "conflict", said, mine, theirs, CHOICES, base=began, merged=merged)


def _merged(base: str, mine: str, theirs: str) -> Merge:
    return merge3(f"{base}\n" if base else "", mine + "\n", theirs + "\n")


def decided(row: PlanRow, answers: Answers, work: Work) -> PlanRow:
    """The row with what a person said of it; an edited text that still has marks decides nothing."""
    answer = answers.choices.get(row.key) or row.in_bulk(answers.choices.get(REST, ""))
    if answer not in row.choices:
        return row
    if "edited" not in row.choices:
        return replace(row, chosen=answer)
    text = answers.texts.get(row.key, row.merged)
    if answer != "edited":
        return replace(row, chosen=answer, merged=text)
    try:
        text = normalize(text)
    except Invalid as error:
        return replace(row, merged=text, wrong=error.message)
    if wrong := _wrong(row, text):
        return replace(row, merged=text, wrong=wrong)
    work.texts[row.name] = text
    return replace(row, chosen=answer, merged=text)


def _wrong(row: PlanRow, text: str) -> str:
    """Why an edited text cannot be taken."""
    if not text.strip():
        return "The text is empty."
    own = {line for side in (row.mine, row.theirs) for line in side.splitlines()}
    for number, line in enumerate(text.splitlines(), start=1):
        if line not in own and (line.startswith(MARKS) or line == MIDDLE):
            return f"Line {number} still has a mark of the conflict: {line[:40]}"
    return ""
