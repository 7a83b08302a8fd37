"""`mythos package` and `mythos install`: prompts that travel with their proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.accounts.models import Swarm
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.installs import lock_option, read_source
from mythos.cli.output import Progress, json_option, print_json
from mythos.cli.package_reports import bundle_data, show_bundle, show_step
from mythos.cli.package_reruns import rerun, show_claims
from mythos.errors import MythosError
from mythos.formats.bundle import Contents, read_bundle
from mythos.packages.indexing import write_index
from mythos.packages.lock import write_lock
from mythos.packages.models import PromptPackage
from mythos.packages.queries import grouped_prompts, visible_installed, visible_packages
from mythos.packages.services import (
    create_package,
    delete_package,
    export_package,
    prompts_named,
    select_prompts,
    signing_key,
    uninstall_package,
    update_package,
)
from mythos.packages.versioning import next_version
from mythos.prompts.models import Prompt


@click.group("package")
def group() -> None:
    """Packages: prompts with their history, contracts, rules and results, signed."""


group.add_command(show_claims)
group.add_command(rerun)


@group.command("build")
@click.argument("slug")
@click.option("--prompt", "prompts", multiple=True, help="Put this prompt in; may be given several times.")
@click.option("--tag", "tags", multiple=True, help="Put every prompt with this codex tag in.")
@click.option("--sign", "key", default="", help="Sign with this key (see `mythos key list`).")
@click.option("--version", default="", help="Default: the next number, from what changed.")
@click.option("--license", "license_", default="", help="An SPDX expression, as in Apache-2.0.")
@click.option("--author", "authors", multiple=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Default: SLUG-VERSION.mythos.")
@swarm_option
@json_option
def build(
    slug: str,
    prompts: tuple[str, ...],
    tags: tuple[str, ...],
    key: str,
    version: str,
    license_: str,
    authors: tuple[str, ...],
    output: Path | None,
    swarm_slug: str,
    as_json: bool,
) -> int:
    """Build the package SLUG, made on first use, and write its file. Exit code 1 when a contract is breached."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    details: dict[str, Any] = {}
    if license_:
        details["license"] = license_
    if authors:
        details["authors"] = list(authors)
    tagged = {group.name: group.prompts for group in grouped_prompts(SYSTEM, swarm, "codex", most=100_000)}
    chosen = [*prompts_named(SYSTEM, swarm, prompts), *(row for tag in tags for row in tagged.get(tag, ()))]
    signer = signing_key(SYSTEM, swarm, key) if key else None
    with _filled(swarm, slug, details, chosen) as package, Progress(package.prompts.count()) as progress:
        export = export_package(
            actor=SYSTEM,
            package_id=package.pk,
            version=version,
            key=signer,
            on_progress=lambda done, total: progress.at(min(done, total), slug),
        )
    path = output or Path(f"{slug}-{export.version}.mythos")
    path.write_bytes(bytes(export.archive))
    bundle = read_bundle(bytes(export.archive))
    if as_json:
        print_json(bundle_data(bundle) | {"file": str(path), "reasons": export.reasons})
    else:
        show_bundle(bundle)
        click.echo(f"Written to {path}.")
    return 0


@contextmanager
def _filled(swarm: Swarm, slug: str, details: dict[str, Any], chosen: Sequence[Prompt]) -> Iterator[PromptPackage]:
    """The package with these prompts in it; when its export is refused, all is as it was before."""
    before = visible_packages(SYSTEM, swarm).filter(slug=slug).first()
    if before is None:
        package = create_package(actor=SYSTEM, swarm=swarm, slug=slug, prompts=chosen, **details)
        added: list[Prompt] = []
    else:
        held = set(before.prompts.all())
        added = [prompt for prompt in chosen if prompt not in held]
        update_package(actor=SYSTEM, package_id=before.pk, **details)
        package = select_prompts(actor=SYSTEM, package_id=before.pk, add=added)
    try:
        yield package
    except MythosError:
        if before is None:
            delete_package(actor=SYSTEM, package_id=package.pk)
        else:
            select_prompts(actor=SYSTEM, package_id=before.pk, remove=added)
            update_package(actor=SYSTEM, package_id=before.pk, **{name: getattr(before, name) for name in details})
        raise


