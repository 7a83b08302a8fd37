"""Text with a history: prompts, their checkpoints, mutations and labels."""

from typing import Any

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.assistants.models import Assistant


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses to change or delete rows that are history."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is history: it cannot be updated.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} is history: it cannot be deleted.")


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(f"{type(self).__name__} is history: it cannot be saved twice.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} is history: it cannot be deleted.")


class Source(models.TextChoices):
    """The road a change came by."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    MCP = "mcp"
    IMPORT = "import"
    TRAINING = "training"
    MENTOR = "mentor"
    RESTORE = "restore"


class Prompt(models.Model):
    """One prompt of a swarm; its text lives in checkpoints."""

    class Kind(models.TextChoices):
        SYSTEM = "system"
        USER = "user"
        TOOL = "tool"
        FRAGMENT = "fragment"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="prompts")
    slug = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SYSTEM)
    tags = models.JSONField(default=list, blank=True)
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.SET_NULL, related_name="prompts")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="forks")
    current = models.ForeignKey("PromptCheckpoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="prompt_slug_once")]
        indexes = [models.Index(fields=["swarm", "-updated_at", "-id"], name="prompt_recent")]

    def __str__(self) -> str:
        return self.slug


class PromptCheckpoint(AppendOnly):
    """An immutable snapshot of a prompt."""

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="checkpoints")
    version = models.IntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    token_count = models.IntegerField()
    encoding = models.CharField(max_length=40, default="o200k_base")
    tone_type = models.CharField(max_length=50)
    tone_scores = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    traits = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    derived_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["prompt", "version"], name="checkpoint_version_once")]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="checkpoint_recent"),
            models.Index(fields=["token_count", "id"], name="checkpoint_tokens"),
            models.Index(fields=["tone_type", "id"], name="checkpoint_tone"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt.slug} v{self.version}"


class PromptMutationLog(AppendOnly):
    """One step from a text to the next, in place or by fork."""

    class Result(models.TextChoices):
        KEPT = "kept"
        ON_TRIAL = "on_trial"
        REJECTED = "rejected"

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="mutation_logs")
    parent_prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="mutations")
    from_checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="+")
    to_checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="mutations")
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.SET_NULL, related_name="mutations")
    symbolic_tags = models.JSONField(default=list)
    trait_delta = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    verdict = models.CharField(max_length=12, blank=True)
    result = models.CharField(max_length=10, choices=Result, default=Result.KEPT)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    reason = models.TextField(blank=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["to_checkpoint"], name="mutation_once_per_checkpoint")]
        indexes = [models.Index(fields=["-created_at", "-id"], name="mutation_recent")]

    def __str__(self) -> str:
        return f"{self.from_checkpoint} → v{self.to_checkpoint.version}"


class PromptLabel(models.Model):
    """A movable pointer from a prompt to one of its checkpoints."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=60)
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="labels")
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["prompt", "name"], name="label_once")]

    def __str__(self) -> str:
        return self.name


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
        constraints = [
            models.UniqueConstraint(
                fields=["prompt", "name"], condition=models.Q(status="pending"), name="label_request_one_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.prompt_id} to {self.checkpoint_id}"
