"""Which number comes next: what breaks raises the first, what is added the second, words the third."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mythos.formats.bundle import Bundle, Contents
from mythos.formats.bundle.document import CodexEntry, ContractEntry, PromptEntry, RitualEntry
from mythos.formats.bundle.versions import Step, read_version
from mythos.text.compare import compare
from mythos.text.template import includes, variables

FIRST_VERSION = "1.0.0"
_RANK: Mapping[Step, int] = {"patch": 0, "minor": 1, "major": 2}


@dataclass(frozen=True)
class Reason:
    """One difference and the number it raises."""

    step: Step
    what: str
    text: str


@dataclass(frozen=True)
class NextVersion:
    """The number to give, the one before, and why; no reasons means nothing changed."""

    version: str
    before: str
    reasons: tuple[Reason, ...]


def next_version(old: Bundle | None, new: Contents) -> NextVersion:
    """The number of the next export."""
    if old is None:
        return NextVersion(FIRST_VERSION, "", (Reason("minor", "package", "It goes out for the first time."),))
    before = {row.slug: row for row in old.prompts()}
    reasons = [*_prompts(before, new.prompts), *_contracts(list(old.contracts()), new, _texts(old.codices()))]
    reasons += _rituals({row.slug: row for row in old.rituals()}, new.rituals)
    reasons.sort(key=lambda reason: (-_RANK[reason.step], reason.what))
    last = read_version(old.about.version)
    version = last.after(reasons[0].step) if reasons else last
    return NextVersion(str(version), old.about.version, tuple(reasons))


def _prompts(before: Mapping[str, PromptEntry], now: Iterable[PromptEntry]) -> Iterable[Reason]:
    there = set()
    for prompt in now:
        there.add(prompt.slug)
        old = before.get(prompt.slug)
        if old is None:
            yield Reason("minor", prompt.slug, "The prompt is new.")
        elif old.head.sha256 != prompt.head.sha256:
            yield _texts_differ(old, prompt)
        elif old != prompt:
            yield Reason("patch", prompt.slug, "Its title, tags, metadata or history changed.")
    for slug in sorted(set(before) - there):
        yield Reason("major", slug, "The prompt is gone.")


def _texts_differ(old: PromptEntry, new: PromptEntry) -> Reason:
    was, now = set(variables(old.head.text)), set(variables(new.head.text))
    if was - now:
        return Reason("major", new.slug, f"The variable {_names(was - now)} is gone or has another name.")
    if now - was:
        return Reason("major", new.slug, f"Callers now have to give {_names(now - was)}.")
    added = set(includes(new.head.text)) - set(includes(old.head.text))
    if added:
        return Reason("minor", new.slug, f"It includes {', '.join(sorted(slug for slug, _ in added))}.")
    return Reason("patch", new.slug, "The wording changed.")


def _names(names: Iterable[str]) -> str:
    return ", ".join("{{" + name + "}}" for name in sorted(names))


def _texts(codices: Iterable[CodexEntry]) -> dict[tuple[str, str, int], str]:
    return {
        (codex.slug, clause.ref, row["version"]): row["text"]
        for codex in codices
        for clause in codex.clauses
        for row in clause.versions
    }


def _contracts(
    before: Sequence[ContractEntry], new: Contents, old_texts: Mapping[tuple[str, str, int], str]
) -> Iterable[Reason]:
    texts, there = _texts(new.codices), {row.prompt: row for row in new.contracts}
    slugs = {prompt.slug for prompt in new.prompts}
    known = {row.prompt for row in before}
    for old in before:
        now = there.get(old.prompt)
        if now is None:
            if old.prompt in slugs:
                yield Reason("major", old.prompt, "Its contract is gone.")
        else:
            yield from _terms(old, now, old_texts, texts)
    for row in new.contracts:
        if row.prompt not in known:
            yield Reason("minor", row.prompt, "It is under contract now.")
    for row in new.contracts:
        for broken in row.states:
            if broken["state"] == "breached":
                yield Reason("major", row.prompt, f"It breaks {broken['ref']}.")


def _terms(
    old: ContractEntry,
    new: ContractEntry,
    old_texts: Mapping[tuple[str, str, int], str],
    texts: Mapping[tuple[str, str, int], str],
) -> Iterable[Reason]:
    was = {(term["codex"], term["ref"]): term for term in old.clauses}
    now = {(term["codex"], term["ref"]): term for term in new.clauses}
    for key in sorted(set(was) - set(now)):
        yield Reason("major", new.prompt, f"It no longer promises {key[1]}.")
    for key in sorted(set(now) - set(was)):
        yield Reason("minor", new.prompt, f"It now promises {key[1]}.")
    for key in sorted(set(was) & set(now)):
        rule = was[key]["obligation"] or old_texts[(*key, was[key]["version"])]
        rule_now = now[key]["obligation"] or texts[(*key, now[key]["version"])]
        if rule != rule_now:
            weaker = compare(rule, rule_now).is_regression
            said = "says less than it did" if weaker else "has another wording"
            yield Reason("major" if weaker else "patch", new.prompt, f"The clause {key[1]} {said}.")
    if old.expectations != new.expectations or old.type != new.type:
        kept = {str(row) for row in old.expectations} <= {str(row) for row in new.expectations}
        step: Step = "minor" if kept and old.type == new.type else "major"
        yield Reason(step, new.prompt, "Its type or expectations changed.")


def _rituals(before: Mapping[str, RitualEntry], now: Sequence[RitualEntry]) -> Iterable[Reason]:
    for row in now:
        old = before.get(row.slug)
        if old is None:
            yield Reason("minor", row.slug, "The ritual is new.")
        elif old != row:
            same = old.cases == row.cases
            yield Reason(
                "patch" if same else "minor", row.slug, "Its results are newer." if same else "Its cases changed."
            )
    for slug in sorted(set(before) - {row.slug for row in now}):
        yield Reason("minor", slug, "The ritual is gone.")
