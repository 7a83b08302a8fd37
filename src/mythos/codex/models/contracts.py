"""Contracts: what one prompt promises, and how each promise stands."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.codex.models.rules import CodexClause
from mythos.prompts.models import Prompt, PromptCheckpoint


class State(models.TextChoices):
    """How a promise stands, worst first."""

    BREACHED = "breached"
    STALE = "stale"
    UNTESTED = "untested"
    WAIVED = "waived"
    KEPT = "kept"


STATES = tuple(State.values)


class CodexRole(models.Model):
    """One version of a named set of clauses that contracts inherit; the newest version is in force."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="roles")
    name = models.SlugField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=150)
    description = models.TextField(blank=True)
    clauses = models.JSONField(default=list)
    includes = models.JSONField(default=list)
    is_newest = models.BooleanField(default=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["swarm", "name", "version"], name="role_version_once"),
            models.UniqueConstraint(
                fields=["swarm", "name"], condition=models.Q(is_newest=True), name="role_one_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class CodexContract(models.Model):
    """One version of what a prompt promises; terms never change, `state` follows the prompt's current text."""

    class Type(models.TextChoices):
        STRICT = "strict"
        GUARDED = "guarded"
        ADVISORY = "advisory"

    class Status(models.TextChoices):
        DRAFT = "draft"
        IN_FORCE = "in_force", "in force"
        SUPERSEDED = "superseded"

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="contracts")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    type = models.CharField(max_length=10, choices=Type, default=Type.GUARDED)
    codex_clauses = models.JSONField(default=list)
    symbolic_expectations = models.JSONField(default=list)
    inherited_roles = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    checkpoint = models.ForeignKey(PromptCheckpoint, null=True, on_delete=models.PROTECT, related_name="+")
    signer = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    signer_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.UNTESTED)
    counts = models.JSONField(default=dict)
    checks = models.JSONField(default=list)
    checked_checkpoint = models.ForeignKey(PromptCheckpoint, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "version"], name="contract_version_once"),
            models.UniqueConstraint(
                fields=["prompt"], condition=models.Q(status="in_force"), name="contract_one_in_force"
            ),
        ]
        indexes = [models.Index(fields=["status", "state", "prompt"], name="contract_states")]

    def __str__(self) -> str:
        return f"{self.prompt.slug} contract v{self.version}"


class ContractClause(models.Model):
    """One clause a contract binds: the version it is pinned to, and how the prompt stands to it."""

    class Origin(models.TextChoices):
        OWN = "own"
        ROLE = "role"

    contract = models.ForeignKey(CodexContract, on_delete=models.CASCADE, related_name="clauses")
    clause = models.ForeignKey(CodexClause, on_delete=models.PROTECT, related_name="bindings")
    position = models.PositiveIntegerField(default=0)
    pinned_version = models.PositiveIntegerField()
    obligation = models.TextField()
    origin = models.CharField(max_length=5, choices=Origin, default=Origin.OWN)
    role_path = models.CharField(max_length=300, blank=True)
    anchor = models.TextField(blank=True)
    is_live = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.UNTESTED)
    evidence = models.JSONField(default=list)
    checked_checkpoint = models.ForeignKey(PromptCheckpoint, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["contract", "clause"], name="contract_clause_once")]
        indexes = [models.Index(fields=["clause", "is_live"], name="binding_by_clause")]

    def __str__(self) -> str:
        return f"{self.clause_id} v{self.pinned_version} of {self.contract_id}"


class ClauseWaiver(models.Model):
    """Somebody answers, until a day, for a promise of a prompt that is not kept."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="waivers")
    clause = models.ForeignKey(CodexClause, on_delete=models.CASCADE, related_name="waivers")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    owner_name = models.CharField(max_length=200)
    reason = models.TextField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["expires_at", "id"]
        indexes = [
            models.Index(fields=["prompt", "clause", "expires_at"], name="waiver_live"),
            # Asked for every page: without it, all prompts of a swarm would be looked through for the few that end.
            models.Index(fields=["expires_at"], condition=models.Q(revoked_at=None), name="waiver_ending"),
        ]

    def __str__(self) -> str:
        return f"{self.clause_id} of {self.prompt_id} until {self.expires_at:%Y-%m-%d}"


class CoverageResult(models.Model):
    """How a text stands to a rule, kept by the content of both, so that no question is answered twice."""

    key = models.CharField(max_length=64, primary_key=True)
    result = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key


class ClauseVectors(models.Model):
    """The sentences of a clause in force and their embeddings, so that suggesting need not compute them again."""

    clause = models.OneToOneField(CodexClause, on_delete=models.CASCADE, primary_key=True, related_name="vectors")
    version = models.PositiveIntegerField()
    model = models.CharField(max_length=120)
    rows = models.PositiveIntegerField()
    vectors = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.clause_id} v{self.version}"
