"""What needs a decision, what is running, how each assistant is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.assistants.queries import visible_assistants
from mythos.codex.models import STATES, CodexClauseAudit, State
from mythos.codex.queries import state_counts, visible_audits, visible_clauses, visible_contracts
from mythos.market.queries.trades import trade_of
from mythos.market.queries.wallet import wallet_balance
from mythos.prompts.queries import visible_checkpoints, visible_mutations, visible_prompts
from mythos.rituals.models import RitualRun
from mythos.rituals.queries import visible_runs
from mythos.web.context import current_swarm, user_of, what_waits
from mythos.webhooks.queries import given_up_endpoints
from mythos.work.models import Job

MOST_WAITING = 6
MOST_OF_A_KIND = 4
UNFINISHED = (RitualRun.State.PENDING, RitualRun.State.RUNNING)


@dataclass(frozen=True)
class Happening:
    """One line of the activity list."""

    who: str
    did: str
    what: str
    link: str
    at: datetime


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    user, swarm = user_of(request), current_swarm(request)
    found = what_waits(request)
    jobs = Job.objects.filter(swarm_id=swarm.pk)
    hooks = given_up_endpoints(user, swarm)
    context = {
        "greeting": _greeting(),
        "waiting": found.edits[:MOST_WAITING],
        "waiting_count": found.total,
        "trades": [trade_of(row, swarm) for row in found.trades[:MOST_OF_A_KIND]],
        "results": found.results[:MOST_OF_A_KIND],
        "chains": found.under_way[:MOST_OF_A_KIND],
        "runs": visible_runs(user, swarm).filter(state__in=UNFINISHED)[:MOST_OF_A_KIND],
        "requests": found.requests[:MOST_OF_A_KIND],
        "contracts": found.contracts[:MOST_OF_A_KIND],
        "waivers": found.waivers[:MOST_OF_A_KIND],
        "states": state_counts(user, swarm),
        "hooks": hooks,
        "hook_count": len(hooks),
        "dead": jobs.filter(state=Job.State.DEAD)[:3],
        "running": jobs.filter(
            state__in=[Job.State.PENDING, Job.State.RUNNING], not_before__lte=timezone.now()
        ).count(),
        "finished": jobs.filter(state=Job.State.DONE).count(),
        "assistants": _assistants(user, swarm),
        "week": _week(user, swarm),
        "activity": _activity(user, swarm),
        "is_new": not visible_prompts(user, swarm).exists() and not visible_clauses(user, swarm).exists(),
    }
    return render(request, "home.html", context)


def _greeting() -> str:
    hour = timezone.localtime().hour
    return "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"


def _assistants(user: User, swarm: Swarm) -> list[dict[str, object]]:
    rows = visible_assistants(user, swarm).annotate(
        prompt_count=Count("prompts", distinct=True), last_change=Max("prompts__updated_at")
    )
    trends: dict[int, list[int]] = {}
    recent = visible_checkpoints(user, swarm).filter(prompt__assistant__isnull=False).order_by("-created_at")
    for assistant_id, tokens in recent.values_list("prompt__assistant_id", "token_count")[:400]:
        trends.setdefault(assistant_id, []).append(tokens)
    bound = (
        visible_contracts(user, swarm)
        .order_by()
        .values_list("prompt__assistant_id")
        .annotate(worst=Min("rank"), kept=Count("id", filter=Q(state=State.KEPT)), all=Count("id"))
    )
    contracts = {pk: {"state": STATES[worst], "kept": kept, "all": total} for pk, worst, kept, total in bound}
    return [
        {"row": row, "trend": trends.get(row.pk, [])[:12][::-1], "contracts": contracts.get(row.pk)} for row in rows
    ]


def _week(user: User, swarm: Swarm) -> dict[str, int]:
    since = timezone.now() - timedelta(days=7)
    audits = visible_audits(user, swarm).exclude(change="first")
    return {
        "clauses": visible_clauses(user, swarm).filter(status="active").count(),
        "audits": audits.filter(created_at__gte=since).count(),
        "decided": audits.filter(reviewed_at__gte=since, reviewed_by__isnull=False).count(),
        "checkpoints": visible_checkpoints(user, swarm).count(),
        "mutations": visible_mutations(user, swarm).count(),
        "credits": wallet_balance(user, swarm),
    }


def _activity(user: User, swarm: Swarm) -> list[Happening]:
    found = []
    for audit in visible_audits(user, swarm).exclude(change="first").order_by("-created_at")[:6]:
        verb = {"retire": "retired", "revive": "brought back"}.get(audit.change, "proposed")
        name = f"{audit.clause.ref} v{audit.version}"
        found.append(Happening(audit.author_name, verb, name, f"/codex/regression/{audit.clause_id}", audit.created_at))
        if audit.reviewed_by_id and audit.reviewed_at:
            done = CodexClauseAudit.Review(audit.review).label.lower()
            found.append(
                Happening(audit.reviewer_name, done, name, f"/codex/regression/{audit.clause_id}", audit.reviewed_at)
            )
    for row in visible_mutations(user, swarm).order_by("-created_at")[:6]:
        name = f"{row.prompt.slug} v{row.to_checkpoint.version}"
        found.append(Happening(row.actor_name, "saved", name, f"/prompts/{row.prompt_id}", row.created_at))
    return sorted(found, key=lambda item: item.at, reverse=True)[:7]
