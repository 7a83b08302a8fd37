"""Rules and roles that come with a package: added with their history, never over what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.codex.models import Codex, CodexClause, CodexClauseAudit, CodexRole
from mythos.codex.services.clauses import Change, Edit, Review, create_codex, write_first_audit
from mythos.errors import Invalid


@dataclass(frozen=True)
class Rule:
    """A clause from elsewhere: (text, authority) of each version, oldest first; the last is in force."""

    ref: str
    title: str
    severity: str
    tags: Sequence[str]
    versions: Sequence[tuple[str, str]]


def adopt_clauses(
    *, actor: Actor, swarm: Swarm, codex_slug: str, title: str, rules: Sequence[Rule], reason: str
) -> list[CodexClause]:
    """Add the clauses a codex lacks, each with all its versions; the codex is made when it is not there."""
    require(actor, "codex.import", swarm)
    with transaction.atomic():
        codex = Codex.objects.select_for_update().filter(swarm=swarm, slug=codex_slug).first()
        if codex is None:
            codex = create_codex(actor=actor, swarm=swarm, slug=codex_slug, title=title)
        held = set(codex.clauses.filter(ref__in=[rule.ref for rule in rules]).values_list("ref", flat=True))
        if held:
            raise Invalid(f"The codex {codex_slug} already has {', '.join(sorted(held))}.")
        last = codex.clauses.order_by("-position").first()
        start = last.position + 1 if last else 0
        edit = Edit(actor, "import", reason)
        return [_write(codex, rule, start + number, edit) for number, rule in enumerate(rules)]


def _write(codex: Codex, rule: Rule, position: int, edit: Edit) -> CodexClause:
    first_text, first_authority = rule.versions[0]
    clause = CodexClause.objects.create(
        codex=codex,
        ref=rule.ref,
        title=rule.title[:300],
        text=first_text,
        authority=first_authority,
        severity=rule.severity,
        tags=list(rule.tags),
        position=position,
    )
    write_first_audit(clause, edit)
    rows = [
        _audit(clause, number, rule.versions[number - 2], rule.versions[number - 1], edit)
        for number in range(2, len(rule.versions) + 1)
    ]
    CodexClauseAudit.objects.bulk_create(rows)
    clause.text, clause.authority = rule.versions[-1]
    clause.version = clause.accepted_version = len(rule.versions)
    clause.save()
    return clause


def _audit(
    clause: CodexClause, version: int, before: tuple[str, str], after: tuple[str, str], edit: Edit
) -> CodexClauseAudit:
    """A step of the history that was reviewed where it was made; nothing of ours was pinned to it."""
    change = Change.EDIT if before[0] and after[0] else Change.RETIRE if before[0] else Change.REVIVE
    return CodexClauseAudit(
        clause=clause,
        change=change,
        version=version,
        previous_version=before[0],
        new_version=after[0],
        previous_authority=before[1],
        new_authority=after[1],
        title=clause.title,
        status=CodexClauseAudit.Status.DONE,
        review=Review.ACCEPTED,
        review_reason="Came with its history",
        reviewer_name=actor_name(edit.actor),
        reviewed_at=timezone.now(),
        author=person(edit.actor),
        author_name=actor_name(edit.actor),
        reason=edit.reason,
        source=edit.source,
    )


def adopt_role(
    *,
    actor: Actor,
    swarm: Swarm,
    name: str,
    version: int,
    title: str,
    description: str,
    clauses: Sequence[Mapping[str, Any]],
    includes: Sequence[str],
) -> CodexRole:
    """Add a role under the version it had elsewhere, so that the contracts that name it stay the same."""
    require(actor, "codex.edit", swarm)
    if CodexRole.objects.filter(swarm=swarm, name=name).exists():
        raise Invalid(f"There already is a role {name}.")
    return CodexRole.objects.create(
        swarm=swarm,
        name=name,
        version=version,
        title=title[:150],
        description=description,
        clauses=[dict(row) for row in clauses],
        includes=list(includes),
        author=person(actor),
        author_name=actor_name(actor),
    )
