"""Making packages: the selection, and the export that is the same bytes for the same selection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor, actor_name, person
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.codex.models import State
from mythos.codex.queries import BLOCKED_BY
from mythos.codex.services import blocking_findings
from mythos.errors import ClauseBroken, Invalid, NotFound
from mythos.formats.bundle import About, Contents, Dependency, Seal, write_bundle
from mythos.formats.bundle.canonical import dump_json
from mythos.formats.bundle.licenses import read_license
from mythos.formats.bundle.versions import read_version
from mythos.packages.collecting import Progress, collect, needed
from mythos.packages.keys import load_key
from mythos.packages.models import PackageExport, PromptPackage, SigningKey
from mythos.packages.queries import codex_tags_of, contracts_of, get_package, newest_export, visible_keys
from mythos.packages.versioning import NextVersion, next_version
from mythos.prompts.models import Prompt
from mythos.prompts.queries import visible_prompts

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}\Z")
RESERVED = {"new", "verify", "install", "installed", "keys"}


@dataclass(frozen=True)
class Draft:
    """A package as it would go out now."""

    contents: Contents
    next: NextVersion
    codex_tags: tuple[str, ...]
    blocking: tuple[dict[str, Any], ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        held = self.contents
        return {
            "prompts": len(held.prompts),
            "checkpoints": sum(len(row.checkpoints) for row in held.prompts),
            "contracts": len(held.contracts),
            "clauses": sum(len(row.clauses) for row in held.codices),
            "roles": len(held.roles),
            "rituals": len(held.rituals),
        }

    @property
    def size(self) -> int:
        """Bytes of all entries; the archive adds some hundred for each."""
        return sum(len(dump_json(value)) for _, value in self.contents.files())


def create_package(
    *, actor: Actor, swarm: Swarm, slug: str, name: str = "", prompts: Iterable[Prompt] = (), **details: Any
) -> PromptPackage:
    """Start a package."""
    require(actor, "packages.edit", swarm)
    fields = _problems(slug=slug, name=name, **details)
    if slug in RESERVED or slug.isdigit():
        fields["slug"] = f"“{slug}” is the name of a page here; choose another."
    elif PromptPackage.objects.filter(swarm=swarm, slug=slug).exists():
        fields["slug"] = f"{slug} is taken."
    if fields:
        raise Invalid("The package cannot be made.", fields=fields)
    with transaction.atomic():
        package = PromptPackage.objects.create(
            swarm=swarm, slug=slug, name=name.strip() or slug, created_by=person(actor), **_spelled(details)
        )
        package.prompts.set(_own(swarm, prompts))
    return get_package(actor, package.pk)


def update_package(*, actor: Actor, package_id: int, **details: Any) -> PromptPackage:
    """Change what describes a package; what is left out stays."""
    package = get_package(actor, package_id)
    require(actor, "packages.edit", package.swarm)
    fields = _problems(**details)
    if fields:
        raise Invalid("The package cannot be changed.", fields=fields)
    PromptPackage.objects.filter(pk=package.pk).update(**_spelled(details), updated_at=timezone.now())
    return get_package(actor, package_id)


def select_prompts(
    *, actor: Actor, package_id: int, add: Iterable[Prompt] = (), remove: Iterable[Prompt] = ()
) -> PromptPackage:
    """Put prompts into a package or take them out."""
    package = get_package(actor, package_id)
    require(actor, "packages.edit", package.swarm)
    with transaction.atomic():
        package.prompts.remove(*remove)
        package.prompts.add(*_own(package.swarm, add))
        PromptPackage.objects.filter(pk=package.pk).update(updated_at=timezone.now())
    return get_package(actor, package_id)


def delete_package(*, actor: Actor, package_id: int) -> None:
    """Remove a package that never went out."""
    package = get_package(actor, package_id)
    require(actor, "packages.edit", package.swarm)
    if package.exports.exists():
        raise Invalid(f"{package.slug} has been exported; others may have it, so its record stays.")
    package.delete()


def draft_of(*, actor: Actor, package_id: int, on_progress: Progress | None = None) -> Draft:
    """What would go out, which number comes next, and which promises forbid it."""
    package = get_package(actor, package_id)
    chosen = package.prompts.select_related("current", "parent")
    prompts = needed(package.swarm, chosen)
    contents = collect(package.swarm, prompts, on_progress)
    tags = codex_tags_of(package.swarm, [prompt.pk for prompt in prompts])
    return Draft(
        contents,
        next_version(newest_export(package), contents),
        tuple(sorted(set().union(*tags.values()))) if tags else (),
        tuple(_blocking(prompts)),
    )


def _blocking(prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """Promises that are not kept; contracts whose stored state is settled on today's text are not asked again."""
    asked = []
    for contract in contracts_of(prompts):
        settled = contract.checked_checkpoint_id == contract.prompt.current_id and contract.state == State.KEPT
        if BLOCKED_BY[contract.type] and not settled and contract.prompt.current is not None:
            asked.append(contract.prompt.current)
    return blocking_findings(asked)


