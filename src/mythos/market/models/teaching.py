"""An assistant taught by a curriculum: its attempts at the parts, and what it is certified."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import User
from mythos.assistants.models import Assistant
from mythos.market.models.curricula import CurriculumPart, PromptCurriculumVault
from mythos.prompts.models import Prompt
from mythos.rituals.models import RitualRun


class Enrollment(models.Model):
    """One assistant on one curriculum, with the model it answers by."""

    class State(models.TextChoices):
        ACTIVE = "active", "under way"
        COMPLETED = "completed"
        LEFT = "left"

    curriculum = models.ForeignKey(PromptCurriculumVault, on_delete=models.CASCADE, related_name="enrollments")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="enrollments")
    prompt = models.ForeignKey(
        Prompt,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="What it speaks from while it is taught; empty: its newest deployed text.",
    )
    provider = models.CharField(max_length=80)
    model = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ACTIVE)
    score_before = models.FloatField(null=True, blank=True, help_text="Mean of the first attempt at every part.")
    score_after = models.FloatField(null=True, blank=True, help_text="Mean of the last attempt at every part.")
    problem = models.TextField(blank=True, help_text="Why the next part could not be tried; or empty.")
    note = models.TextField(blank=True, help_text="What the people who taught say of it.")
    enrolled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    enrolled_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum", "assistant"], condition=~models.Q(state="left"), name="enrolled_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assistant_id} on {self.curriculum_id}"


class PartAttempt(models.Model):
    """One attempt of an assistant at one part: a run over the practice cases, or over the sealed ones."""

    class Kind(models.TextChoices):
        PRACTICE = "practice"
        SEALED = "sealed"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="attempts")
    part = models.ForeignKey(CurriculumPart, on_delete=models.CASCADE, related_name="attempts")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PRACTICE)
    run = models.ForeignKey(RitualRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    text_sha256 = models.CharField(max_length=64, help_text="Of the text the assistant spoke from.")
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    cases = models.PositiveIntegerField(default=0)
    score = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["part", "enrollment", "-id"], name="attempt_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "part", "kind"],
                condition=models.Q(state="running"),
                name="attempt_one_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} at {self.part_id}"


class Certificate(models.Model):
    """The signed record that an assistant passed every part of a curriculum."""

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="certificate")
    serial = models.CharField(max_length=32, unique=True)
    record = models.JSONField()
    sha256 = models.CharField(max_length=64)
    signature = models.JSONField(default=dict, help_text="{algorithm, public_key, fingerprint, name, value}; or empty.")
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.serial
