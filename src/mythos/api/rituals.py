"""Rituals, their cases, runs and comparisons."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from mythos.accounts.models import Swarm
from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.preconditions import base_version, etag
from mythos.api.schemas import rituals as shapes
from mythos.api.schemas import runs as run_shapes
from mythos.formats.rituals import CaseRecord, read_ritual
from mythos.prompts.models import Prompt
from mythos.prompts.queries import checkpoint_of, get_prompt
from mythos.rituals import queries, services
from mythos.rituals.affected import standing_of_rituals
from mythos.rituals.comparing import compare_runs
from mythos.rituals.exporting import export_ritual
from mythos.rituals.judging import agreement

router = Router(tags=["rituals"])


@router.get("", response=shapes.RitualPage)
def list_rituals(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Rituals of the swarm, newest first."""
    return page(queries.visible_rituals(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.post("", response={201: shapes.RitualOut})
def create_ritual(request: HttpRequest, body: shapes.RitualIn, swarm: str | None = None) -> Any:
    """Add a ritual with its cases, all or nothing."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    made = services.create_ritual(
        actor=actor,
        swarm=where,
        slug=body.slug,
        title=body.title,
        type=body.type,
        description=body.description,
        tags=body.tags,
        prompt=_prompt(request, body.prompt, where),
        cases=_records(body.cases),
    )
    return Status(201, queries.get_ritual(actor, made.pk))


@router.post("/import", response={200: shapes.RitualImportOut, 201: shapes.RitualImportOut})
def import_ritual(request: HttpRequest, body: shapes.RitualImportIn, swarm: str | None = None) -> Any:
    """Make a ritual from a file of another tool, or bring one up to it; unknown expectations refuse the whole."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    made = services.import_ritual(
        actor=actor,
        swarm=where,
        slug=body.slug,
        document=read_ritual(body.document, body.name, kind=body.format),
        type=body.type,
        prompt=_prompt(request, body.prompt, where),
    )
    changes = made.changes
    shown = {
        "ritual": queries.get_ritual(actor, made.ritual.pk),
        "is_new": made.is_new,
        "added": changes.added,
        "changed": changes.changed,
        "retired": changes.retired,
        "unchanged": changes.unchanged,
        "ungraded": made.ungraded,
        "notes": list(made.notes),
    }
    return Status(201 if made.is_new else 200, shown)


@router.get("/runs", response=run_shapes.RunPage)
def list_runs(
    request: HttpRequest,
    swarm: str | None = None,
    ritual: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    """Runs, newest first; of one ritual with `ritual=`."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    rows = queries.visible_runs(actor, where)
    return page(rows.filter(ritual=queries.get_ritual(actor, ritual, where)) if ritual else rows, limit, cursor)


@router.get("/runs/{int:run_id}", response=run_shapes.RunOut)
def get_run(request: HttpRequest, run_id: int) -> Any:
    """One run: what it is pinned to, how far it is, what it came to."""
    return queries.get_run(actor_of(request), run_id)


@router.get("/runs/{int:run_id}/results", response=run_shapes.ResultPage)
def list_results(
    request: HttpRequest, run_id: int, passed: bool | None = None, limit: int = 50, cursor: str | None = None
) -> Any:
    """What every case gave, in the order it was done; `passed=false` for those that failed."""
    rows = queries.results_of(queries.get_run(actor_of(request), run_id))
    rows = rows if passed is None else rows.filter(passed=passed)
    return page(rows, limit, cursor, newest_first=False)


@router.post("/runs/{int:run_id}/pause", response=run_shapes.RunOut)
def pause_run(request: HttpRequest, run_id: int) -> Any:
    """Start no further call; what is under way is kept."""
    return services.pause_run(actor=actor_of(request), run_id=run_id)


@router.post("/runs/{int:run_id}/resume", response=run_shapes.RunOut)
def resume_run(request: HttpRequest, run_id: int, body: run_shapes.RunResumeIn) -> Any:
    """Go on with what is left, with another budget if one is given."""
    return services.resume_run(actor=actor_of(request), run_id=run_id, budget=body.budget)


@router.post("/runs/{int:run_id}/cancel", response=run_shapes.RunOut)
def cancel_run(request: HttpRequest, run_id: int) -> Any:
    """End the run for good; its results so far stay."""
    return services.cancel_run(actor=actor_of(request), run_id=run_id)


@router.post("/runs/{int:run_id}/retry", response=run_shapes.RunOut)
def retry_failures(request: HttpRequest, run_id: int) -> Any:
    """Call again for the cases whose calls failed."""
    return services.retry_failures(actor=actor_of(request), run_id=run_id)


@router.get("/compare", response=run_shapes.ComparisonOut)
def compare(request: HttpRequest, old: int, new: int, margin: float = 0.05) -> Any:
    """Two runs of one ritual, paired: better, worse, the same, or not enough cases to tell."""
    return compare_runs(actor_of(request), old, new, margin=margin)


@router.get("/affected", response=list[shapes.StandingOut])
def affected(request: HttpRequest, provider: str, model: str = "", clause: str = "", swarm: str | None = None) -> Any:
    """What a change touches: which rituals have to run again on this model, and why the others may be skipped."""
    clauses = [ref for ref in clause.split(",") if ref]
    where = swarm_of(request, swarm)
    return standing_of_rituals(actor_of(request), where, provider=provider, model=model, clauses=clauses)


@router.get("/agreement", response=list[shapes.AgreementOut])
def agreement_of_judges(request: HttpRequest, ritual: str = "", swarm: str | None = None) -> Any:
    """People against each judge model: Cohen's kappa over what both have said."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    return agreement(actor, where, ritual=queries.get_ritual(actor, ritual, where) if ritual else None)


@router.post("/results/{int:result_id}/annotations", response={201: shapes.AnnotationOut})
def annotate(request: HttpRequest, result_id: int, body: shapes.AnnotationIn) -> Any:
    """Say whether a reply meets what a judge was asked about; the newer word of the same person holds."""
    return Status(201, services.annotate(actor=actor_of(request), result_id=result_id, **body.dict()))


@router.get("/{slug}", response=shapes.RitualOut)
def get_ritual(request: HttpRequest, response: HttpResponse, slug: str, swarm: str | None = None) -> Any:
    """One ritual, by number or slug."""
    ritual = _ritual(request, slug, swarm)
    response["ETag"] = etag(ritual.version)
    return ritual


@router.get("/{slug}/cases", response=shapes.CasePage)
def list_cases(
    request: HttpRequest,
    slug: str,
    swarm: str | None = None,
    split: str = "",
    limit: int = 100,
    cursor: str | None = None,
) -> Any:
    """The cases in use."""
    return page(queries.cases_of(_ritual(request, slug, swarm), split), limit, cursor, newest_first=False)


@router.put("/{slug}/cases", response=shapes.CaseChangesOut)
def set_cases(request: HttpRequest, slug: str, body: shapes.CasesIn, swarm: str | None = None) -> Any:
    """Make these the cases, on top of `base` (or If-Match); changed ones keep their old results apart."""
    actor, ritual = actor_of(request), _ritual(request, slug, swarm)
    base = base_version(request, body.base)
    done = services.set_cases(actor=actor, ritual_id=ritual.pk, cases=_records(body.cases), base=base)
    version = queries.get_ritual(actor, ritual.pk).version
    return {
        "added": done.added,
        "changed": done.changed,
        "retired": done.retired,
        "unchanged": done.unchanged,
        "version": version,
    }


@router.get("/{slug}/export", response=shapes.RitualExportOut)
def export(request: HttpRequest, slug: str, format: str = "promptfoo", swarm: str | None = None) -> Any:
    """The ritual as a promptfoo config or as JSON Lines."""
    given = export_ritual(actor_of(request), _ritual(request, slug, swarm).pk, format)
    return {"text": given.text, "notes": list(given.notes)}


@router.post("/{slug}/runs", response={201: run_shapes.RunOut})
def start_run(request: HttpRequest, slug: str, body: run_shapes.RunIn, swarm: str | None = None) -> Any:
    """Queue a run, pinned to everything that can change its result."""
    actor, ritual = actor_of(request), _ritual(request, slug, swarm)
    wanted = body.version is not None or body.label is not None
    checkpoint = None
    if wanted and ritual.prompt is not None:
        checkpoint = checkpoint_of(actor, ritual.prompt, label=body.label, version=body.version)
    run = services.start_run(
        actor=actor,
        ritual_id=ritual.pk,
        provider=body.provider,
        model=body.model,
        checkpoint=checkpoint,
        text=body.text,
        parameters=body.parameters,
        judge=body.judge.dict() if body.judge else None,
        split=body.split,
        repeats=body.repeats,
        concurrency=body.concurrency,
        budget=body.budget,
        use_cache=body.use_cache,
        source="api",
    )
    return Status(201, queries.get_run(actor, run.pk))


def _ritual(request: HttpRequest, slug: str, swarm: str | None) -> Any:
    key: int | str = int(slug) if slug.isdigit() else slug
    return queries.get_ritual(actor_of(request), key, swarm_of(request, swarm))


def _prompt(request: HttpRequest, slug: str, swarm: Swarm) -> Prompt | None:
    return get_prompt(actor_of(request), slug, swarm) if slug else None


def _records(cases: list[shapes.CaseIn]) -> list[CaseRecord]:
    return [CaseRecord(**case.dict(), place=f"cases[{number}]") for number, case in enumerate(cases)]
