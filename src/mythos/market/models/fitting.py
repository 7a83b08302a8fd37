"""Whether a curriculum agrees with the codices of a swarm that looks at it."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm
from mythos.market.models.curricula import PromptCurriculumVault


class CurriculumFit(models.Model):
    """What the rules a curriculum teaches and the rules of a swarm disagree about, for the content of both."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="curriculum_fits")
    curriculum = models.ForeignKey(PromptCurriculumVault, on_delete=models.CASCADE, related_name="fits")
    key = models.CharField(max_length=64, help_text="Of the rules on both sides: others make the answer stale.")
    clashes = models.JSONField(default=list, help_text="[{ref, theirs, ours, says, kind, confidence}]")
    compared = models.PositiveIntegerField(default=0, help_text="Rules of the curriculum that were compared.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["swarm", "curriculum"], name="fit_once")]

    def __str__(self) -> str:
        return f"{self.curriculum_id} for {self.swarm_id}"
