"""`mythos curriculum`: ritual tags, curricula, teaching, certificates, markets elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.errors import Invalid
from mythos.formats.curriculum import Kind, pack, unpack
from mythos.market.models import PromptCurriculumVault
from mythos.market.progress import Progress
from mythos.market.queries.curricula import get_curriculum, visible_bundles, visible_curricula
from mythos.market.queries.teaching import get_certificate, teaching_progress
from mythos.market.services.bundles import create_bundle
from mythos.market.services.composing import Part, create_curriculum
from mythos.market.services.exporting import export_curriculum, reveal_cases
from mythos.market.services.figures import refresh_figures
from mythos.market.services.teaching import enroll_assistant, try_part
from mythos.work.services import run_due


@click.group("curriculum")
def group() -> None:
    """Curricula: rituals in order with pass marks; teach assistants by them, sign and export them."""


@group.command("list")
@swarm_option
@json_option
def list_curricula(swarm_slug: str, as_json: bool) -> int:
    """Curricula of the swarm with their figures."""
    prepare()
    rows = visible_curricula(SYSTEM, chosen_swarm(swarm_slug))
    data = [_summary(row) for row in rows]
    if as_json:
        print_json({"curricula": data})
        return 0
    for row in data:
        version = row["version"] or "not exported"
        click.echo(f"{row['slug']}  {version}  {row['title']}  adoption {row['adoption_rate']:.0%}")
    return 0


@group.command("tags")
@swarm_option
@json_option
def list_tags(swarm_slug: str, as_json: bool) -> int:
    """Ritual tag bundles of the swarm."""
    prepare()
    rows = visible_bundles(SYSTEM, chosen_swarm(swarm_slug)).prefetch_related("rituals")
    data = [
        {
            "slug": row.slug,
            "tag_name": row.tag_name,
            "rituals": sorted(ritual.slug for ritual in row.rituals.all()),
            "codex_clauses": row.codex_clauses,
            "adoption_metric": row.adoption_metric,
        }
        for row in rows
    ]
    if as_json:
        print_json({"bundles": data})
        return 0
    for bundle in data:
        clauses = ", ".join(clause["ref"] for clause in bundle["codex_clauses"]) or "no clause"
        click.echo(f"{bundle['tag_name']}  {', '.join(bundle['rituals'])}  probes {clauses}")
    return 0


@group.command("tag")
@click.argument("slug")
@click.option("--name", default="", help="Default: the slug.")
@click.option("--ritual", "rituals", multiple=True, required=True, help="May be given several times.")
@swarm_option
@json_option
def tag(slug: str, name: str, rituals: tuple[str, ...], swarm_slug: str, as_json: bool) -> int:
    """Put rituals under a tag; the clauses are those their cases are about."""
    prepare()
    made = create_bundle(
        actor=SYSTEM, swarm=chosen_swarm(swarm_slug), slug=slug, tag_name=name or slug, rituals=rituals
    )
    if as_json:
        print_json({"id": made.pk, "slug": made.slug, "codex_clauses": made.codex_clauses})
    else:
        click.echo(f"{made.tag_name}: {made.rituals.count()} rituals, {len(made.codex_clauses)} clauses")
    return 0


@group.command("new")
@click.argument("slug")
@click.option("--title", default="", help="Default: the slug.")
@click.option("--curator", required=True, help="Slug of the assistant that answers for it.")
@click.option("--part", "parts", multiple=True, required=True, help="RITUAL[=PASS MARK], in order, as in tone=0.9.")
@click.option("--tag", "bundle", default="", help="Ritual tag all parts are under.")
@click.option("--license", "license_", default="LicenseRef-None", help="An SPDX expression.")
@swarm_option
@json_option
def new(
    slug: str,
    title: str,
    curator: str,
    parts: tuple[str, ...],
    bundle: str,
    license_: str,
    swarm_slug: str,
    as_json: bool,
) -> int:
    """Put rituals in order; each part opens when the one before it is passed."""
    prepare()
    given = []
    for number, text in enumerate(parts, start=1):
        ritual, _, mark = text.partition("=")
        given.append(Part(ritual, _share(mark), (number - 1,) if number > 1 else (), bundle))
    made = create_curriculum(
        actor=SYSTEM,
        swarm=chosen_swarm(swarm_slug),
        slug=slug,
        title=title or slug,
        curator=curator,
        license=license_,
        parts=given,
    )
    return _said(made, as_json)


@group.command("export")
@click.argument("slug")
@click.option("--version", default="", help="Default: the next number, from what changed.")
@click.option("--sign", "key", default="", help="Default: the newest key of the swarm.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Default: SLUG-VERSION.json.")
@swarm_option
@json_option
def export(slug: str, version: str, key: str, output: Path | None, swarm_slug: str, as_json: bool) -> int:
    """Sign the next version and write it as a file; held-out cases go along as hashes only."""
    prepare()
    row = get_curriculum(SYSTEM, slug, chosen_swarm(swarm_slug))
    made = export_curriculum(actor=SYSTEM, curriculum_id=row.pk, version=version, key=key)
    document = PromptCurriculumVault.objects.values_list("exported_json", flat=True).get(pk=made.pk)
    path = output or Path(f"{made.slug}-{made.version}.json")
    path.write_bytes(pack(document, made.signature))
    return _said(made, as_json, str(path))


@group.command("reveal")
@click.argument("slug")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Default: SLUG-reveal.json.")
@swarm_option
def reveal(slug: str, output: Path | None, swarm_slug: str) -> int:
    """Write the sealed cases with their salts, for those who have a copy elsewhere."""
    prepare()
    row = get_curriculum(SYSTEM, slug, chosen_swarm(swarm_slug))
    document, signature = reveal_cases(actor=SYSTEM, curriculum_id=row.pk)
    path = output or Path(f"{row.slug}-reveal.json")
    path.write_bytes(pack(document, signature))
    click.echo(f"{path}: {sum(len(ritual['cases']) for ritual in document['rituals'])} cases")
    return 0


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> int:
    """Check a curriculum, certificate, reveal or market file against its schema and signature."""
    prepare()
    document, signature = unpack(_kind(file), file.read_bytes(), file.name)
    if as_json:
        print_json({"format": document["format"], "signer": signature["signer"], "key": signature["fingerprint"]})
    else:
        click.echo(f"{document['format']}, signed by {signature['signer']} with {signature['fingerprint']}")
    return 0


@group.command("teach")
@click.argument("slug")
@click.argument("assistant")
@click.option("--prompt", default="", help="What it speaks from; default: its deployed text.")
@click.option("--provider", default="scripted")
@click.option("--model", default="")
@click.option("--wait", is_flag=True, help="Do the runs now, in this process.")
@swarm_option
@json_option
def teach(
    slug: str, assistant: str, prompt: str, provider: str, model: str, wait: bool, swarm_slug: str, as_json: bool
) -> int:
    """Assign a curriculum to an assistant; 1 when a part was not passed."""
    prepare()
    row = get_curriculum(SYSTEM, slug, chosen_swarm(swarm_slug))
    made = enroll_assistant(
        actor=SYSTEM, curriculum_id=row.pk, assistant=assistant, prompt=prompt, provider=provider, model=model
    )
    return _progress(made.pk, wait, as_json)


@group.command("try")
@click.argument("enrollment", type=int)
@click.argument("position", type=int)
@click.option("--wait", is_flag=True, help="Do the runs now, in this process.")
@json_option
def try_one(enrollment: int, position: int, wait: bool, as_json: bool) -> int:
    """Try one part again; 1 when a part was not passed."""
    prepare()
    try_part(actor=SYSTEM, enrollment_id=enrollment, position=position)
    return _progress(enrollment, wait, as_json)


@group.command("certificate")
@click.argument("serial")
def certificate(serial: str) -> int:
    """Print a certificate with its signature, as a file others can verify."""
    prepare()
    found = get_certificate(SYSTEM, serial)
    click.echo(pack(found.record, found.signature), nl=False)  # a newline more would break its canonical form
    return 0


@group.command("refresh")
@swarm_option
def refresh(swarm_slug: str) -> int:
    """Count adopters, gains and ratings again."""
    prepare()
    for lineage in visible_curricula(SYSTEM, chosen_swarm(swarm_slug)).values_list("lineage", flat=True):
        refresh_figures(lineage=lineage)
    return 0


def _progress(enrollment_id: int, wait: bool, as_json: bool) -> int:
    if wait:
        while run_due():
            pass
    found: Progress = teaching_progress(SYSTEM, enrollment_id)
    serial = getattr(getattr(found.enrollment, "certificate", None), "serial", "")
    rows = [{"position": p.part.position, "state": p.state, "before": p.before, "after": p.after} for p in found.parts]
    if as_json:
        print_json({"enrollment": enrollment_id, "parts": rows, "certificate": serial})
    else:
        for item in found.parts:
            score = "" if item.after is None else f"  {item.after:.0%} of {item.part.pass_mark:.0%}"
            click.echo(f"{item.part.position}  {item.state}{score}  {item.part.ritual.title}")
        if serial:
            click.echo(f"certificate  {serial}")
    return 1 if any(item.state == "not passed" for item in found.parts) else 0


def _summary(row: PromptCurriculumVault) -> dict[str, Any]:
    figures = getattr(row, "figures", None)
    return {
        "id": row.pk,
        "slug": row.slug,
        "title": row.curriculum_title,
        "version": row.version,
        "license": row.license,
        "sha256": row.sha256,
        "adoption_rate": row.adoption_rate,
        "adopters": figures.adopters if figures else 0,
        "gain": figures.gain if figures else None,
        "rating": figures.rating if figures else None,
    }


def _said(row: PromptCurriculumVault, as_json: bool, path: str = "") -> int:
    if as_json:
        print_json(_summary(row) | ({"file": path} if path else {}))
    else:
        click.echo(f"{row.slug} {row.version}".strip() + (f": {path}" if path else ""))
    return 0


def _share(text: str) -> float:
    try:
        return float(text or 0.8)
    except ValueError as error:
        raise Invalid("The parts cannot stand.", fields={"parts": f"{text[:20]!r} is not a share."}) from error


def _kind(file: Path) -> Kind:
    """By the format the document names; the schema then decides."""
    known: dict[str, Kind] = {
        "mythos-curriculum": "curriculum",
        "mythos-reveal": "reveal",
        "mythos-certificate": "certificate",
        "mythos-market": "market",
    }
    try:
        said = json.loads(file.read_bytes())["document"]["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{file.name} holds no signed document.") from error
    if said not in known:
        raise Invalid(f"{file.name} holds a {str(said)[:40]!r}, which is none of ours.")
    return known[said]
