"""Who speaks."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm


class Section(models.TextChoices):
    """The parts of a compiled text, in the order in which they stand in it."""

    IDENTITY = "identity"
    DUTIES = "duties"
    GUARDRAILS = "guardrails"
    STYLE = "style"


class Assistant(models.Model):
    """An LLM assistant of a team; its prompts name it as their owner.

    `prompt_cluster` is what it speaks from: rows of `section`, `order`, `prompt` and either the pinned `checkpoint` or
    the `label` to follow. Prompts and checkpoints stand there by number, for they live upstairs.
    """

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="assistants")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=150)
    description = models.CharField(max_length=300, blank=True)
    prompt_cluster = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="assistant_slug_once")]

    def __str__(self) -> str:
        return self.name
