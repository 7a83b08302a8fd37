"""Who is told what happened, and every message sent to them."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User


class WebhookEndpoint(models.Model):
    """An address of another program that is told what happens in a swarm."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list, help_text="Types of events; empty: all.")
    # A secret is made of its salt and the server's own key (see signing.py): the database alone cannot sign.
    salt = models.CharField(max_length=64)
    previous_salt = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    is_enabled = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    # Consecutive attempts that met no answer at all, and until when nothing is tried because of them.
    unreachable = models.PositiveIntegerField(default=0)
    rest_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url

    def wants(self, event: str) -> bool:
        """Whether it asked for this type of event."""
        return self.is_enabled and (not self.events or event in self.events)


class WebhookDelivery(models.Model):
    """One message for one endpoint, and how each attempt to deliver it went."""

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up", "given up"

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60)
    event = models.CharField(max_length=60)
    lane = models.CharField(max_length=80, help_text="What it is about; messages of a lane go out one after another.")
    payload = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.JSONField(default=list, help_text="{at, status, ms, error} of each.")
    response = models.TextField(blank=True)
    next_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    replay_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replays")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_recent"),
            models.Index(fields=["endpoint", "lane", "id"], condition=models.Q(state="pending"), name="delivery_next"),
            models.Index(fields=["finished_at"], name="delivery_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def last(self) -> dict[str, object]:
        """The last attempt; empty before the first."""
        return self.attempts[-1] if self.attempts else {}
