"""Changes of rules that are only looked at until somebody accepts them."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import User
from mythos.codex.models.rules import Codex


class CodexProposal(models.Model):
    """What-if: edits of clauses, or a whole newer document, with the report of what they would do."""

    class Status(models.TextChoices):
        PENDING = "pending", "being measured"
        READY = "ready"
        FAILED = "failed"
        ACCEPTED = "accepted"
        DISCARDED = "discarded"

    codex = models.ForeignKey(Codex, on_delete=models.CASCADE, related_name="proposals")
    title = models.CharField(max_length=200)
    edits = models.JSONField(default=list)
    document = models.TextField(blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    report = models.JSONField(default=dict)
    world = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    error = models.TextField(blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decider_name = models.CharField(max_length=200, blank=True)
    decision_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title
