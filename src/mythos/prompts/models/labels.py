"""Movable pointers to checkpoints, and who moved them."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import User
from mythos.prompts.models.history import AppendOnly, Prompt, PromptCheckpoint


class PromptLabel(models.Model):
    """A movable pointer from a prompt to one of its checkpoints."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=60)
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="labels")
    # A split: so many percent of the readers get the other checkpoint (arm b), the rest the first (arm a).
    other = models.ForeignKey(
        PromptCheckpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="split_labels"
    )
    share = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "name"], name="label_once"),
            models.CheckConstraint(
                condition=models.Q(other=None, share=0) | models.Q(other__isnull=False, share__gte=1, share__lte=99),
                name="label_split_whole",
            ),
        ]
        indexes = [models.Index(fields=["name", "checkpoint"], name="label_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def rest(self) -> int:
        """The percent of readers that get the first checkpoint."""
        return 100 - self.share


class PromptLabelMove(AppendOnly):
    """One move of a label; `to_checkpoint` is empty when the label was removed."""

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="label_moves")
    name = models.CharField(max_length=60)
    from_checkpoint = models.ForeignKey(
        PromptCheckpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_checkpoint = models.ForeignKey(
        PromptCheckpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    other_checkpoint = models.ForeignKey(
        PromptCheckpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    share = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} of {self.prompt_id}"


class LabelRequest(models.Model):
    """A move of a protected label that waits for somebody other than the author of the text."""

    class Status(models.TextChoices):
        PENDING = "pending", "waiting"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="label_requests")
    name = models.CharField(max_length=60)
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    requester_name = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decider_name = models.CharField(max_length=200, blank=True)
    decision_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["status", "prompt"], name="label_request_by_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["prompt", "name"], condition=models.Q(status="pending"), name="label_request_one_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.prompt_id} to {self.checkpoint_id}"


class PromptFeedback(models.Model):
    """What somebody, or a program, thought of one use of a text: a score from 0 to 1 (helper table)."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="feedback")
    label = models.CharField(max_length=60)
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.CASCADE, related_name="feedback")
    key = models.CharField(max_length=200, blank=True)
    score = models.FloatField()
    comment = models.TextField(blank=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(score__gte=0.0, score__lte=1.0), name="feedback_score_range")
        ]
        indexes = [models.Index(fields=["prompt", "label", "checkpoint", "-id"], name="feedback_of_label")]

    def __str__(self) -> str:
        return f"{self.score} of {self.checkpoint_id}"
