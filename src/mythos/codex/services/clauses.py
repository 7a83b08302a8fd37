"""Clauses are made and changed here, never without their audit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.codex.models import Codex, CodexClause, CodexClauseAudit, CodexEdition
from mythos.codex.queries import get_clause
from mythos.codex.signals import clause_revised
from mythos.codex.thresholds import read_thresholds
from mythos.errors import Invalid, Stale
from mythos.text.normalize import normalize
from mythos.work.services import enqueue

AUDIT_JOB = "codex.audit_clause"
_REF = re.compile(r"[A-Za-z0-9][\w:.-]{0,119}")
Change = CodexClauseAudit.Change
Review = CodexClauseAudit.Review


@dataclass(frozen=True)
class Edit:
    """Who edits, by which road and why; `edition` when an imported document brought it."""

    actor: Actor
    source: str
    reason: str = ""
    edition: CodexEdition | None = None


def create_codex(*, actor: Actor, swarm: Swarm, slug: str, title: str = "") -> Codex:
    """Start a rule book."""
    require(actor, "codex.edit", swarm)
    codex = Codex(swarm=swarm, slug=slug, title=title.strip() or slug.replace("-", " ").capitalize())
    try:
        codex.full_clean()
    except ValidationError as error:
        fields = {field: " ".join(messages) for field, messages in error.message_dict.items()}
        raise Invalid("The codex cannot be made.", fields=fields) from error
    codex.save()
    return codex


def set_thresholds(*, actor: Actor, codex: Codex, thresholds: Mapping[str, object]) -> Codex:
    """Override where the verdicts of this codex begin (see `Thresholds`); what is left out is the default again."""
    require(actor, "codex.review", codex)
    codex.thresholds = read_thresholds(thresholds)
    codex.save(update_fields=["thresholds"])
    return codex


def create_clause(
    *,
    actor: Actor,
    codex: Codex,
    ref: str,
    title: str,
    text: str,
    authority: str = "",
    source: str = "web",
    reason: str = "",
) -> CodexClause:
    """Add a rule; its first version is in force at once."""
    require(actor, "codex.edit", codex)
    text = normalize(text)
    fields: dict[str, str] = {}
    if not _REF.fullmatch(ref):
        fields["ref"] = "Letters, digits, _ - . and :, at most 120."
    elif CodexClause.objects.filter(codex=codex, ref=ref).exists():
        fields["ref"] = "This codex already has a clause with this id."
    if not title.strip():
        fields["title"] = "A clause needs a title."
    if not text.strip():
        fields["text"] = "A clause needs a text."
    if authority not in CodexClause.Authority.values:
        fields["authority"] = "Unknown authority."
    if fields:
        raise Invalid("The clause cannot be made.", fields=fields)
    with transaction.atomic():
        last = CodexClause.objects.filter(codex=codex).order_by("-position").first()
        clause = CodexClause.objects.create(
            codex=codex,
            ref=ref,
            title=title.strip()[:300],
            text=text,
            authority=authority,
            position=last.position + 1 if last else 0,
        )
        write_first_audit(clause, Edit(actor, source, reason))
    return clause


def revise_clause(
    *,
    actor: Actor,
    clause_id: int,
    text: str,
    base: int,
    reason: str = "",
    source: str = "web",
    title: str | None = None,
    authority: str | None = None,
) -> CodexClauseAudit:
    """Propose a new version on top of version `base`; it waits for review, the accepted one stays in force."""
    clause = get_clause(actor, clause_id)
    require(actor, "codex.edit", clause)
    text = normalize(text)
    authority = clause.authority if authority is None else authority
    fields: dict[str, str] = {}
    if not text.strip():
        fields["text"] = "A clause needs a text."
    if authority not in CodexClause.Authority.values:
        fields["authority"] = "Unknown authority."
    if title is not None and not title.strip():
        fields["title"] = "A clause needs a title."
    if fields:
        raise Invalid("The clause cannot be saved.", fields=fields)
    with transaction.atomic():
        locked = CodexClause.objects.select_for_update(of=("self",)).select_related("codex__swarm").get(pk=clause.pk)
        if locked.version != base:
            raise Stale(
                f"{locked.ref} is at version {locked.version}, not {base}.",
                hint="Look at the newer text, then edit that.",
                data={
                    "base": base,
                    "current_version": locked.version,
                    "current_text": locked.text,
                    "your_text": text,
                },
            )
        if title is not None and title.strip() != locked.title:
            locked.title = title.strip()[:300]
            locked.save(update_fields=["title"])
        if text == locked.text and authority == locked.authority:
            return locked.audits.get(version=locked.version)
        return write_version(locked, text, authority, Change.EDIT, Edit(actor, source, reason))


def write_first_audit(clause: CodexClause, edit: Edit) -> CodexClauseAudit:
    """History begins: nothing to compare, nothing to review."""
    now = timezone.now()
    return CodexClauseAudit.objects.create(
        clause=clause,
        change=Change.FIRST,
        version=1,
        new_version=clause.text,
        new_authority=clause.authority,
        title=clause.title,
        status=CodexClauseAudit.Status.DONE,
        verdict="preserved",
        review=Review.ACCEPTED,
        review_reason="First version",
        reviewer_name=actor_name(edit.actor),
        reviewed_at=now,
        **_authorship(edit),
    )


def write_version(clause: CodexClause, text: str, authority: str, change: str, edit: Edit) -> CodexClauseAudit:
    """Next version of a locked clause, its audit and the job that measures it, in the caller's transaction."""
    previous_text, previous_authority = clause.text, clause.authority
    clause.version += 1
    clause.updated_at = timezone.now()
    if change == Change.RETIRE:
        clause.status = CodexClause.Status.RETIRED
    else:
        clause.text, clause.authority, clause.status = text, authority, CodexClause.Status.ACTIVE
    clause.save()
    _supersede(clause)
    audit = CodexClauseAudit.objects.create(
        clause=clause,
        change=change,
        version=clause.version,
        previous_version="" if change == Change.REVIVE else previous_text,
        new_version="" if change == Change.RETIRE else text,
        previous_authority=previous_authority,
        new_authority=authority,
        title=clause.title,
        **_authorship(edit),
    )
    enqueue(kind=AUDIT_JOB, key=str(audit.pk), payload={"audit_id": audit.pk}, swarm_id=clause.codex.swarm_id)
    transaction.on_commit(partial(clause_revised.send_robust, CodexClause, clause_id=clause.pk, audit_id=audit.pk))
    return audit


def _supersede(clause: CodexClause) -> None:
    """Only the newest version is in question: older ones that still wait are closed."""
    clause.audits.filter(review=Review.PENDING).update(
        review=Review.SENT_BACK,
        review_reason=f"Superseded by version {clause.version}",
        reviewed_at=timezone.now(),
    )


def _authorship(edit: Edit) -> dict[str, object]:
    return {
        "author": person(edit.actor),
        "author_name": actor_name(edit.actor),
        "reason": edit.reason,
        "source": edit.source,
        "edition": edit.edition,
    }
