"""Ritual tag bundles, curricula, teaching and certificates."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.paging import page
from mythos.api.schemas import curricula as shapes
from mythos.errors import NotFound
from mythos.market.models import PromptCurriculumVault
from mythos.market.progress import PartProgress, Progress
from mythos.market.queries import curricula as queries
from mythos.market.queries import federation as elsewhere
from mythos.market.queries import teaching as lessons
from mythos.market.services import bundles, composing, exporting, federating, teaching

router = Router(tags=["curricula"])


@router.get("/bundles", response=shapes.BundlePage)
def list_bundles(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Ritual tag bundles of the swarm, newest first."""
    rows = queries.visible_bundles(actor_of(request), swarm_of(request, swarm)).prefetch_related("rituals")
    return page(rows, limit, cursor)


@router.post("/bundles", response={201: shapes.BundleOut})
def create_bundle(request: HttpRequest, body: shapes.BundleIn, swarm: str | None = None) -> Any:
    """Put rituals under a tag."""
    return Status(201, bundles.create_bundle(actor=actor_of(request), swarm=swarm_of(request, swarm), **body.dict()))


@router.get("/bundles/{int:bundle_id}", response=shapes.BundleOut)
def get_bundle(request: HttpRequest, bundle_id: int) -> Any:
    """One bundle."""
    return queries.get_bundle(actor_of(request), bundle_id)


@router.patch("/bundles/{int:bundle_id}", response=shapes.BundleOut)
def update_bundle(request: HttpRequest, bundle_id: int, body: shapes.BundlePatch) -> Any:
    """Change a bundle; what is left out stays."""
    return bundles.update_bundle(actor=actor_of(request), bundle_id=bundle_id, **body.dict())


@router.delete("/bundles/{int:bundle_id}", response={204: None})
def delete_bundle(request: HttpRequest, bundle_id: int) -> Any:
    """Remove a bundle that no curriculum has; its rituals stay."""
    bundles.delete_bundle(actor=actor_of(request), bundle_id=bundle_id)
    return Status(204, None)


