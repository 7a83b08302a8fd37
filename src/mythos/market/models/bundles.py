"""Groups of rituals under one tag."""

import uuid

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.rituals.models import Ritual


def new_lineage() -> str:
    """A name that a thing and all its copies share, here and elsewhere."""
    return uuid.uuid4().hex


class RitualTagBundle(models.Model):
    """Rituals under one tag, the clauses they probe, and how many assistants took them up and still pass."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="ritual_bundles")
    slug = models.SlugField(max_length=60)
    tag_name = models.CharField(max_length=50)
    description = models.TextField(blank=True)
    rituals = models.ManyToManyField(Ritual, related_name="tag_bundles")
    codex_clauses = models.JSONField(default=list, blank=True, help_text="[{codex, ref}]")
    adoption_metric = models.FloatField(default=0.0)
    adoption = models.JSONField(default=dict, help_text="What adoption_metric was computed from.")
    lineage = models.CharField(max_length=64, default=new_lineage, db_index=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["swarm", "slug"], name="bundle_slug_once"),
            models.CheckConstraint(
                condition=models.Q(adoption_metric__gte=0, adoption_metric__lte=1), name="bundle_adoption_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.tag_name
