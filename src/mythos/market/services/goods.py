"""What a side of a trade may put on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mythos.accounts.models import Swarm
from mythos.errors import Invalid
from mythos.market.licensing import allows_selling_on
from mythos.market.models import BarterItem, BarterOffer, Listing, PromptCurriculumVault
from mythos.market.services.ledger import MOST_CREDITS
from mythos.market.services.taking import has_curriculum

MOST_ITEMS = 20


@dataclass(frozen=True)
class Side:
    """What one swarm gives."""

    swarm: Swarm
    credits: int
    curricula: tuple[PromptCurriculumVault, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it gives nothing."""
        return not self.credits and not self.curricula


def checked_side(
    offer: BarterOffer, swarm: Swarm, credits: int, curriculum_ids: Sequence[int], *, is_author: bool
) -> Side:
    """What a swarm gives, or Invalid: it has to be its own, allowed to travel, and new to who gets it.

    Somebody else's curriculum can be asked for when it is listed for trades, or has been on the table before.
    """
    field = "given" if is_author else "wanted"
    if not 0 <= credits <= MOST_CREDITS:
        name = "credits_given" if is_author else "credits_wanted"
        raise Invalid("The offer cannot be made.", fields={name: f"A whole number from 0 to {MOST_CREDITS:,}."})
    ids = tuple(dict.fromkeys(curriculum_ids))
    if len(ids) > MOST_ITEMS:
        raise Invalid("The offer cannot be made.", fields={field: f"At most {MOST_ITEMS} curricula a side."})
    rows = {row.pk: row for row in PromptCurriculumVault.objects.filter(pk__in=ids, swarm=swarm)}
    known = set(rows) if is_author else _to_be_asked_for(offer, swarm, ids)
    missing = [pk for pk in ids if pk not in rows or pk not in known]
    if missing:
        raise Invalid("The offer cannot be made.", fields={field: f"{swarm} has no curriculum {missing[0]} to trade."})
    receiver = offer.partner if swarm.pk == offer.proposer_id else offer.proposer
    for row in rows.values():
        _refuse(row, receiver, field)
    return Side(swarm, credits, tuple(rows[pk] for pk in ids))


def _to_be_asked_for(offer: BarterOffer, swarm: Swarm, ids: Sequence[int]) -> set[int]:
    listed = Listing.objects.filter(curriculum__in=ids, swarm=swarm, is_open=True, takes_barter=True)
    known = set(listed.values_list("curriculum_id", flat=True))
    if offer.pk:
        shown = offer.items.filter(giver=swarm, curriculum__in=ids)
        known |= {pk for pk in shown.values_list("curriculum_id", flat=True) if pk}
    return known


def _refuse(curriculum: PromptCurriculumVault, receiver: Swarm, field: str) -> None:
    problem = ""
    if not curriculum.version:
        problem = f"{curriculum} was never exported."
    elif (curriculum.cloned_from_id or curriculum.origin) and not allows_selling_on(curriculum.license):
        problem = f"{curriculum} is a copy, and {curriculum.license} does not let it be traded on."
    elif has_curriculum(receiver, curriculum):
        problem = f"{receiver} already has {curriculum}."
    if problem:
        raise Invalid("The offer cannot be made.", fields={field: problem})


def put_on_table(offer: BarterOffer, sides: Sequence[Side]) -> None:
    """Write what both sides give under the standing number."""
    BarterItem.objects.bulk_create(
        BarterItem(offer=offer, number=offer.number, giver=side.swarm, curriculum=row, title=row.curriculum_title)
        for side in sides
        for row in side.curricula
    )


def items_of(offer: BarterOffer) -> list[BarterItem]:
    """What is on the table now."""
    rows = BarterItem.objects.filter(offer=offer, number=offer.number)
    return list(rows.select_related("curriculum__swarm").order_by("curriculum_id"))