@router.get("/curricula", response=shapes.CurriculumPage)
def list_curricula(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Curricula the swarm made or took, newest first; those of others are listings of the market."""
    return page(queries.visible_curricula(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.post("/curricula", response={201: shapes.CurriculumDetail})
def create_curriculum(request: HttpRequest, body: shapes.CurriculumIn, swarm: str | None = None) -> Any:
    """Put rituals in order with pass marks and prerequisites."""
    details = body.dict() | {"parts": _given(body.parts)}
    made = composing.create_curriculum(actor=actor_of(request), swarm=swarm_of(request, swarm), **details)
    return Status(201, made)


@router.get("/curricula/{int:curriculum_id}", response=shapes.CurriculumDetail)
def get_curriculum(request: HttpRequest, curriculum_id: int) -> Any:
    """One curriculum of the swarm with its parts."""
    return queries.get_curriculum(actor_of(request), curriculum_id)


@router.patch("/curricula/{int:curriculum_id}", response=shapes.CurriculumDetail)
def update_curriculum(request: HttpRequest, curriculum_id: int, body: shapes.CurriculumPatch) -> Any:
    """Change a curriculum; what is left out stays, parts are replaced as a whole."""
    details = body.dict() | {"parts": None if body.parts is None else _given(body.parts)}
    return composing.update_curriculum(actor=actor_of(request), curriculum_id=curriculum_id, **details)


@router.delete("/curricula/{int:curriculum_id}", response={204: None})
def delete_curriculum(request: HttpRequest, curriculum_id: int) -> Any:
    """Remove a curriculum that never went out and taught nobody."""
    composing.delete_curriculum(actor=actor_of(request), curriculum_id=curriculum_id)
    return Status(204, None)


@router.post("/curricula/{int:curriculum_id}/exports", response=shapes.CurriculumDetail)
def export_curriculum(request: HttpRequest, curriculum_id: int, body: shapes.CurriculumExportIn) -> Any:
    """Write and sign the next version; nothing new gives the last one."""
    made = exporting.export_curriculum(actor=actor_of(request), curriculum_id=curriculum_id, **body.dict())
    return made


@router.get("/curricula/{int:curriculum_id}/export", response=shapes.SignedOut)
def get_export(request: HttpRequest, curriculum_id: int) -> Any:
    """The last export with its signature, as files hold it."""
    row = queries.get_curriculum(actor_of(request), curriculum_id)
    found = PromptCurriculumVault.objects.values_list("exported_json", flat=True).get(pk=row.pk)
    if not found:
        raise NotFound(f"{row.slug} has not been exported.")
    return {"document": found, "signature": row.signature}


@router.post("/curricula/{int:curriculum_id}/reveal", response=shapes.SignedOut)
def reveal_cases(request: HttpRequest, curriculum_id: int) -> Any:
    """The sealed cases with the salts that give the hashes published before; they are spent from then on."""
    document, signature = exporting.reveal_cases(actor=actor_of(request), curriculum_id=curriculum_id)
    return {"document": document, "signature": signature}


@router.post("/curricula/{int:curriculum_id}/teach", response={201: shapes.ProgressOut})
def teach(request: HttpRequest, curriculum_id: int, body: shapes.TeachIn) -> Any:
    """Assign a curriculum to an assistant; its first part is tried at once."""
    actor = actor_of(request)
    row = teaching.enroll_assistant(actor=actor, curriculum_id=curriculum_id, **body.dict())
    return Status(201, _progress(lessons.teaching_progress(actor, row.pk)))


@router.get("/teaching", response=shapes.EnrollmentPage)
def list_teaching(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Who is taught by what, newest first."""
    return page(lessons.visible_enrollments(actor_of(request), swarm_of(request, swarm)), limit, cursor)


@router.get("/teaching/{int:enrollment_id}", response=shapes.ProgressOut)
def get_teaching(request: HttpRequest, enrollment_id: int) -> Any:
    """How far one assistant is, part by part."""
    return _progress(lessons.teaching_progress(actor_of(request), enrollment_id))


@router.post("/teaching/{int:enrollment_id}/tries", response={201: shapes.ProgressOut})
def try_part(request: HttpRequest, enrollment_id: int, body: shapes.PartTryIn) -> Any:
    """Try one part, again or for the first time."""
    actor = actor_of(request)
    teaching.try_part(actor=actor, enrollment_id=enrollment_id, position=body.position)
    return Status(201, _progress(lessons.teaching_progress(actor, enrollment_id)))


@router.post("/teaching/{int:enrollment_id}/leave", response=shapes.EnrollmentOut)
def leave(request: HttpRequest, enrollment_id: int) -> Any:
    """Stop teaching; what was measured stays and counts."""
    return teaching.leave_curriculum(actor=actor_of(request), enrollment_id=enrollment_id)


@router.put("/teaching/{int:enrollment_id}/note", response=shapes.EnrollmentOut)
def note(request: HttpRequest, enrollment_id: int, body: shapes.NoteIn) -> Any:
    """What others should know; it changes no figure."""
    return teaching.note_teaching(actor=actor_of(request), enrollment_id=enrollment_id, note=body.note)


@router.get("/markets", response=list[shapes.SourceOut])
def list_markets(request: HttpRequest, swarm: str | None = None) -> Any:
    """Markets of other instances that the swarm follows."""
    return elsewhere.visible_sources(actor_of(request), swarm_of(request, swarm))


@router.post("/markets", response={201: shapes.SourceOut})
def follow_market(request: HttpRequest, body: shapes.SourceIn, swarm: str | None = None) -> Any:
    """Look at a market by its signed index; its key must stay the same from now on."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    return Status(201, federating.follow_market(actor=actor, swarm=where, **body.dict()))


@router.delete("/markets/{int:market_id}", response={204: None})
def leave_market(request: HttpRequest, market_id: int) -> Any:
    """Stop following; what was taken stays."""
    federating.leave_market(actor=actor_of(request), source_id=market_id)
    return Status(204, None)


@router.get("/markets/curricula", response=shapes.RemotePage)
def list_remote(
    request: HttpRequest, q: str = "", swarm: str | None = None, limit: int = 50, cursor: str | None = None
) -> Any:
    """What followed markets offer, newest first."""
    return page(elsewhere.remote_curricula(actor_of(request), swarm_of(request, swarm), q), limit, cursor)


@router.post("/markets/curricula/{int:remote_id}/take", response={201: shapes.CurriculumDetail})
def take_remote(request: HttpRequest, remote_id: int) -> Any:
    """Fetch a curriculum, verify it against the signed index, and put a copy here."""
    actor = actor_of(request)
    made = federating.take_remote(actor=actor, remote_id=remote_id)
    return Status(201, queries.get_curriculum(actor, made.pk))


@router.get("/certificates/{str:serial}", response=shapes.SignedOut)
def get_certificate(request: HttpRequest, serial: str) -> Any:
    """A certificate of the swarm with its signature; empty when no key was there to sign it."""
    found = lessons.get_certificate(actor_of(request), serial)
    return {"document": found.record, "signature": found.signature}


def _given(parts: list[shapes.PartIn]) -> list[composing.Part]:
    return [composing.Part(row.ritual, row.pass_mark, tuple(row.prerequisites), row.bundle) for row in parts]


def _progress(found: Progress) -> dict[str, Any]:
    return {"enrollment": found.enrollment, "passed": found.passed, "parts": [_part(row) for row in found.parts]}


def _part(row: PartProgress) -> dict[str, Any]:
    attempts = [*row.practice, *row.sealed]
    return {
        "position": row.part.position,
        "ritual": row.part.ritual.slug,
        "state": row.state,
        "pass_mark": row.part.pass_mark,
        "before": row.before,
        "after": row.after,
        "attempts": [
            {name: getattr(one, name) for name in ("id", "kind", "state", "cases", "score", "passed", "created_at")}
            | {"run": one.run_id if one.kind == "practice" else None}
            for one in attempts
        ],
    }
