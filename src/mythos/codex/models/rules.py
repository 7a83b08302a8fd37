"""Rules: codices, their clauses, and the audit of every edit."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User


class Codex(models.Model):
    """A rule book of a swarm."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="codices")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    thresholds = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["title", "id"]
        verbose_name_plural = "codices"
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="codex_slug_once")]

    def __str__(self) -> str:
        return self.title


class CodexEdition(models.Model):
    """One imported document of a codex, kept whole."""

    codex = models.ForeignKey(Codex, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=120)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    document = models.TextField()
    summary = models.JSONField(default=dict)
    imported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["codex", "number"], name="edition_number_once")]

    def __str__(self) -> str:
        return f"{self.codex.slug} {self.label}"


class CodexClause(models.Model):
    """One rule with a stable id; `text` and `version` are the newest, `accepted_version` is in force."""

    class Authority(models.TextChoices):
        ROOT = "root"
        SYSTEM = "system"
        DEVELOPER = "developer"
        USER = "user"
        GUIDELINE = "guideline"
        NONE = "", "none given"

    class Severity(models.TextChoices):
        BLOCK = "block"
        WARN = "warn"
        NOTE = "note"

    class Status(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"

    codex = models.ForeignKey(Codex, on_delete=models.CASCADE, related_name="clauses")
    ref = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    text = models.TextField()
    examples = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    accepted_version = models.PositiveIntegerField(default=1)
    authority = models.CharField(max_length=10, choices=Authority, blank=True, default="")
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.WARN)
    tags = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    level = models.PositiveSmallIntegerField(default=2)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["codex_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["codex", "ref"], name="clause_ref_once")]

    def __str__(self) -> str:
        return self.ref


class CodexClauseAudit(models.Model):
    """One edit of a clause, with both texts, what it changed in meaning, and the review."""

    class Status(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Review(models.TextChoices):
        PENDING = "pending", "waiting"
        ACCEPTED = "accepted"
        SENT_BACK = "sent_back", "sent back"
        OVERRIDDEN = "overridden"

    class Change(models.TextChoices):
        FIRST = "first"
        EDIT = "edit"
        RETIRE = "retire"
        REVIVE = "revive"

    clause = models.ForeignKey(CodexClause, on_delete=models.CASCADE, related_name="audits")
    change = models.CharField(max_length=10, choices=Change, default=Change.EDIT)
    version = models.PositiveIntegerField()
    previous_version = models.TextField(blank=True)
    new_version = models.TextField(blank=True)
    previous_authority = models.CharField(max_length=10, blank=True)
    new_authority = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=300, blank=True)
    prompt_delta = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    verdict = models.CharField(max_length=12, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    similarity = models.FloatField(null=True, blank=True)
    similarity_model = models.CharField(max_length=120, blank=True)
    regression_flag = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    error = models.TextField(blank=True)
    review = models.CharField(max_length=10, choices=Review, default=Review.PENDING)
    review_reason = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewer_name = models.CharField(max_length=200, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=10, default="web")
    edition = models.ForeignKey(CodexEdition, null=True, blank=True, on_delete=models.SET_NULL, related_name="audits")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["clause", "version"], name="audit_version_once")]
        indexes = [models.Index(fields=["review", "-created_at", "-id"], name="audit_waiting")]

    def __str__(self) -> str:
        return f"{self.clause.ref} v{self.version}"
