"""The one place where a swarm that may have a curriculum gets its copy, and later its newer versions."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.accounts.queries import swarms_of
from mythos.errors import Invalid, NotFound
from mythos.market.models import CurriculumLicense, PromptCurriculumVault
from mythos.market.services.copying import copy_curriculum
from mythos.market.signals import curriculum_updated


def deliver(*, actor: Actor, swarm: Swarm, curriculum: PromptCurriculumVault) -> PromptCurriculumVault:
    """Copy a curriculum into a swarm, in the caller's transaction: both the payment and the copy, or neither."""
    return copy_curriculum(actor=actor, swarm=swarm, source=curriculum)


def take_update(*, actor: Actor, license_id: int) -> CurriculumLicense:
    """Bring the copy that goes with a licence up to the seller's newest export; the origin stays."""
    rows = CurriculumLicense.objects.filter(swarm__in=swarms_of(actor), pk=license_id)
    with transaction.atomic():
        held = rows.select_for_update(no_key=True, of=("self",)).select_related("swarm", "curriculum").first()
        if held is None:
            raise NotFound(f"There is no licence {license_id} of yours.")
        require(actor, "market.trade", held)
        if held.curriculum is None:
            raise Invalid(f"{held.title} is no longer there.", hint="What you have stays yours.")
        if held.version == held.curriculum.version and held.copy_id:
            return held
        held.copy = deliver(actor=actor, swarm=held.swarm, curriculum=held.curriculum)
        held.version, held.updated_at = held.curriculum.version, timezone.now()
        held.save(update_fields=["copy", "version", "updated_at"])
        transaction.on_commit(partial(curriculum_updated.send_robust, CurriculumLicense, license_id=held.pk))
    return held
