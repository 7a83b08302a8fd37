"""Roles: named sets of clauses that contracts inherit. Every change is a new version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.codex.inheritance import newest_roles, refuse_circle
from mythos.codex.models import CodexClause, CodexRole
from mythos.codex.queries import active_clauses_by_ref
from mythos.errors import Invalid, Stale
from mythos.work.services import enqueue

ROLE_JOB = "codex.check_role"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def save_role(
    *,
    actor: Actor,
    swarm: Swarm,
    name: str,
    base: int,
    title: str = "",
    description: str = "",
    clauses: Sequence[Mapping[str, Any]] = (),
    includes: Sequence[str] = (),
) -> CodexRole:
    """Make a role (`base` 0) or its next version; contracts that inherit it are checked again.

    A clause is {"ref": …, "codex": …, "obligation": …}; the codex may be left out where the ref is unique, and
    the version is the one in force.
    """
    require(actor, "codex.edit", swarm)
    if not _NAME.fullmatch(name):
        raise Invalid("The role cannot be saved.", fields={"name": "Lower-case letters, digits, - and _; at most 80."})
    terms = [_term(row, active_clauses_by_ref(swarm, [str(row.get("ref", "")) for row in clauses])) for row in clauses]
    others = list(dict.fromkeys(includes))
    with transaction.atomic():
        Swarm.objects.select_for_update().get(pk=swarm.pk)
        known = newest_roles(swarm)
        missing = [other for other in others if other not in known and other != name]
        if missing:
            raise Invalid("The role cannot be saved.", fields={"includes": f"There is no role {missing[0]!r}."})
        refuse_circle(name, others, known)
        before = known.get(name)
        _refuse_stale(name, before, base)
        fresh = {"title": title.strip() or name, "description": description, "clauses": terms, "includes": others}
        if before is not None:
            if all(getattr(before, key) == value for key, value in fresh.items()):
                return before
            CodexRole.objects.filter(pk=before.pk).update(is_newest=False)
        role = CodexRole.objects.create(
            swarm=swarm,
            name=name,
            version=before.version + 1 if before else 1,
            author=person(actor),
            author_name=actor_name(actor),
            **fresh,
        )
        enqueue(kind=ROLE_JOB, key=f"{swarm.pk}:{name}", payload={"role_id": role.pk}, swarm_id=swarm.pk)
    return role


def _term(row: Mapping[str, Any], found: Mapping[str, list[CodexClause]]) -> dict[str, Any]:
    ref, codex = str(row.get("ref", "")), row.get("codex")
    clauses = [clause for clause in found.get(ref, []) if codex in (None, "", clause.codex.slug)]
    if not clauses:
        raise Invalid("The role cannot be saved.", fields={"clauses": f"No clause {ref!r} is in force."})
    if len(clauses) > 1:
        raise Invalid("The role cannot be saved.", fields={"clauses": f"{ref!r} is in two codices: say which."})
    clause = clauses[0]
    return {
        "codex": clause.codex.slug,
        "ref": ref,
        "version": clause.accepted_version,
        "obligation": str(row.get("obligation") or "").strip(),
    }


def _refuse_stale(name: str, before: CodexRole | None, base: int) -> None:
    current = before.version if before else 0
    if current != base:
        raise Stale(
            f"The role {name} is at version {current}, not {base}.",
            hint="Look at the newer version, then edit that.",
            data={"base": base, "current_version": current},
        )
