"""The check: rules that got weaker, prompts that no longer follow them, prompts that say less than before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from mythos.checking.findings import WEAKENED, Finding, Level, Place, Report
from mythos.checking.places import place_in, place_of, place_of_gap, place_of_line
from mythos.checking.plan import Plan, Promise
from mythos.checking.trees import Base, PromptFile, Tree, in_git, read_tree, unpacked
from mythos.errors import Invalid, NotConfigured
from mythos.formats.codex_markdown import ClauseRecord
from mythos.text.carrying import NEAR, SURE, Carrier, judge
from mythos.text.compare import Finding as Change
from mythos.text.compare import compare
from mythos.text.coverage import Coverage, coverage
from mythos.text.normalize import normalize

LAST_COMMIT = "HEAD"
MOST_TOLD = 3
GONE = "The rule is gone"
BROKEN = "The prompt breaks the rule"
BEHIND = "The rule changed and the prompt did not"


def check(plan: Plan, *, today: date) -> Report:
    """Compare the files of the plan with what they were. NotConfigured when there is nothing to check."""
    paths = [*plan.prompts, *([plan.codex] if plan.codex else [])]
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise Invalid(f"{missing[0]} does not exist.", data={"file": str(missing[0])})
    now = read_tree(plan.root, plan.prompts, plan.codex)
    has_base = bool(plan.base) or in_git(plan.root)
    with unpacked(plan.root, plan.base or LAST_COMMIT, paths) if has_base else nullcontext() as base:
        work = _Work(plan, now, _at_base(plan, base), base)
        if not now.prompts and not now.clauses:
            raise NotConfigured("Nothing was checked: no prompt and no rule book was found.", hint="Name their paths.")
        if base is None and not (now.clauses and now.prompts):
            raise NotConfigured(
                "Nothing was checked: outside a git repository there is nothing to compare with.",
                hint="Give --codex too, or run it inside a repository.",
            )
        found = [*work.rules(), *(finding for key in now.prompts for finding in work.prompt(key))]
    findings = sorted(_waived(plan, found, today), key=lambda one: (one.place.file, one.place.line, one.rule))
    notes = tuple(
        f"The waiver of {waiver.clause} ended on {waiver.expires}." for waiver in plan.waivers if waiver.expires < today
    )
    titles = {ref: clause.title for ref, clause in (work.then.clauses | now.clauses).items()}
    checked = tuple(sorted({file for file, _ in now.prompts}))
    return Report(tuple(findings), checked, titles, base.commit if base else "", notes)


def _at_base(plan: Plan, base: Base | None) -> Tree:
    if base is None:
        return Tree()

    def then(path: Path) -> Path:
        name = path.resolve().relative_to(plan.root.resolve()).as_posix()
        return base.root / base.renamed.get(name, name)

    codex = then(plan.codex) if plan.codex else None
    return read_tree(base.root, [then(path) for path in plan.prompts if path.is_dir() or then(path).exists()], codex)


def _waived(plan: Plan, findings: Sequence[Finding], today: date) -> Iterator[Finding]:
    live = [waiver for waiver in plan.waivers if waiver.expires >= today]
    for found in findings:
        yield replace(found, waiver=next((one for one in live if one.covers(found.rule, found.place.file)), None))


@lru_cache(maxsize=8192)
def _stands(rule: str, text: str) -> Coverage:
    return coverage(rule, text)


@lru_cache(maxsize=65536)
def _shares_words(rule: str, text: str) -> bool:
    """Whether the text may speak of the rule at all: a tenth of the cost of asking the models."""
    return coverage(rule, text, use_models=False).state != "absent"


@dataclass(frozen=True)
class _Work:
    plan: Plan
    now: Tree
    then: Tree
    base: Base | None

    def rules(self) -> Iterator[Finding]:
        """Clauses that say less than at the base, or are gone."""
        if not self.then.clauses:
            return
        for ref, old in self.then.clauses.items():
            new = self.now.clauses.get(ref)
            if new is None:
                message = f"“{old.title}” is no longer in the rule book; prompts that rely on it have no rule any more."
                yield Finding(ref, "warning", GONE, message, Place(self.now.codex_file), old.text[:200])
            elif normalize(old.text) != normalize(new.text):
                place = place_of_line(self.now.codex_text, new.line, self.now.codex_file)
                sides = _Sides(old.text, new.text, self.now.codex_text, self.now.codex_file, place)
                yield from _changes(ref, "rule", sides)

    def prompt(self, key: tuple[str, str]) -> Iterator[Finding]:
        """One prompt: the rules it has to keep, the rules it kept before, and what it said before."""
        new = self.now.prompts[key]
        old = self._before(key)
        changed = old is not None and normalize(old.text) != normalize(new.text)
        broken: list[Finding] = []
        for ref, clause in self.now.clauses.items():
            promise = next((p for p in self.plan.promises if p.binds(new.file) and ref in p.clauses), None)
            found = self._rule(clause, promise, old, new, changed)
            broken += [found] if found else []
        yield from broken
        if changed and old is not None:
            told = [_Told(found, self._carried(found.rule, old)) for found in broken]
            yield from _changes(WEAKENED, "prompt", _Sides(old.text, new.text, new.whole, new.file), told)

    def _carried(self, ref: str, old: PromptFile) -> str:
        """The sentence that surely said the rule before; empty when none did."""
        kept = _stands((self.then.clauses.get(ref) or self.now.clauses[ref]).text, old.text)
        return kept.sentence if kept.state == "carried" and kept.similarity >= NEAR else ""

    def _before(self, key: tuple[str, str]) -> PromptFile | None:
        same = self.then.prompts.get(key)
        renamed = self.base.renamed.get(key[0]) if self.base else None
        return same or next((one for (name, _), one in self.then.prompts.items() if name == renamed), None)

    def _rule(
        self, clause: ClauseRecord, promise: Promise | None, old: PromptFile | None, new: PromptFile, changed: bool
    ) -> Finding | None:
        """How the prompt stands to one rule, where it is promised, or the prompt changed, or the rule did."""
        then = self.then.clauses.get(clause.ref)
        moved = then is not None and normalize(then.text) != normalize(clause.text)
        if not clause.text.strip() or (promise is None and not changed and not moved):
            return None
        before = then.text if then else clause.text
        if promise is None and not any(_shares_words(before, side.text) for side in (old, new) if side):
            return None
        kept = _stands(before, old.text) if old else None
        carried = kept is not None and kept.state == "carried" and kept.similarity >= (NEAR if promise else SURE)
        sentence = kept.sentence if kept and carried else ""
        if moved and carried and not changed and _stands(clause.text, sentence).state != "carried":
            return self._finding(
                clause, "warning", BEHIND, f"It still says what “{clause.title}” said before.", new, sentence
            )
        if promise is None and not sentence and not changed:
            return None
        carrier = Carrier(clause.text, sentence, old.text if old and sentence else "", new.text)
        question = carrier.question
        answer = _stands(*question) if question else None
        found = judge(carrier, answer)
        if found.state == "breached" and (promise or sentence or self._is_new(answer, old)):
            level: Level = "note" if promise and promise.type == "advisory" else "error"
            return self._finding(clause, level, BROKEN, f"“{clause.title}”: {found.reason}", new, found.sentence, old)
        if found.state == "untested" and promise and promise.type == "strict":
            return self._finding(clause, "error", BROKEN, f"“{clause.title}”: {found.reason}", new, found.sentence, old)
        return None

    def _is_new(self, answer: Coverage | None, old: PromptFile | None) -> bool:
        """A rule nobody promised is held only against what this change brought in, and what surely speaks of it."""
        return answer is not None and old is not None and answer.similarity >= SURE and answer.sentence not in old.text

    def _finding(
        self,
        clause: ClauseRecord,
        level: Level,
        title: str,
        message: str,
        new: PromptFile,
        sentence: str,
        old: PromptFile | None = None,
    ) -> Finding:
        place = place_of(sentence, new.whole, new.file)
        if place is None and old is not None and sentence:
            place = place_of_gap(old.text, max(0, old.text.find(sentence)), new.whole, new.file)
        return Finding(clause.ref, level, title, message, place or Place(new.file), sentence)


@dataclass(frozen=True)
class _Sides:
    """Two texts of one thing, and the file the newer one stands in; `place` is that of the whole thing."""

    old: str
    new: str
    whole: str
    file: str
    place: Place | None = None

    def where(self, change: Change) -> Place:
        """The new words where there are any; else the thing itself, or the gap that the old ones left."""
        found = place_in(self.new, change.new_span, self.whole, self.file) if change.new_span else None
        if found or self.place:
            return found or self.place or Place(self.file)
        return place_of_gap(self.old, change.old_span[0] if change.old_span else 0, self.whole, self.file)


@dataclass(frozen=True)
class _Told:
    """A finding about a broken rule, and the sentence of the old text that said the rule."""

    finding: Finding
    before: str


def _changes(rule: str, what: str, sides: _Sides, besides: Sequence[_Told] = ()) -> Iterator[Finding]:
    """What a comparison says, one finding a change; what stands where a rule is broken already is not told again.

    An uncertain verdict asks for a look and is never left out.
    """
    said = compare(sides.old, sides.new, measure_similarity=False)
    if said.verdict not in ("regression", "uncertain"):
        return
    unsure = said.verdict == "uncertain"
    title = f"The {what} may have got weaker" if unsure else f"The {what} got weaker"
    changes = [change for change in said.decisive if not any(_same(change, sides, told) for told in besides)]
    told = _telling(changes, unsure)
    for number, change in enumerate(told, start=1):
        level: Level = "error" if change.severity == "block" else "warning"
        more = len(changes) - len(told) if number == len(told) else 0
        message = f"{change.title}: {change.reason}" + (f" And {more} more changes." if more else "")
        yield Finding(rule, level, title, message, sides.where(change), change.old_text or change.new_text)


def _same(change: Change, sides: _Sides, told: _Told) -> bool:
    """Whether a broken rule's finding speaks of this change: a sentence of it holds the words, or stands there now."""
    if _holds(sides.old, told.before, change.old_span):
        return True
    span, text = (change.new_span, sides.new) if change.new_span else (change.old_span, sides.old)
    if _holds(text, told.finding.quote, span):
        return True
    where, place = sides.where(change), told.finding.place
    return place.line <= where.line and where.end_line <= place.end_line


def _holds(text: str, sentence: str, span: tuple[int, int] | None) -> bool:
    at = text.find(sentence) if sentence else -1
    return span is not None and at >= 0 and at <= span[0] and span[1] <= at + len(sentence)


def _telling(changes: Sequence[Change], unsure: bool) -> Sequence[Change]:
    """Every change that blocks, and the strongest: a rewritten text has dozens, and the first few say it."""
    strongest = changes[: 1 if unsure else MOST_TOLD]
    return [change for change in changes if change.severity == "block" or change in strongest]
