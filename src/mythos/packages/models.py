"""Prompts that travel: packages, what was exported and installed, and the keys that vouch for them."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.prompts.models import Prompt


class PromptPackage(models.Model):
    """A selection of prompts with what others need to trust them; `slug` names it in files."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="packages")
    slug = models.SlugField(max_length=120)
    name = models.CharField(max_length=150)
    prompts = models.ManyToManyField(Prompt, related_name="packages")
    tags = models.JSONField(default=list)
    exported = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    license = models.CharField(max_length=200, default="LicenseRef-None")
    authors = models.JSONField(default=list)
    attribution = models.TextField(blank=True)
    dependencies = models.JSONField(default=list, help_text="[{name, version}]; ^1.2.0 takes what is compatible.")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="package_slug_once")]

    def __str__(self) -> str:
        return self.slug


class PackageExport(models.Model):
    """One version of a package as it went out, with its bytes."""

    package = models.ForeignKey(PromptPackage, on_delete=models.CASCADE, related_name="exports")
    version = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    archive = models.BinaryField()
    fingerprint = models.CharField(max_length=64, blank=True, help_text="Of the key it was signed with; or empty.")
    signer_name = models.CharField(max_length=200, blank=True)
    codex_tags = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list, help_text="Why the version is the next one.")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["package", "version"], name="export_version_once")]

    def __str__(self) -> str:
        return f"{self.package.slug} {self.version}"


class SigningKey(models.Model):
    """A key of this swarm. Only its public half is a row; the private half is a file only its owner can read."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="signing_keys")
    name = models.CharField(max_length=100)
    public_key = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["swarm", "fingerprint"], name="key_once"),
            models.UniqueConstraint(
                fields=["swarm", "name"], condition=models.Q(revoked_at=None), name="key_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrustedSigner(models.Model):
    """A signer this swarm takes packages from, or does so no longer."""

    class How(models.TextChoices):
        FIRST_USE = "first_use", "on first use"
        BY_HAND = "by_hand", "by hand"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="signers")
    name = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    how = models.CharField(max_length=9, choices=How, default=How.BY_HAND)
    added_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["swarm", "fingerprint"], name="signer_once")]

    def __str__(self) -> str:
        return self.name


class InstalledPackage(models.Model):
    """A package from elsewhere that is here: where it came from, who vouched for it, what it claimed."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="installed_packages")
    slug = models.CharField(max_length=120)
    name = models.CharField(max_length=150)
    version = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    license = models.CharField(max_length=200)
    authors = models.JSONField(default=list)
    attribution = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    dependencies = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    signer_name = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=500, blank=True)
    claims = models.JSONField(default=dict, help_text="Results of rituals and states of contracts as they were sent.")
    made = models.JSONField(default=dict, help_text="Names of what the package added, by kind.")
    history = models.JSONField(default=list, help_text="[{version, sha256, at, by}], oldest first.")
    installed_by_name = models.CharField(max_length=200, blank=True)
    installed_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="installed_once")]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


class InstalledPrompt(models.Model):
    """A prompt a package brought or took over: the text it came with is the base of the next merge."""

    installed = models.ForeignKey(InstalledPackage, on_delete=models.CASCADE, related_name="prompts")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="+")
    is_made = models.BooleanField(default=False, help_text="The package made the prompt.")
    base_text = models.TextField()
    base_sha256 = models.CharField(max_length=64)
    lineage = models.CharField(max_length=64)
    details = models.JSONField(default=dict, help_text="Title, kind, tags and metadata it came with.")
    fork = models.JSONField(default=dict, help_text="Where it was forked from, when that prompt is not here.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["installed", "prompt"], name="installed_prompt_once")]

    def __str__(self) -> str:
        return f"{self.prompt_id} of {self.installed_id}"


class PackageArrival(models.Model):
    """A package somebody sent in that was found sound and waits for a decision."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="package_arrivals")
    sha256 = models.CharField(max_length=64)
    archive = models.BinaryField()
    source = models.CharField(max_length=500, blank=True)
    sent_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["swarm", "sha256"], name="arrival_once")]

    def __str__(self) -> str:
        return self.sha256[:16]
