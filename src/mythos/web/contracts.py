"""Contracts: the overview, the card of one prompt, waivers, and the contract as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from mythos.accounts.permissions import may_of, require
from mythos.codex import queries
from mythos.codex.exporting import contract_document
from mythos.codex.models import STATES, CodexContract, State
from mythos.codex.queries import BLOCKED_BY, Binding
from mythos.codex.services import revoke_waiver, waive_clause
from mythos.codex.services.checks import pinned_texts, rule_of
from mythos.errors import Invalid, NotFound
from mythos.formats.contract import as_markdown
from mythos.prompts.models import Prompt
from mythos.prompts.queries import get_prompt
from mythos.web.context import current_swarm, user_of

PAGE_SIZE = 50
MOST_GAPS = 12
LEAD = 320  # characters of a clause that are shown at once
WAIVER_DAYS = 14
_AFTER_A_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LINK = re.compile(r"\[([^\[\]]*)\]\((#?)([^()\s]*)\)")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")


@dataclass(frozen=True)
class Duty:
    """One obligation as the card shows it: what it says, how far it is cut, and how its checks stand.

    A check that measured nothing counts among them: what is untested is not shown as if all of it passed.
    """

    binding: Binding
    text: str
    lead: str
    checks: Sequence[str]

    @property
    def passed(self) -> int:
        """How many of its checks pass."""
        return self.checks.count(State.KEPT)

    @property
    def is_measured(self) -> bool:
        """Whether any of its checks could tell."""
        return any(state != State.UNTESTED for state in self.checks)

    @property
    def has_failure(self) -> bool:
        """Whether a check that was measured fails."""
        return any(state not in (State.KEPT, State.UNTESTED) for state in self.checks)

    @property
    def is_cut(self) -> bool:
        """Whether the card shows only the beginning at first."""
        return len(self.lead) < len(_flat(self.text))


def overview(request: HttpRequest) -> HttpResponse:
    """Every contract in force, worst first, and what no contract speaks of yet."""
    user, swarm = user_of(request), current_swarm(request)
    wanted, q = request.GET.get("state", ""), request.GET.get("q", "").strip()
    counts = queries.state_counts(user, swarm)
    rows = queries.visible_contracts(user, swarm, state=wanted if wanted in STATES else "")
    if q:
        rows = rows.filter(Q(prompt__slug__icontains=q) | Q(prompt__assistant__name__icontains=q))
    codices = list(queries.visible_codices(user, swarm))
    chosen = next((book for book in codices if book.slug == request.GET.get("codex")), codices[0] if codices else None)
    context: dict[str, Any] = {
        "counts": counts,
        "in_force": sum(counts.values()),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "chosen": wanted,
        "q": q,
        "codices": codices,
        "codex": chosen,
        "most": MOST_GAPS,
    }
    if chosen is not None:
        unbound, uncarried = queries.codex_gaps(user, chosen)
        context |= {
            "unbound_count": unbound.count(),
            "unbound": unbound.values("pk", "slug", "title")[:MOST_GAPS],
            "uncarried_count": uncarried.count(),
            "uncarried": uncarried.values("pk", "ref", "title")[:MOST_GAPS],
        }
    return render(request, "contracts/overview.html", context)


def card(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """What one prompt must do, which clause each duty comes from, and the evidence that it does."""
    return show_card(request, get_prompt(user_of(request), prompt_id))


def show_card(
    request: HttpRequest, prompt: Prompt, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The card, or the page that says why there is none yet."""
    user = user_of(request)
    allowed = may_of(user, ("contracts.waive", "contracts.sign"), prompt)
    may_waive = "contracts.waive" in allowed
    context: dict[str, Any] = {
        "prompt": prompt,
        "may_waive": may_waive,
        "may_sign": may_waive or "contracts.sign" in allowed,
    }
    version, by_role = _number(request.GET.get("version")), request.GET.get("by") == "role"
    start = _number(request.GET.get("start")) or 0
    try:
        found = queries.contract_card(user, prompt, version=version, start=start, by_role=by_role)
    except NotFound:
        if version is not None:
            raise
        return render(request, "contracts/none.html", context)
    contract, duties = found.contract, _duties(found.bindings)
    terms = _terms(request, contract) if not found.total else []
    unfolded = _unfolded(duties) if not by_role and not start else len(duties)
    history = list(queries.contract_history(user, prompt))
    context |= {
        "card": found,
        "contract": contract,
        "live": contract.status == CodexContract.Status.IN_FORCE,
        "duties": duties[:unfolded],
        "folded": duties[unfolded:],
        "terms": terms,
        "total": found.total or len(terms),
        "through": start + len(duties),
        "by_role": by_role,
        "moved_roles": [node.name for node in found.roles if node.newer],
        "history": history,
        "banner": _banner(contract),
        "labels": prompt.swarm.protected_labels,
        "first_waiver_day": timezone.localdate(),
        "usual_waiver_day": timezone.localdate() + timedelta(days=WAIVER_DAYS),
        **(extra or {}),
    }
    return render(request, "contracts/card.html", context, status=status)


def _unfolded(duties: Sequence[Duty]) -> int:
    """How many duties are shown at once: all but the kept ones after the second, if those are worth folding."""
    kept = sum(duty.binding.row.state == State.KEPT for duty in duties)
    return len(duties) - kept + 2 if kept > 4 else len(duties)


