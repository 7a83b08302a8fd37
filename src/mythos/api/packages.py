"""Packages, their exports, installs, keys and signers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from mythos.api.auth import actor_of, swarm_of
from mythos.api.bodies import PACKAGE, gives_file, takes_file
from mythos.api.paging import page
from mythos.api.schemas import packages as shapes
from mythos.api.schemas.common import JobOut
from mythos.api.schemas.runs import RunOut
from mythos.errors import Invalid
from mythos.formats.bundle import MOST_BYTES, read_bundle
from mythos.packages import queries, services
from mythos.packages.plan import InstallPlan
from mythos.packages.planning import plan_install
from mythos.packages.reruns import claims_beside
from mythos.rituals.queries import get_run

router = Router(tags=["packages"])


@router.get("", response=shapes.PackagePage)
def list_packages(request: HttpRequest, swarm: str | None = None, limit: int = 50, cursor: str | None = None) -> Any:
    """Packages of the swarm, newest first."""
    rows = queries.visible_packages(actor_of(request), swarm_of(request, swarm)).prefetch_related("prompts")
    return page(rows, limit, cursor)


@router.post("", response={201: shapes.PackageOut})
def create_package(request: HttpRequest, body: shapes.PackageIn, swarm: str | None = None) -> Any:
    """Start a package."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    details = body.dict()
    prompts = services.prompts_named(actor, where, details.pop("prompts"))
    return Status(201, services.create_package(actor=actor, swarm=where, prompts=prompts, **details))


@router.get("/installed", response=list[shapes.InstalledOut])
def list_installed(request: HttpRequest, swarm: str | None = None) -> Any:
    """Packages from elsewhere that are here, with what they claimed."""
    return queries.visible_installed(actor_of(request), swarm_of(request, swarm))


