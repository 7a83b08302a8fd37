"""What is offered on the market, and what came of it: listings, barter offers, licences."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm
from mythos.market.models.curricula import PromptCurriculumVault
from mythos.prompts.models.history import AppendOnly


class Listing(models.Model):
    """A curriculum on the market: what it costs, under which licence, what may be cloned, how many are left.

    The last block repeats what cards show and lists are sorted by, so that a page reads one table.
    """

    class Clonable(models.TextChoices):
        NOTHING = "nothing"
        PRACTICE = "practice", "parts and practice cases"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="listings")
    curriculum = models.OneToOneField(PromptCurriculumVault, on_delete=models.CASCADE, related_name="listing")
    price = models.PositiveBigIntegerField(null=True, blank=True, help_text="In credits; empty: not for credits.")
    takes_barter = models.BooleanField(default=False)
    clonable = models.CharField(max_length=8, choices=Clonable, default=Clonable.NOTHING)
    license = models.CharField(max_length=200, help_text="SPDX; as it was when the terms were set.")
    seats = models.PositiveIntegerField(null=True, blank=True, help_text="How many may get it; empty: any number.")
    seats_left = models.PositiveIntegerField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    listed_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    title = models.CharField(max_length=150)
    words = models.TextField(blank=True, help_text="Lower case: title, description, tags and seller, for the search.")
    adopters = models.PositiveIntegerField(default=0)
    adopters_month = models.PositiveIntegerField(default=0)
    gain = models.FloatField(default=0.0)
    rating = models.FloatField(default=0.0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seats__isnull=True, seats_left__isnull=True)
                | models.Q(seats__isnull=False, seats_left__isnull=False, seats_left__lte=models.F("seats")),
                name="listing_seats_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gt=0), name="listing_price_above_zero"
            ),
        ]
        # Only what is on the market is looked for, so the indexes hold nothing else: one an order.
        indexes = [
            models.Index(fields=["-adopters_month", "-id"], condition=models.Q(is_open=True), name="open_by_month"),
            models.Index(fields=["-gain", "-id"], condition=models.Q(is_open=True), name="open_by_gain"),
            models.Index(fields=["-rating", "-id"], condition=models.Q(is_open=True), name="open_by_rating"),
            models.Index(fields=["-id"], condition=models.Q(is_open=True), name="open_newest"),
            models.Index(fields=["price", "-id"], condition=models.Q(is_open=True), name="open_by_price"),
            models.Index(
                fields=["price", "takes_barter", "clonable"], condition=models.Q(is_open=True), name="open_ways"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sold_out(self) -> bool:
        """Whether no seat is left."""
        return self.seats_left == 0


class BarterOffer(models.Model):
    """Two swarms about a trade. What its author gives is held while it is open; accepting moves both sides or none."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    proposer = models.ForeignKey(Swarm, on_delete=models.PROTECT, related_name="offers_made")
    partner = models.ForeignKey(Swarm, on_delete=models.PROTECT, related_name="offers_received")
    listing = models.ForeignKey(Listing, null=True, blank=True, on_delete=models.SET_NULL, related_name="offers")
    author = models.ForeignKey(Swarm, on_delete=models.PROTECT, related_name="+", help_text="Of the standing terms.")
    number = models.PositiveIntegerField(default=1, help_text="Of the standing terms; a counter-offer raises it.")
    proposer_credits = models.BigIntegerField(default=0)
    partner_credits = models.BigIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    expires_at = models.DateTimeField()
    key = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(proposer=models.F("partner")), name="offer_between_two"),
            models.CheckConstraint(
                condition=models.Q(proposer_credits__gte=0, partner_credits__gte=0), name="offer_credits_not_negative"
            ),
            models.UniqueConstraint(fields=["proposer", "key"], condition=~models.Q(key=""), name="offer_key_once"),
        ]
        indexes = [
            models.Index(fields=["proposer", "state", "-id"], name="offer_by_proposer"),
            models.Index(fields=["partner", "state", "-id"], name="offer_by_partner"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"

    def credits_of(self, swarm_id: int) -> int:
        """What a side gives in credits."""
        return self.proposer_credits if swarm_id == self.proposer_id else self.partner_credits

    def other(self, swarm_id: int) -> int:
        """The side across."""
        return self.partner_id if swarm_id == self.proposer_id else self.proposer_id


class BarterItem(models.Model):
    """A curriculum that a side gives under the terms with this number; a listed one with seats holds a seat."""

    offer = models.ForeignKey(BarterOffer, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    giver = models.ForeignKey(Swarm, on_delete=models.PROTECT, related_name="+")
    curriculum = models.ForeignKey(PromptCurriculumVault, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=150)
    holds_seat = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["offer", "number", "curriculum"], name="barter_item_once")]

    def __str__(self) -> str:
        return self.title


class BarterMove(AppendOnly):
    """One move in a trade: who offered, countered or answered what, and when."""

    class Verb(models.TextChoices):
        OFFER = "offer", "offered"
        COUNTER = "counter", "countered"
        ACCEPT = "accept", "accepted"
        DECLINE = "decline", "declined"
        WITHDRAW = "withdraw", "withdrew"
        EXPIRE = "expire", "expired"

    offer = models.ForeignKey(BarterOffer, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=8, choices=Verb)
    swarm = models.ForeignKey(Swarm, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposer_credits = models.BigIntegerField()
    partner_credits = models.BigIntegerField()
    message = models.CharField(max_length=500, blank=True)
    made_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.offer_id}"


class CurriculumLicense(models.Model):
    """The right of a swarm to a curriculum, how it came by it, and its copy."""

    class How(models.TextChoices):
        BOUGHT = "bought"
        BARTERED = "bartered"
        CLONED = "cloned"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="curriculum_licenses")
    lineage = models.CharField(max_length=64)
    curriculum = models.ForeignKey(
        PromptCurriculumVault, null=True, blank=True, on_delete=models.SET_NULL, related_name="licenses"
    )
    copy = models.OneToOneField(
        PromptCurriculumVault, null=True, blank=True, on_delete=models.SET_NULL, related_name="held_license"
    )
    title = models.CharField(max_length=150)
    seller = models.ForeignKey(Swarm, null=True, blank=True, on_delete=models.SET_NULL, related_name="licenses_given")
    seller_name = models.CharField(max_length=150)
    license = models.CharField(max_length=200, help_text="SPDX, as agreed.")
    how = models.CharField(max_length=8, choices=How)
    price = models.PositiveBigIntegerField(default=0)
    offer = models.ForeignKey(BarterOffer, null=True, blank=True, on_delete=models.SET_NULL, related_name="licenses")
    version = models.CharField(max_length=60, help_text="Of the curriculum, as it was copied last.")
    key = models.CharField(max_length=200, blank=True)
    taken_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["swarm", "lineage"], name="license_once"),
            models.UniqueConstraint(fields=["swarm", "key"], condition=~models.Q(key=""), name="license_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} for {self.swarm_id}"
