"""Credits: accounts, and transfers between them. A transfer has both sides in one row, so it always sums to zero."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.prompts.models.history import AppendOnly


class LedgerAccount(models.Model):
    """Where credits are: a swarm's wallet, what it holds for open trades, and the one account that issues them."""

    class Kind(models.TextChoices):
        WALLET = "wallet"
        HELD = "held", "held for a trade"
        ISSUANCE = "issuance"

    swarm = models.ForeignKey(
        Swarm, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_accounts", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    balance = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["swarm", "kind"], name="account_once"),
            models.UniqueConstraint(fields=["kind"], condition=models.Q(kind="issuance"), name="account_issuance_once"),
            models.CheckConstraint(
                condition=models.Q(kind="issuance", swarm__isnull=True)
                | models.Q(kind__in=["wallet", "held"], swarm__isnull=False),
                name="account_has_its_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="issuance") | models.Q(balance__gte=0), name="account_never_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.swarm_id or 'the instance'}"


class LedgerTransfer(AppendOnly):
    """Credits that went from one account to another, with both balances afterwards."""

    class Kind(models.TextChoices):
        GRANT = "grant", "granted"
        PURCHASE = "purchase", "bought"
        HOLD = "hold", "held for a trade"
        RELEASE = "release", "given back"
        BARTER = "barter", "traded"

    kind = models.CharField(max_length=8, choices=Kind)
    source = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="outgoing", db_index=False)
    target = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="incoming", db_index=False)
    amount = models.BigIntegerField()
    source_balance = models.BigIntegerField()
    target_balance = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    key = models.CharField(max_length=200, blank=True, help_text="Of the request: the same one is done once.")
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["source", "-id"], name="transfer_by_source"),
            models.Index(fields=["target", "-id"], name="transfer_by_target"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="transfer_between_two"),
            models.UniqueConstraint(
                fields=["kind", "target", "key"], condition=~models.Q(key=""), name="transfer_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