@router.delete("/installed/{str:slug}", response=shapes.RemovalOut)
def uninstall_package(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """Take a package out: prompts nobody changed go to the trash, the others stay."""
    done = services.uninstall_package(actor=actor_of(request), swarm=swarm_of(request, swarm), slug=slug)
    return {"trashed": list(done.trashed), "kept": dict(done.kept), "left": done.left}


@router.get("/installed/{str:slug}/claims", response=list[shapes.ClaimOut])
def list_claims(request: HttpRequest, slug: str, swarm: str | None = None) -> Any:
    """What the sender measured beside the newest run of each ritual here."""
    actor = actor_of(request)
    return claims_beside(actor, queries.get_installed(actor, swarm_of(request, swarm), slug))


@router.post("/installed/{str:slug}/rerun", response={201: list[RunOut]})
def rerun_rituals(request: HttpRequest, slug: str, body: shapes.RerunIn, swarm: str | None = None) -> Any:
    """Queue a run of every ritual the package came with; one that is under way is not started twice."""
    actor = actor_of(request)
    options = body.dict(exclude={"judge"}) | {"judge": body.judge.dict() if body.judge else None}
    runs = services.rerun_rituals(actor=actor, swarm=swarm_of(request, swarm), slug=slug, source="api", **options)
    return Status(201, [get_run(actor, run.pk) for run in runs])


@router.post("/plan", response=shapes.InstallPlanOut, openapi_extra=takes_file(PACKAGE))
def plan_package(request: HttpRequest, options: Query[shapes.InstallOptions], swarm: str | None = None) -> Any:
    """Verify the package in the body and say what installing it would do; nothing is written."""
    actor, where = actor_of(request), swarm_of(request, swarm)
    work = plan_install(actor=actor, swarm=where, bundle=read_bundle(_body(request)), **_wish(options))
    return _plan(work.plan)


@router.post("/install", response={200: shapes.InstallPlanOut, 202: JobOut}, openapi_extra=takes_file(PACKAGE))
def install_package(
    request: HttpRequest,
    options: Query[shapes.InstallOptions],
    swarm: str | None = None,
    plan: str = "",
    source: str = "",
) -> Any:
    """Install the package in the body; `decide=prompt:desk=theirs` (several times) answers rows of the plan.

    `decide=*=theirs` or `decide=*=mine` answers every row that has no answer of its own. `decide=prompt:desk=edited`
    takes the text of `text=prompt:desk=…`; `merged` in the plan is where to begin. More than 300 prompts are left to
    the worker: 202 with the job, whose address says how far it is.
    """
    actor, where, data, wish = actor_of(request), swarm_of(request, swarm), _body(request), _wish(options)
    given: dict[str, Any] = {"actor": actor, "swarm": where, "data": data, "source": source, "expected_plan": plan}
    if read_bundle(data).count("prompts") > services.AT_ONCE:
        return Status(202, services.queue_sent(**given, options=wish))
    done = services.install_package(**given, **wish)
    return Status(200, _plan(done.plan) | {"is_changed": done.is_changed})


@router.get("/keys", response=list[shapes.KeyOut])
def list_keys(request: HttpRequest, swarm: str | None = None) -> Any:
    """Keys of the swarm; private halves never leave their machine."""
    return queries.visible_keys(actor_of(request), swarm_of(request, swarm))


@router.post("/keys", response={201: shapes.KeyOut})
def create_key(request: HttpRequest, body: shapes.KeyIn, swarm: str | None = None) -> Any:
    """Make a key."""
    return Status(201, services.create_key(actor=actor_of(request), swarm=swarm_of(request, swarm), name=body.name))


@router.get("/signers", response=list[shapes.SignerOut])
def list_signers(request: HttpRequest, swarm: str | None = None) -> Any:
    """Signers the swarm trusts, or no longer does."""
    return queries.visible_signers(actor_of(request), swarm_of(request, swarm))


@router.post("/signers", response={201: shapes.SignerOut})
def trust_signer(request: HttpRequest, body: shapes.SignerIn, swarm: str | None = None) -> Any:
    """Take packages signed with a key."""
    where = swarm_of(request, swarm)
    signer = services.trust_signer(actor=actor_of(request), swarm=where, fingerprint=body.fingerprint, name=body.name)
    return Status(201, signer)


@router.delete("/keys/{str:fingerprint}", response=list[str])
def revoke_key(request: HttpRequest, fingerprint: str, swarm: str | None = None) -> Any:
    """Stop signing with a key and stop trusting it; the fingerprints that were revoked."""
    return services.revoke_key(actor=actor_of(request), swarm=swarm_of(request, swarm), fingerprint=fingerprint)


@router.get("/{int:package_id}", response=shapes.PackageOut)
def get_package(request: HttpRequest, package_id: int) -> Any:
    """One package."""
    return queries.get_package(actor_of(request), package_id)


@router.get("/{int:package_id}/draft", response=shapes.PackageDraftOut)
def get_draft(request: HttpRequest, package_id: int) -> Any:
    """What would go out now, the number that comes next, and what forbids it."""
    draft = services.draft_of(actor=actor_of(request), package_id=package_id)
    return {
        "version": draft.next.version,
        "before": draft.next.before,
        "reasons": [vars(reason) for reason in draft.next.reasons],
        "counts": draft.counts,
        "codex_tags": list(draft.codex_tags),
        "blocking": list(draft.blocking),
    }


@router.post("/{int:package_id}/prompts", response=shapes.PackageOut)
def select_prompts(request: HttpRequest, package_id: int, body: shapes.SelectionIn) -> Any:
    """Put prompts in, or take them out."""
    actor = actor_of(request)
    swarm = queries.get_package(actor, package_id).swarm
    add, remove = (services.prompts_named(actor, swarm, slugs) for slugs in (body.add, body.remove))
    return services.select_prompts(actor=actor, package_id=package_id, add=add, remove=remove)


@router.get("/{int:package_id}/exports", response=list[shapes.PackageExportOut])
def list_exports(request: HttpRequest, package_id: int) -> Any:
    """What went out, newest first."""
    return queries.exports_of(queries.get_package(actor_of(request), package_id))


@router.post("/{int:package_id}/exports", response={201: shapes.PackageExportOut})
def export_package(request: HttpRequest, package_id: int, body: shapes.PackageExportIn) -> Any:
    """Build the next version; 422 with every broken promise when a contract forbids it."""
    actor = actor_of(request)
    swarm = queries.get_package(actor, package_id).swarm
    key = services.signing_key(actor, swarm, body.key) if body.key else None
    return Status(201, services.export_package(actor=actor, package_id=package_id, version=body.version, key=key))


@router.get("/exports/{int:export_id}/file", response=None, openapi_extra=gives_file(PACKAGE))
def download_export(request: HttpRequest, export_id: int) -> HttpResponse:
    """The bytes of an export."""
    export = queries.get_export(actor_of(request), export_id)
    response = HttpResponse(bytes(export.archive), content_type=PACKAGE)
    name = f"{export.package.slug}-{export.version}.mythos"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _body(request: HttpRequest) -> bytes:
    """The package, read no further than the largest one may be."""
    data = request.read(MOST_BYTES + 1)
    if not data:
        raise Invalid("Send the package as the body.", fields={"body": "It is empty."})
    return bytes(data)


def _wish(options: shapes.InstallOptions) -> dict[str, Any]:
    return {
        "decisions": dict(text.rpartition("=")[::2] for text in options.decide),
        "texts": dict(text.partition("=")[::2] for text in options.text),
        "accept_signer": options.accept_signer,
        "allow_unsigned": options.allow_unsigned,
    }


def _plan(plan: InstallPlan) -> dict[str, Any]:
    about = plan.bundle.about
    return {
        "name": about.name,
        "version": about.version,
        "sha256": plan.bundle.sha256,
        "signer": plan.signer.state,
        "fingerprint": plan.signer.fingerprint,
        "installed_version": plan.installed_version,
        "counts": plan.counts,
        "in_bulk": plan.in_bulk,
        "rows": [row for row in plan.rows if row.action != "same"],
        "problems": plan.problems,
        "is_ready": plan.is_ready,
        "digest": plan.digest,
    }
