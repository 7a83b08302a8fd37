"""The rows of a selection as the contents of a package: natural keys only, never numbers of rows, never secrets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mythos.accounts.models import Swarm
from mythos.codex.models import CodexClause, CodexClauseAudit, CodexContract, CodexRole, ContractClause
from mythos.formats.bundle import Contents
from mythos.formats.bundle.document import (
    CheckpointEntry,
    ClauseEntry,
    CodexEntry,
    ContractEntry,
    Fork,
    PromptEntry,
    RoleEntry,
    lineage,
)
from mythos.packages.claims import ritual_entries
from mythos.packages.models import InstalledPrompt
from mythos.prompts.models import Prompt, PromptCheckpoint, PromptMutationLog
from mythos.text.template import includes

CHUNK = 500
NOBODY = "unknown"
Progress = Callable[[int, int], None]


def needed(swarm: Swarm, prompts: Iterable[Prompt]) -> list[Prompt]:
    """The selection with everything its texts include, by slug."""
    found = {prompt.slug: prompt for prompt in prompts if prompt.deleted_at is None and prompt.current}
    waiting = list(found.values())
    while waiting:
        texts = [prompt.current.text for prompt in waiting if prompt.current]
        wanted = {slug for text in texts if "{{>" in text for slug, _ in includes(text)} - set(found)
        rows = Prompt.objects.filter(swarm=swarm, slug__in=sorted(wanted), deleted_at=None)
        waiting = list(rows.select_related("current", "parent"))
        found.update((row.slug, row) for row in waiting)
    return [found[slug] for slug in sorted(found)]


def collect(swarm: Swarm, prompts: Sequence[Prompt], on_progress: Progress | None = None) -> Contents:
    """Prompts with their history, their contracts with clauses and roles, their rituals with results."""
    entries: list[PromptEntry] = []
    known: dict[int, list[str]] = {}
    for chunk in _chunks(prompts):
        entries += _prompt_entries(chunk, known)
        if on_progress:
            on_progress(len(entries), len(prompts))
    contracts = [row for chunk in _chunks(prompts) for row in _contract_entries(chunk)]
    roles = _role_entries(swarm, contracts)
    return Contents(
        prompts=entries,
        contracts=contracts,
        codices=_codex_entries(swarm, contracts, roles),
        roles=roles,
        rituals=[row for chunk in _chunks(prompts) for row in ritual_entries(chunk)],
    )


def _chunks(prompts: Sequence[Prompt]) -> Iterator[Sequence[Prompt]]:
    return (prompts[start : start + CHUNK] for start in range(0, len(prompts), CHUNK))


def moment(when: datetime) -> str:
    """A time with its zone; the same on every database."""
    return when.astimezone(UTC).isoformat()


def _prompt_entries(prompts: Sequence[Prompt], known: dict[int, list[str]]) -> list[PromptEntry]:
    points: dict[int, list[PromptCheckpoint]] = defaultdict(list)
    rows = PromptCheckpoint.objects.filter(prompt__in=[prompt.pk for prompt in prompts])
    for row in rows.order_by("prompt_id", "version").only(*_COLUMNS):
        points[row.prompt_id].append(row)
    forks = _forks(prompts, known)
    return [_prompt_entry(prompt, points[prompt.pk], forks.get(prompt.pk), known) for prompt in prompts]


_COLUMNS = ("prompt_id", "version", "text", "sha256", "message", "author_name", "created_at", "tags")


def _prompt_entry(
    prompt: Prompt, points: Sequence[PromptCheckpoint], fork: Fork | None, known: dict[int, list[str]]
) -> PromptEntry:
    lines = _lines(points, fork["lineage"] if fork else "")
    known[prompt.pk] = lines
    checkpoints = [
        CheckpointEntry(
            version=point.version,
            text=point.text,
            sha256=point.sha256,
            message=point.message,
            author=point.author_name or NOBODY,
            created_at=moment(point.created_at),
            tags=list(point.tags),
            lineage=line,
        )
        for point, line in zip(points, lines, strict=True)
    ]
    return PromptEntry(
        prompt.slug, prompt.title, prompt.kind, list(prompt.tags), fork, tuple(checkpoints), prompt.metadata
    )


def _lines(points: Sequence[PromptCheckpoint], before: str) -> list[str]:
    lines = []
    for point in points:
        author, when = point.author_name or NOBODY, moment(point.created_at)
        before = lineage(before, point.version, point.sha256, point.message, author, when)
        lines.append(before)
    return lines


def _forks(prompts: Sequence[Prompt], known: dict[int, list[str]]) -> dict[int, Fork]:
    """Prompt -> the checkpoint it was forked from, whether that prompt is in this swarm or was left elsewhere."""
    ids = [prompt.pk for prompt in prompts]
    elsewhere = InstalledPrompt.objects.filter(prompt__in=ids, prompt__parent=None).exclude(fork={})
    found: dict[int, Fork] = {row.prompt_id: fork_of(row.fork) for row in elsewhere}
    forked = [prompt.pk for prompt in prompts if prompt.parent_id is not None]
    logs = PromptMutationLog.objects.filter(prompt__in=forked, to_checkpoint__version=1)
    for log in logs.select_related("from_checkpoint"):
        start = log.from_checkpoint
        lines = _lineage_of(start.prompt_id, known)
        found[log.prompt_id] = Fork(slug=start.slug, version=start.version, lineage=lines[start.version - 1])
    return found


def fork_of(row: Mapping[str, Any]) -> Fork:
    """A place of origin as it was stored."""
    return Fork(slug=row["slug"], version=row["version"], lineage=row["lineage"])


def _lineage_of(prompt_id: int, known: dict[int, list[str]]) -> list[str]:
    """The lineage of a prompt's checkpoints, read when it is not known yet; forks are walked to their beginning."""
    if prompt_id not in known:
        points = PromptCheckpoint.objects.filter(prompt=prompt_id).order_by("version").only(*_COLUMNS)
        forks = _forks([Prompt.objects.get(pk=prompt_id)], known)
        before = forks[prompt_id]["lineage"] if prompt_id in forks else ""
        known[prompt_id] = _lines(list(points), before)
    return known[prompt_id]


