"""What is still to be done: one row a job, with a lease and a fencing token."""

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One piece of background work; the row is the truth, an engine only delivers its id."""

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    swarm_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    token = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    woken_at = models.DateTimeField(null=True, blank=True, help_text="When a queue was last told of it.")
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_note = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["not_before", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(state="pending"), name="job_pending_once"
            )
        ]
        indexes = [
            models.Index(fields=["state", "not_before", "id"], name="job_due"),
            models.Index(fields=["state", "lease_until"], name="job_expired"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ProviderRate(models.Model):
    """When the next call of a provider may start, for every process that shares this database (seconds since 1970)."""

    provider = models.CharField(max_length=80, unique=True)
    next_call = models.FloatField(default=0.0)
    next_token = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.provider
