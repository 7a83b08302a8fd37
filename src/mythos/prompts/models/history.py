"""Text with a history: prompts, their checkpoints and mutations."""

from collections.abc import Collection
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

    def purge(self) -> int:
        """Remove for good. Only the purge of a whole prompt may, and it leaves a mark in the chain."""
        return int(self._raw_delete(self.db))


class MutationQuerySet(AppendOnlyQuerySet):
    """The one thing of a mutation that may come later is what a comparison found."""

    def settle(self, rows: Collection["PromptMutationLog"]) -> int:
        """Fill in the findings of rows that waited for them; any other row stays as it is."""
        plain: models.QuerySet[Any] = models.QuerySet(self.model, using=self.db)
        waiting = plain.filter(pk__in=[row.pk for row in rows], compared=Compared.PENDING)
        known = set(waiting.values_list("pk", flat=True))
        told = [row for row in rows if row.pk in known]
        for row in told:
            row.compared = Compared.LATER
        plain.bulk_update(told, ["symbolic_tags", "findings", "verdict", "compared"], batch_size=100)
        return len(told)


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


class Compared(models.TextChoices):
    """When a change was compared in meaning: as it was written, not yet, or afterwards by the worker."""

    AT_ONCE = "at_once"
    PENDING = "pending"
    LATER = "later"


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
    # What other tools keep beside the text: model, parameters, inputs. Files of their formats give it back.
    metadata = models.JSONField(default=dict, blank=True)
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.SET_NULL, related_name="prompts")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="forks")
    current = models.ForeignKey("PromptCheckpoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    # Raised with everything an answer about the prompt shows, so that a kept answer knows when it is old.
    stamp = models.PositiveBigIntegerField(default=0)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="prompt_slug_once")]
        indexes = [
            models.Index(fields=["swarm", "-updated_at", "-id"], name="prompt_recent"),
            models.Index(
                fields=["swarm", "deleted_at"], condition=models.Q(deleted_at__isnull=False), name="prompt_trash"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class PromptCheckpoint(AppendOnly):
    """An immutable snapshot of a prompt."""

    # The swarm and the slug of the prompt stand here too: the grid filters and sorts a million rows without a join.
    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+", db_index=False)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="checkpoints", db_index=False)
    slug = models.CharField(max_length=160)
    version = models.IntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    token_count = models.IntegerField()
    encoding = models.CharField(max_length=40, default="o200k_base")
    tone_type = models.CharField(max_length=50)
    tone_scores = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    traits = models.JSONField(default=dict)
    trend = models.JSONField(default=list)
    message = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    derived_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["prompt", "version"], name="checkpoint_version_once")]
        # One a sortable column, each carrying what the usual filters ask for, so that a page is read from the index.
        indexes = [
            models.Index(
                fields=["swarm", "created_at", "id", "token_count", "tone_type", "prompt"], name="checkpoint_by_created"
            ),
            models.Index(
                fields=["swarm", "token_count", "id", "tone_type", "created_at", "prompt"], name="checkpoint_by_tokens"
            ),
            models.Index(
                fields=["swarm", "tone_type", "id", "token_count", "created_at", "prompt"], name="checkpoint_by_tone"
            ),
            models.Index(
                fields=["swarm", "slug", "id", "token_count", "tone_type", "created_at", "prompt"],
                name="checkpoint_by_slug",
            ),
            models.Index(
                fields=["swarm", "version", "id", "token_count", "tone_type", "created_at", "prompt"],
                name="checkpoint_by_version",
            ),
            models.Index(
                fields=["swarm", "author_name", "id", "token_count", "tone_type", "created_at", "prompt"],
                name="checkpoint_by_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt.slug} v{self.version}"


class PromptMutationLog(AppendOnly):
    """One step from a text to the next, in place or by fork."""

    class Result(models.TextChoices):
        KEPT = "kept"
        ON_TRIAL = "on_trial"
        REJECTED = "rejected"

    objects = MutationQuerySet.as_manager()  # type: ignore[misc]

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The chain of a swarm: each row carries the hash of the one before it (see prompts/chain.py).
    number = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="mutation_logs")
    parent_prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="mutations")
    from_checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="+")
    to_checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="mutations")
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.SET_NULL, related_name="mutations")
    symbolic_tags = models.JSONField(default=list)
    trait_delta = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    verdict = models.CharField(max_length=12, blank=True)
    compared = models.CharField(max_length=8, choices=Compared, default=Compared.AT_ONCE)
    result = models.CharField(max_length=10, choices=Result, default=Result.KEPT)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    reason = models.TextField(blank=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["to_checkpoint"], name="mutation_once_per_checkpoint"),
            models.UniqueConstraint(fields=["swarm", "number"], name="mutation_number_once"),
        ]
        indexes = [
            models.Index(fields=["swarm", "created_at", "id"], name="mutation_by_created"),
            models.Index(fields=["id"], condition=models.Q(compared="pending"), name="mutation_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.from_checkpoint} → v{self.to_checkpoint.version}"
