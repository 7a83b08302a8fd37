"""Curricula: rituals in order, with prerequisites and pass marks, and what they go out as."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.assistants.models import Assistant
from mythos.market.models.bundles import RitualTagBundle, new_lineage
from mythos.rituals.models import Ritual


class PromptCurriculumVault(models.Model):
    """A curriculum. `exported_json` is its last export, signed; a copy keeps the `lineage` and the `origin`."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="curricula")
    slug = models.SlugField(max_length=120)
    curator = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="curricula")
    curriculum_title = models.CharField(max_length=150)
    description = models.TextField(blank=True)
    ritual_tags = models.ManyToManyField(RitualTagBundle, related_name="curricula")
    rituals: "models.ManyToManyField[Ritual, CurriculumPart]" = models.ManyToManyField(
        Ritual, through="CurriculumPart", related_name="curricula"
    )
    codex_alignment = models.JSONField(default=dict)
    adoption_rate = models.FloatField(default=0.0)
    exported_json = models.JSONField(default=dict)
    license = models.CharField(max_length=200, default="LicenseRef-None", help_text="SPDX.")
    version = models.CharField(max_length=60, blank=True, help_text="Of the last export; or empty.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the canonical JSON of the last export.")
    signature = models.JSONField(default=dict, help_text="{algorithm, public_key, fingerprint, name, value}")
    lineage = models.CharField(max_length=64, default=new_lineage, db_index=True)
    cloned_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="clones")
    origin = models.JSONField(
        default=dict, help_text="{swarm, slug, version, sha256, source} of what it was copied of."
    )
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["swarm", "slug"], name="curriculum_slug_once"),
            models.CheckConstraint(
                condition=models.Q(adoption_rate__gte=0, adoption_rate__lte=1), name="curriculum_adoption_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.curriculum_title


class CurriculumPart(models.Model):
    """One ritual of a curriculum: where it stands, what must be passed before it, and the mark that passes it.

    `sealed` holds, of a copy, how many cases are held out, the hashes published beforehand and the part they are kept
    at; of an original, the secret their salts come from, which never leaves this row.
    """

    curriculum = models.ForeignKey(PromptCurriculumVault, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    ritual = models.ForeignKey(Ritual, on_delete=models.CASCADE, related_name="curriculum_parts")
    bundle = models.ForeignKey(
        RitualTagBundle, null=True, blank=True, on_delete=models.SET_NULL, related_name="curriculum_parts"
    )
    pass_mark = models.FloatField(default=0.8, help_text="Share of the weight of the cases that must pass.")
    prerequisites = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="opens")
    sealed = models.JSONField(
        default=dict, help_text="{count, hashes, source_part} of a copy, {secret} of an original."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum", "position"], name="part_position_once"),
            models.UniqueConstraint(fields=["curriculum", "ritual"], name="part_ritual_once"),
            models.CheckConstraint(
                condition=models.Q(pass_mark__gt=0, pass_mark__lte=1), name="part_pass_mark_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.curriculum_id} part {self.position}"


class CurriculumFigures(models.Model):
    """What those who took a curriculum up measured, over all its copies here; kept beside it for lists."""

    curriculum = models.OneToOneField(
        PromptCurriculumVault, on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    adopters = models.PositiveIntegerField(default=0, help_text="Swarms that teach it.")
    adopters_month = models.PositiveIntegerField(default=0, help_text="Of these, since 30 days.")
    trend = models.JSONField(default=list, help_text="Adopters at the end of each of the last eight weeks.")
    gain = models.FloatField(null=True, blank=True, help_text="Median of after minus before.")
    gain_low = models.FloatField(null=True, blank=True)
    gain_high = models.FloatField(null=True, blank=True)
    gain_count = models.PositiveIntegerField(default=0)
    rating = models.FloatField(null=True, blank=True, help_text="1 to 5, from the gains.")
    rating_low = models.FloatField(null=True, blank=True)
    rating_high = models.FloatField(null=True, blank=True)
    rating_count = models.PositiveIntegerField(default=0)
    adoption = models.JSONField(default=dict, help_text="What adoption_rate was computed from.")
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "curriculum figures"

    def __str__(self) -> str:
        return f"figures of {self.curriculum_id}"

    @property
    def gain_simulated(self) -> int:
        """Of gain_count: how many rest on a rule follower, not on a language model; kept with the counts."""
        return int(self.adoption.get("gain_simulated", 0))
