"""Questions about packages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.queries import swarms_of
from mythos.codex.models import CodexContract, ContractClause
from mythos.errors import NotFound
from mythos.formats.bundle import Bundle, read_bundle
from mythos.packages.models import (
    InstalledPackage,
    PackageArrival,
    PackageExport,
    PromptPackage,
    SigningKey,
    TrustedSigner,
)
from mythos.prompts.models import Prompt
from mythos.prompts.queries import visible_prompts
from mythos.rituals.models import Ritual

GROUPINGS = {"ritual": "Ritual type", "tone": "Tone", "codex": "Codex tag"}
WITHOUT = {"ritual": "no ritual", "tone": "no tone", "codex": "no contract"}


def visible_packages(actor: Actor, swarm: Swarm | None = None) -> QuerySet[PromptPackage]:
    """Packages of the actor's swarms, with the number of their prompts."""
    found = PromptPackage.objects.filter(swarm__in=swarms_of(actor))
    found = found.filter(swarm=swarm) if swarm else found
    live = Count("prompts", filter=Q(prompts__deleted_at=None))
    return found.select_related("swarm").annotate(prompt_count=live)


def get_package(actor: Actor, key: int | str, swarm: Swarm | None = None) -> PromptPackage:
    """One package by number or slug, or NotFound."""
    found = visible_packages(actor, swarm)
    package = found.filter(pk=key).first() if isinstance(key, int) else found.filter(slug=key).first()
    if package is None:
        raise NotFound(f"There is no package {key!r}.", fields={"package": "Unknown package."})
    return package


def exports_of(package: PromptPackage) -> QuerySet[PackageExport]:
    """What went out, newest first, without the bytes."""
    return PackageExport.objects.filter(package=package).defer("archive").select_related("package")


def get_export(actor: Actor, export_id: int) -> PackageExport:
    """One export with its bytes, or NotFound."""
    found = PackageExport.objects.filter(package__swarm__in=swarms_of(actor), pk=export_id)
    export = found.select_related("package__swarm").first()
    if export is None:
        raise NotFound(f"There is no export {export_id}.")
    return export


def newest_export(package: PromptPackage) -> Bundle | None:
    """The package as it went out last, or None."""
    last = PackageExport.objects.filter(package=package).order_by("-id").first()
    return read_bundle(bytes(last.archive)) if last else None


def visible_keys(actor: Actor, swarm: Swarm) -> QuerySet[SigningKey]:
    """Keys of a swarm, in the order they were made."""
    return SigningKey.objects.filter(swarm=swarm, swarm__in=swarms_of(actor))


def visible_signers(actor: Actor, swarm: Swarm) -> QuerySet[TrustedSigner]:
    """Signers a swarm knows."""
    return TrustedSigner.objects.filter(swarm=swarm, swarm__in=swarms_of(actor))


def visible_installed(actor: Actor, swarm: Swarm | None = None) -> QuerySet[InstalledPackage]:
    """Packages from elsewhere that are here."""
    found = InstalledPackage.objects.filter(swarm__in=swarms_of(actor))
    return found.filter(swarm=swarm) if swarm else found


def get_arrival(actor: Actor, arrival_id: int) -> PackageArrival:
    """A package that waits for a decision, or NotFound."""
    found = PackageArrival.objects.filter(swarm__in=swarms_of(actor), pk=arrival_id).select_related("swarm").first()
    if found is None:
        raise NotFound("This package is no longer waiting.", hint="Send it in again.")
    return found


def get_installed(actor: Actor, swarm: Swarm, slug: str) -> InstalledPackage:
    """One installed package, or NotFound."""
    found = visible_installed(actor, swarm).filter(slug=slug).first()
    if found is None:
        raise NotFound(f"The package {slug} is not installed.", fields={"package": "Not installed."})
    return found


@dataclass
class Group:
    """Prompts that share a ritual type, a tone or a codex tag."""

    name: str
    prompts: list[Prompt] = field(default_factory=list)


def grouped_prompts(actor: Actor, swarm: Swarm, by: str, *, q: str = "", most: int = 1000) -> list[Group]:
    """The prompts of a swarm in groups, by name; one that has several tags stands in several groups."""
    rows = visible_prompts(actor, swarm).select_related("current").order_by("slug")
    if q:
        rows = rows.filter(Q(slug__icontains=q) | Q(title__icontains=q))
    prompts = list(rows[:most])
    names = _names(swarm, by, prompts)
    groups: dict[str, Group] = {}
    for prompt in prompts:
        for name in sorted(names.get(prompt.pk, ())) or [WITHOUT[by]]:
            groups.setdefault(name, Group(name)).prompts.append(prompt)
    return sorted(groups.values(), key=lambda group: (group.name == WITHOUT[by], group.name))


def _names(swarm: Swarm, by: str, prompts: Sequence[Prompt]) -> dict[int, set[str]]:
    names: dict[int, set[str]] = defaultdict(set)
    if by == "tone":
        for prompt in prompts:
            if prompt.current and prompt.current.tone_type:
                names[prompt.pk].add(prompt.current.tone_type)
    elif by == "ritual":
        for pk, kind in Ritual.objects.filter(swarm=swarm, prompt__isnull=False).values_list("prompt_id", "type"):
            names[pk or 0].add(kind)
    else:
        names |= codex_tags_of(swarm)
    return names


def codex_tags_of(swarm: Swarm, prompt_ids: Sequence[int] | None = None) -> dict[int, set[str]]:
    """Prompt -> the tags of the clauses its contract binds; a clause without tags counts under its codex."""
    rows = ContractClause.objects.filter(is_live=True, contract__prompt__swarm=swarm)
    rows = rows.filter(contract__status=CodexContract.Status.IN_FORCE)
    if prompt_ids is not None:
        rows = rows.filter(contract__prompt__in=prompt_ids)
    found: dict[int, set[str]] = defaultdict(set)
    for pk, tags, codex in rows.values_list("contract__prompt_id", "clause__tags", "clause__codex__slug"):
        found[pk].update(tags or [codex])
    return found


def contracts_of(prompts: Sequence[Prompt]) -> list[CodexContract]:
    """The contracts in force of these prompts."""
    rows = CodexContract.objects.filter(prompt__in=prompts, status=CodexContract.Status.IN_FORCE)
    return list(rows.select_related("prompt__current").order_by("prompt__slug"))