def _duties(bindings: Sequence[Binding]) -> list[Duty]:
    texts = pinned_texts([binding.row for binding in bindings])
    return [_duty(binding, rule_of(binding.row, texts)) for binding in bindings]


def _duty(binding: Binding, text: str) -> Duty:
    checks = [item["state"] for item in binding.evidence if item["check"] not in {"version", "waiver"}]
    return Duty(binding, text, lead_of(text), checks)


def lead_of(text: str) -> str:
    """The first sentences of a text, as many as fit; at least the first words."""
    flat = _flat(text)
    if len(flat) <= LEAD:
        return flat
    lead = ""
    for sentence in _AFTER_A_SENTENCE.split(flat):
        if len(lead) + len(sentence) > LEAD:
            break
        lead = f"{lead} {sentence}".strip()
    return lead or flat[:LEAD].rsplit(" ", 1)[0]


def _flat(text: str) -> str:
    """One line without footnote marks and targets of links; a link with no words of its own shows its target."""
    words = _LINK.sub(lambda link: link[1] if link[1].strip(" ?") else link[3].replace("_", " "), text)
    return " ".join(_FOOTNOTE.sub("", words).split())


def _terms(request: HttpRequest, contract: CodexContract) -> list[dict[str, Any]]:
    """What a contract without rows of its own says: a draft that a fork inherited."""
    found = queries.active_clauses_by_ref(contract.prompt.swarm, [term["ref"] for term in contract.codex_clauses])
    clauses = {(clause.codex.slug, ref): clause for ref, rows in found.items() for clause in rows}
    texts = texts_of(request, [clause.pk for clause in clauses.values()])
    rows = []
    for term in contract.codex_clauses:
        clause = clauses.get((term["codex"], term["ref"]))
        text = term["obligation"] or (texts.get((clause.pk, term["version"]), "") if clause else "")
        rows.append(term | {"clause": clause, "lead": lead_of(text)})
    return rows


def texts_of(request: HttpRequest, clause_ids: Sequence[int]) -> dict[tuple[int, int], str]:
    """(clause, version) -> what it says, for every version of these clauses."""
    audits = queries.visible_audits(user_of(request)).filter(clause__in=clause_ids).order_by()
    rows = audits.values_list("clause_id", "version", "new_version")
    return {(clause, version): text for clause, version, text in rows}


def _banner(contract: CodexContract) -> dict[str, Any] | None:
    """What stands in the way of a promotion, or what only wants a look; None when there is nothing to say."""
    if contract.status != CodexContract.Status.IN_FORCE or contract.state == State.KEPT:
        return None
    found = {name: number for name, number in contract.counts.items() if number and name != State.KEPT}
    own = [check["state"] for check in contract.checks if check["state"] != State.KEPT]
    words = [f"{found[name]} clause{'s' if found[name] != 1 else ''} {name}" for name in STATES if name in found]
    words += [f"{own.count(name)} check{'s' if own.count(name) != 1 else ''} {name}" for name in STATES if name in own]
    blocked = BLOCKED_BY[contract.type]
    return {
        "words": ", ".join(words),
        "blocks": contract.state in blocked,
        "breached": contract.state == State.BREACHED,
        "stale": bool(found.get(State.STALE)) or State.STALE in own,
        "waived": contract.state == State.WAIVED,
        "until": [name for name in STATES if name in blocked and (name in found or name in own)],
    }


def export(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """The contract as JSON or Markdown."""
    user = user_of(request)
    prompt = get_prompt(user, prompt_id)
    document = contract_document(user, prompt, version=_number(request.GET.get("version")))
    kind = request.GET.get("format", "md")
    name = f"{prompt.slug.replace('/', '-')}-contract-v{document['version']}"
    if kind == "json":
        body = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        response = HttpResponse(body, content_type="application/json; charset=utf-8")
    elif kind == "md":
        response = HttpResponse(as_markdown(document), content_type="text/markdown; charset=utf-8")
    else:
        raise Invalid("There is no such format.", fields={"format": "json or md."})
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


@require_POST
def waive(request: HttpRequest, prompt_id: int) -> HttpResponse:
    """Answer for a clause of this prompt until a day, that day included."""
    user = user_of(request)
    prompt = get_prompt(user, prompt_id)
    require(user, "contracts.waive", prompt)
    ref = request.POST.get("ref", "")
    try:
        waive_clause(
            actor=user,
            prompt_id=prompt.pk,
            ref=ref,
            reason=request.POST.get("reason", ""),
            expires_at=_end_of(request.POST.get("until", "")),
        )
    except Invalid as error:
        typed = {"waiving": ref, "typed": request.POST, "fields": error.fields}
        return show_card(request, prompt, typed, 422)
    messages.success(request, f"{ref} is waived until {request.POST['until']}.")
    return redirect(reverse("contracts.card", args=[prompt.pk]) + "#obligations")


def _end_of(text: str) -> datetime:
    """The end of a day as somebody typed it."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("A waiver ends on a day.", fields={"expires_at": "A day, such as 2031-05-20."}) from None
    return timezone.make_aware(datetime.combine(day, time.max))


@require_POST
def revoke(request: HttpRequest, waiver_id: int) -> HttpResponse:
    """End a waiver now."""
    waiver = revoke_waiver(actor=user_of(request), waiver_id=waiver_id)
    messages.success(request, f"The waiver of {waiver.clause.ref} has ended.")
    return redirect("contracts.card", waiver.prompt_id)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