def _contract_entries(prompts: Sequence[Prompt]) -> list[ContractEntry]:
    found = CodexContract.objects.filter(
        prompt__in=[prompt.pk for prompt in prompts], status=CodexContract.Status.IN_FORCE
    )
    contracts = list(found.select_related("prompt").order_by("prompt__slug"))
    states: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in ContractClause.objects.filter(contract__in=contracts).select_related("clause__codex"):
        states[row.contract_id].append({"codex": row.clause.codex.slug, "ref": row.clause.ref, "state": row.state})
    return [
        ContractEntry(
            prompt=row.prompt.slug,
            type=row.type,
            fingerprint=row.fingerprint,
            clauses=row.codex_clauses,
            expectations=row.symbolic_expectations,
            roles=row.inherited_roles,
            state=row.state,
            states=states[row.pk],
            signer=row.signer_name,
            reason=row.reason,
        )
        for row in contracts
    ]


def _role_entries(swarm: Swarm, contracts: Sequence[ContractEntry]) -> list[RoleEntry]:
    """The roles the contracts name, at the highest version any of them names, with what those include."""
    wanted: dict[str, int] = {}
    for contract in contracts:
        for role in contract.roles:
            wanted[role["role"]] = max(wanted.get(role["role"], 0), role["version"])
    rows = CodexRole.objects.filter(swarm=swarm, name__in=sorted(wanted)).order_by("name")
    return [
        RoleEntry(row.name, row.version, row.title, row.description, row.clauses, row.includes)
        for row in rows
        if wanted[row.name] == row.version
    ]


def _codex_entries(swarm: Swarm, contracts: Sequence[ContractEntry], roles: Sequence[RoleEntry]) -> list[CodexEntry]:
    """Every clause that is named, with its versions up to the one in force."""
    terms = [term for contract in contracts for term in contract.clauses]
    terms += [term for role in roles for term in role.clauses]
    wanted = {(term["codex"], term["ref"]) for term in terms}
    rows = CodexClause.objects.filter(codex__swarm=swarm, ref__in=sorted({ref for _, ref in wanted}))
    clauses = [row for row in rows.select_related("codex") if (row.codex.slug, row.ref) in wanted]
    versions: dict[int, list[CodexClauseAudit]] = defaultdict(list)
    audits = CodexClauseAudit.objects.filter(clause__in=[row.pk for row in clauses]).order_by("clause_id", "version")
    for audit in audits:
        versions[audit.clause_id].append(audit)
    by_codex: dict[str, list[CodexClause]] = defaultdict(list)
    for row in clauses:
        by_codex[row.codex.slug].append(row)
    return [
        CodexEntry(
            slug,
            by_codex[slug][0].codex.title,
            tuple(_clause_entry(row, versions[row.pk]) for row in sorted(by_codex[slug], key=lambda row: row.ref)),
        )
        for slug in sorted(by_codex)
    ]


def _clause_entry(clause: CodexClause, audits: Sequence[CodexClauseAudit]) -> ClauseEntry:
    steps = [audit for audit in audits if audit.version <= clause.accepted_version]
    return ClauseEntry(
        ref=clause.ref,
        title=clause.title,
        severity=clause.severity,
        tags=list(clause.tags),
        versions=[{"version": row.version, "text": row.new_version, "authority": row.new_authority} for row in steps],
    )