@group.command("verify")
@click.argument("source")
@json_option
def verify(source: str, as_json: bool) -> int:
    """Check every entry, hash and the signature of the package at SOURCE (a path or an address)."""
    bundle = read_bundle(read_source(source))
    if as_json:
        print_json(bundle_data(bundle))
    else:
        show_bundle(bundle)
    return 0


@group.command("diff")
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@json_option
def diff(old: Path, new: Path, as_json: bool) -> int:
    """Say what changed from the package OLD to NEW, and which number that asks for."""
    before, after = read_bundle(old.read_bytes()), read_bundle(new.read_bytes())
    contents = Contents(
        list(after.prompts()),
        list(after.contracts()),
        list(after.codices()),
        list(after.roles()),
        list(after.rituals()),
    )
    found = next_version(before, contents)
    if as_json:
        print_json({"old": before.about.version, "new": after.about.version, "next": found.version,
                    "reasons": [vars(reason) for reason in found.reasons]})  # fmt: skip
        return 0
    for reason in found.reasons:
        show_step(reason)
    click.echo(f"{before.about.version} asks for {found.version}; it is {after.about.version}.")
    return 0


@group.command("list")
@swarm_option
@json_option
def list_packages(swarm_slug: str, as_json: bool) -> int:
    """Packages made here, and packages installed here."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    made: list[dict[str, Any]] = [
        {
            "slug": row.slug,
            "prompts": row.prompts.count(),
            "versions": [export.version for export in row.exports.defer("archive")],
        }
        for row in visible_packages(SYSTEM, swarm)
    ]
    here: list[dict[str, Any]] = [
        {"slug": row.slug, "version": row.version, "signer": row.signer_name, "source": row.source}
        for row in visible_installed(SYSTEM, swarm)
    ]
    if as_json:
        print_json({"packages": made, "installed": here})
        return 0
    for row in made:
        newest = row["versions"][0] if row["versions"] else "never exported"
        click.echo(f"made       {row['slug']:30} {row['prompts']:>5} prompts  {newest}")
    for row in here:
        click.echo(f"installed  {row['slug']:30} {row['version']:>13}  {row['signer'] or 'unsigned'}")
    return 0


@group.command("uninstall")
@click.argument("slug")
@swarm_option
@lock_option
@json_option
def uninstall(slug: str, swarm_slug: str, lock: Path | None, as_json: bool) -> int:
    """Take an installed package out: prompts nobody changed go to the trash, the others stay."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    done = uninstall_package(actor=SYSTEM, swarm=swarm, slug=slug)
    if lock:
        lock.write_text(write_lock(SYSTEM, swarm), encoding="utf-8")
    if as_json:
        print_json({"trashed": done.trashed, "kept": dict(done.kept), "left": done.left})
        return 0
    click.echo(f"{len(done.trashed)} prompts are in the trash.")
    for name, why in done.kept:
        click.echo(f"{name} stays: {why}")
    for kind, names in done.left.items():
        click.echo(f"{len(names)} {kind} stay: {', '.join(names[:10])}")
    return 0


@group.command("lock")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@swarm_option
def lock_file(file: Path | None, swarm_slug: str) -> int:
    """Write mythos.lock (default: to stdout): which packages are installed, to the byte."""
    prepare()
    text = write_lock(SYSTEM, chosen_swarm(swarm_slug))
    if file:
        file.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    return 0


@group.command("index")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="", help="Default: the name of the swarm.")
@swarm_option
@json_option
def index(folder: Path, title: str, swarm_slug: str, as_json: bool) -> int:
    """Write every signed export to FOLDER with an index and pages, for any web server to host."""
    prepare()
    written = write_index(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), folder=folder, title=title)
    if as_json:
        print_json({"written": written})
    else:
        click.echo(f"{len(written)} files written to {folder}.")
    return 0
