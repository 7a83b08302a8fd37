"""Markets of other instances: where their signed index is, and what stood in it."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm


class MarketSource(models.Model):
    """A market elsewhere that a swarm looks at; the key that signed it first must sign it always."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="market_sources")
    address = models.CharField(max_length=500)
    title = models.CharField(max_length=150, blank=True)
    fingerprint = models.CharField(max_length=64)
    signer_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    problem = models.TextField(blank=True, help_text="Why the last look failed; or empty.")
    added_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["swarm", "address"], name="market_source_once")]

    def __str__(self) -> str:
        return self.title or self.address


class RemoteCurriculum(models.Model):
    """One curriculum of a market elsewhere, as its index has it."""

    source = models.ForeignKey(MarketSource, on_delete=models.CASCADE, related_name="curricula")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=150)
    version = models.CharField(max_length=60)
    license = models.CharField(max_length=200)
    lineage = models.CharField(max_length=64)
    entry = models.JSONField(help_text="The entry of the index, as it was signed.")

    class Meta:
        verbose_name_plural = "remote curricula"
        ordering = ["title", "id"]
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="remote_curriculum_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
