"""Holding a package against a swarm: what is new, what is the same, what changed on both sides, whose rules clash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import may, require
from mythos.codex.models import CodexClause, CodexContract, CodexRole
from mythos.errors import Invalid
from mythos.formats.bundle import Bundle
from mythos.formats.bundle.document import ClauseEntry, CodexEntry, ContractEntry, RitualEntry, RoleEntry
from mythos.packages.admission import dependency_problems, signer_problems, signer_standing, version_problems
from mythos.packages.merging import decided, prompt_rows
from mythos.packages.models import InstalledPackage
from mythos.packages.plan import ANSWERS, REST, Answers, InstallPlan, PlanRow, Work
from mythos.rituals.expecting import case_hash, checked
from mythos.rituals.models import Ritual, RitualCase
from mythos.text.compare import compare

CHUNK = 500
T = TypeVar("T")
Progress = Callable[[int, int], None]


def plan_install(
    *,
    actor: Actor,
    swarm: Swarm,
    bundle: Bundle,
    decisions: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    accept_signer: str = "",
    allow_unsigned: bool = False,
    on_progress: Progress | None = None,
) -> Work:
    """Look at everything, change nothing; `texts` are what a person made of prompts decided to be "edited"."""
    require(actor, "swarm.view", swarm)
    installed = InstalledPackage.objects.filter(swarm=swarm, slug=bundle.about.name).first()
    signer = signer_standing(swarm, bundle, installed)
    plan = InstallPlan(bundle, signer, installed.version if installed else "")
    plan.problems += signer_problems(signer, accept_signer, allow_unsigned)
    plan.problems += version_problems(bundle, installed)
    plan.problems += dependency_problems(swarm, bundle)
    work = Work(plan, installed)
    given = Answers(decisions or {}, texts or {})
    rows: list[PlanRow] = []
    for codex in bundle.codices():
        rows += _clauses(swarm, codex, work, may(actor, "codex.propose", swarm))
    rows += _roles(swarm, list(bundle.roles()))
    total, done = bundle.count("prompts"), 0
    for chunk in _chunks(bundle.prompts()):
        rows += prompt_rows(swarm, chunk, work)
        done += len(chunk)
        if on_progress:
            on_progress(done, total)
    rows = [decided(row, given, work) for row in rows]
    so_far = {row.key: row.chosen for row in rows}
    for contracts in _chunks(bundle.contracts()):
        rows += [decided(row, given, work) for row in _contracts(swarm, contracts, work, so_far)]
    rows += [decided(row, given, work) for row in _rituals(swarm, list(bundle.rituals()), installed)]
    _refuse_misspelt(rows, given)
    plan.rows = rows
    return work


def _refuse_misspelt(rows: Sequence[PlanRow], given: Answers) -> None:
    """An answer that fits no row would be passed over; one that a row no longer needs does no harm."""
    keys = {REST, *(row.key for row in rows)}
    for key, answer in given.choices.items():
        if key not in keys:
            raise Invalid("A decision cannot be taken.", fields={"decide": f"The package has no {key[:80]!r}."})
        if answer and answer not in ANSWERS:
            said = f"{key} is answered by one of {', '.join(ANSWERS)}, not {answer[:40]!r}."
            raise Invalid("A decision cannot be taken.", fields={"decide": said})


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    """At most so many at once: a package is read as a stream."""
    rest = iter(rows)
    while held := list(islice(rest, CHUNK)):
        yield held


def _clauses(swarm: Swarm, codex: CodexEntry, work: Work, may_propose: bool) -> list[PlanRow]:
    rows = CodexClause.objects.filter(codex__swarm=swarm, codex__slug=codex.slug)
    here = {row.ref: row for row in rows.filter(ref__in=[clause.ref for clause in codex.clauses])}
    found = []
    for clause in codex.clauses:
        row = _clause(codex.slug, clause, here.get(clause.ref), may_propose)
        work.clauses[codex.slug, clause.ref] = row.action
        own = here.get(clause.ref)
        work.pinned[codex.slug, clause.ref] = own.accepted_version if own else len(clause.versions)
        found.append(row)
    return found


def _clause(codex: str, theirs: ClauseEntry, mine: CodexClause | None, may_propose: bool) -> PlanRow:
    name, text = f"{codex}/{theirs.ref}", theirs.versions[-1]["text"]
    if mine is None:
        return PlanRow("clause", name, "new", "Your codex lacks it; it is added with its history.", theirs=text)
    if mine.status == CodexClause.Status.RETIRED:
        said = "It is retired here, so nothing can promise it."
        return PlanRow("clause", name, "clash", said, theirs=text, choices=("skip",))
    own = _in_force(mine)
    if own == text:
        return PlanRow("clause", name, "same")
    if any(row["text"] == own for row in theirs.versions):
        said = "Your codex has an older version."
    else:
        found = compare(text, own)
        said = found.findings[0].reason if found.findings else "Your codex words it in another way."
        said = f"Yours says less. {said}" if found.is_regression else said
    return PlanRow(
        "clause", name, "clash", said, own, text, ("own", "propose", "skip") if may_propose else ("own", "skip")
    )


def _in_force(clause: CodexClause) -> str:
    if clause.accepted_version == clause.version:
        return clause.text
    text: str = clause.audits.get(version=clause.accepted_version).new_version
    return text


def _roles(swarm: Swarm, roles: Sequence[RoleEntry]) -> list[PlanRow]:
    rows = CodexRole.objects.filter(swarm=swarm, is_newest=True, name__in=[role.name for role in roles])
    here = {row.name: row for row in rows}
    found = []
    for role in roles:
        mine = here.get(role.name)
        if mine is None:
            found.append(PlanRow("role", role.name, "new"))
        elif _terms(mine.clauses) == _terms(role.clauses) and mine.includes == role.includes:
            found.append(PlanRow("role", role.name, "same"))
        else:
            said = "Your role of this name binds other clauses; contracts that inherit it follow yours."
            found.append(PlanRow("role", role.name, "conflict", said, choices=("mine",)))
    return found


def _terms(rows: Iterable[Mapping[str, object]]) -> list[tuple[object, ...]]:
    return [(row["codex"], row["ref"], row["obligation"]) for row in rows]


def _contracts(
    swarm: Swarm, contracts: Sequence[ContractEntry], work: Work, chosen: Mapping[str, str]
) -> list[PlanRow]:
    rows = CodexContract.objects.filter(
        prompt__swarm=swarm, prompt__slug__in=[row.prompt for row in contracts], status=CodexContract.Status.IN_FORCE
    )
    here = {row.prompt.slug: row for row in rows.select_related("prompt")}
    return [_contract(entry, here.get(entry.prompt), work, chosen) for entry in contracts]


def _contract(entry: ContractEntry, mine: CodexContract | None, work: Work, chosen: Mapping[str, str]) -> PlanRow:
    terms = [(term["codex"], term["ref"]) for term in entry.clauses]
    clashing = sorted({key for key in terms if work.clauses[key] == "clash"})
    answers = {chosen.get(f"clause:{codex}/{ref}", "") for codex, ref in clashing}
    names = ", ".join(f"{codex}/{ref}" for codex, ref in clashing)
    if "skip" in answers:
        return PlanRow("contract", entry.prompt, "left out", f"It promises {names}.")
    if mine is not None and mine.fingerprint == entry.fingerprint:
        return PlanRow("contract", entry.prompt, "same")
    said = (
        f"It will be held against your wording of {names}."
        if clashing
        else f"{len(terms)} clauses, {entry.state} there."
    )
    if mine is None:
        return PlanRow("contract", entry.prompt, "new", said)
    made = work.installed.claims.get("contracts", {}).get(entry.prompt, {}) if work.installed else {}
    if made.get("here") == mine.fingerprint:
        unchanged = made.get("fingerprint") == entry.fingerprint
        return PlanRow("contract", entry.prompt, "same" if unchanged else "changed", "" if unchanged else said)
    return PlanRow("contract", entry.prompt, "conflict", "You signed other terms.", choices=("mine", "theirs"))


def _rituals(swarm: Swarm, rituals: Sequence[RitualEntry], installed: InstalledPackage | None) -> list[PlanRow]:
    rows = Ritual.objects.filter(swarm=swarm, slug__in=[ritual.slug for ritual in rituals])
    here = {row.slug: row for row in rows}
    cases: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, ref, sha in RitualCase.objects.filter(ritual__in=list(here.values()), retired_version=None).values_list(
        "ritual_id", "ref", "sha256"
    ):
        cases[pk][ref] = sha
    known = installed.claims.get("rituals", {}) if installed else {}
    found = []
    for entry in rituals:
        mine = here.get(entry.slug)
        if mine is None:
            found.append(PlanRow("ritual", entry.slug, "new", f"{len(entry.cases)} cases."))
        elif cases[mine.pk] == _case_hashes(entry):
            found.append(PlanRow("ritual", entry.slug, "same"))
        elif known.get(entry.slug, {}).get("version") == mine.version:
            found.append(PlanRow("ritual", entry.slug, "changed", f"{len(entry.cases)} cases."))
        else:
            said = "Your ritual of this name has other cases."
            found.append(PlanRow("ritual", entry.slug, "conflict", said, choices=("mine", "theirs")))
    return found


def _case_hashes(entry: RitualEntry) -> dict[str, str]:
    hashes = {}
    for case in entry.cases:
        content = {key: case[key] for key in ("input", "variables", "messages", "weight", "threshold")}
        expectations, _ = checked(case["expectations"], strict=False)
        hashes[str(case["ref"])] = case_hash(content | {"expectations": expectations})
    return hashes
