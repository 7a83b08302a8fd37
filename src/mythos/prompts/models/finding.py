"""What finds checkpoints again: their tags, the family of their prompt, its vector; and what a purge leaves."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm
from mythos.prompts.models.history import Prompt, PromptCheckpoint


class CheckpointTag(models.Model):
    """One tag of a checkpoint: measured from the change that made it, or put on by a person."""

    class Origin(models.TextChoices):
        MEASURED = "measured"
        PERSON = "person"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+", db_index=False)
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.CASCADE, related_name="tag_rows", db_index=False)
    name = models.CharField(max_length=60)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.MEASURED)
    by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["checkpoint", "name"], name="checkpoint_tag_once")]
        indexes = [models.Index(fields=["swarm", "name", "checkpoint"], name="checkpoint_tag_by_name")]

    def __str__(self) -> str:
        return self.name


class PromptAncestor(models.Model):
    """The closure of forks: every prompt with itself (depth 0) and each prompt it descends from."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="ancestors", db_index=False)
    ancestor = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="descendants", db_index=False)
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prompt", "ancestor"], name="ancestor_once")]
        indexes = [models.Index(fields=["ancestor", "prompt", "depth"], name="ancestor_descendants")]

    def __str__(self) -> str:
        return f"{self.prompt_id} from {self.ancestor_id}"


class PromptVector(models.Model):
    """What a prompt's current text means, as one vector of half floats; written by the worker."""

    prompt = models.OneToOneField(Prompt, on_delete=models.CASCADE, primary_key=True, related_name="vector")
    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+", db_index=False)
    checkpoint_id = models.BigIntegerField()
    model = models.CharField(max_length=120)
    vector = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["swarm", "made_at"], name="vector_by_swarm")]

    def __str__(self) -> str:
        return f"{self.prompt_id}"


class PurgedMutation(models.Model):
    """The place a purged mutation had in the chain: its hash stays, so that the chain still closes."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    purged_by = models.CharField(max_length=200)
    purged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["swarm", "number"], name="purged_number_once")]

    def __str__(self) -> str:
        return f"{self.swarm_id} {self.number}"