def export_package(
    *,
    actor: Actor,
    package_id: int,
    version: str = "",
    key: SigningKey | None = None,
    on_progress: Progress | None = None,
) -> PackageExport:
    """Write a version of the package, signed when a key is given; the same once more gives the same export.

    A contract that is breached forbids it: ClauseBroken lists every promise in the way.
    """
    package = get_package(actor, package_id)
    require(actor, "packages.export", package.swarm)
    draft = draft_of(actor=actor, package_id=package_id, on_progress=on_progress)
    if not draft.contents.prompts:
        raise Invalid("The package is empty.", fields={"prompts": "Choose at least one prompt."})
    if draft.blocking:
        raise _refused(package, draft.blocking)
    last = PackageExport.objects.filter(package=package).order_by("-id").first()
    about = _about(package, draft, version or _number(draft, last, key))
    seal = Seal(load_key(key.fingerprint), key.name) if key else None
    if key is not None and key.revoked_at is not None:
        raise Invalid(f"The key {key.name} is revoked.", fields={"key": "Revoked."})
    bundle = write_bundle(about, draft.contents, seal)
    if last is not None and last.sha256 == bundle.sha256:
        return last
    if last is not None and not read_version(last.version) < read_version(about.version):
        raise Invalid(
            f"The version {about.version} does not come after {last.version}.",
            hint=f"What changed asks for {_after(last, draft)}.",
            fields={"version": f"It must come after {last.version}."},
        )
    with transaction.atomic():
        tags = list(dict.fromkeys([*package.tags, *draft.codex_tags]))
        PromptPackage.objects.filter(pk=package.pk).update(exported=True, tags=tags)
        return PackageExport.objects.create(
            package=package,
            version=about.version,
            sha256=bundle.sha256,
            size=len(bundle.data),
            archive=bundle.data,
            fingerprint=key.fingerprint if key else "",
            signer_name=key.name if key else "",
            codex_tags=list(draft.codex_tags),
            counts=draft.counts,
            reasons=[vars(reason) for reason in draft.next.reasons[:200]],
            created_by=person(actor),
            created_by_name=actor_name(actor),
        )


def _number(draft: Draft, last: PackageExport | None, key: SigningKey | None) -> str:
    """The next version; the last one when nothing changed, not even who signs."""
    same_seal = last is not None and last.fingerprint == (key.fingerprint if key else "")
    return last.version if last and same_seal and not draft.next.reasons else _after(last, draft)


def _after(last: PackageExport | None, draft: Draft) -> str:
    if draft.next.reasons or last is None:
        return draft.next.version
    return str(read_version(last.version).after("patch"))


def _about(package: PromptPackage, draft: Draft, version: str) -> About:
    return About(
        name=package.slug,
        title=package.name,
        version=str(read_version(version)),
        description=package.description,
        license=package.license,
        authors=list(package.authors),
        attribution=package.attribution,
        tags=sorted({*package.tags, *draft.codex_tags}),
        codex_tags=list(draft.codex_tags),
        dependencies=[Dependency(row["name"], row["version"]) for row in package.dependencies],
    )


def _refused(package: PromptPackage, findings: Sequence[Mapping[str, Any]]) -> ClauseBroken:
    first = findings[0]
    more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
    return ClauseBroken(
        f"{package.slug} may not leave: {first['prompt']} v{first['version']}, "
        f"{first['clause'] or first['check']} is {first['state']}{more}.",
        hint="Fix the text, sign the contract again, or take the prompt out of the package.",
        data={"findings": list(findings)},
    )


def signing_key(actor: Actor, swarm: Swarm, name: str) -> SigningKey:
    """A key in use, by its name or the beginning of its fingerprint, or NotFound."""
    for key in visible_keys(actor, swarm).filter(revoked_at=None):
        if key.name == name or (len(name) >= 16 and key.fingerprint.startswith(name)):
            return key
    raise NotFound(f"There is no key {name!r}.", fields={"key": "Unknown key."}, hint="Make one: mythos key new NAME.")


def _own(swarm: Swarm, prompts: Iterable[Prompt]) -> list[Prompt]:
    found = list(prompts)
    if any(prompt.swarm_id != swarm.pk for prompt in found):
        raise Invalid("A prompt belongs to another swarm.", fields={"prompts": "Unknown prompt."})
    return found


def prompts_named(actor: Actor, swarm: Swarm, slugs: Sequence[str]) -> list[Prompt]:
    """Prompts by slug; NotFound names one that is not there."""
    found = {row.slug: row for row in visible_prompts(actor, swarm).filter(slug__in=slugs)}
    missing = [slug for slug in slugs if slug not in found]
    if missing:
        raise NotFound(f"There is no prompt {missing[0]!r}.", fields={"prompts": f"Unknown prompt {missing[0]}."})
    return [found[slug] for slug in dict.fromkeys(slugs)]


def _spelled(details: dict[str, Any]) -> dict[str, Any]:
    """The details with the licence as the list spells it."""
    return details | ({"license": read_license(details["license"])[0]} if "license" in details else {})


def _problems(**given: Any) -> dict[str, str]:
    fields: dict[str, str] = {}
    if "slug" in given and not _SLUG.match(given["slug"]):
        fields["slug"] = "Lower-case letters, digits, - and _, beginning with a letter or digit; at most 120."
    if len(given.get("name", "")) > 150:
        fields["name"] = "At most 150 characters."
    if "license" in given and (wrong := read_license(given["license"])[1]):
        fields["license"] = wrong
    for row in given.get("dependencies", ()):
        try:
            read_version(str(row.get("version", "")).removeprefix("^"))
        except Invalid:
            fields["dependencies"] = "A name and a version, as in base-tone ^1.2.0."
        if not _SLUG.match(str(row.get("name", ""))):
            fields["dependencies"] = "A name and a version, as in base-tone ^1.2.0."
    if any(len(str(tag)) > 80 for tag in given.get("tags", ())):
        fields["tags"] = "A tag has at most 80 characters."
    return fields
