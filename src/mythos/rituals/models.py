"""Trying prompts out: rituals, their cases, runs, and what every case of a run gave."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.prompts.models import Prompt, PromptCheckpoint


class Ritual(models.Model):
    """A test scenario: cases with expectations. `version` rises when its cases change."""

    class Type(models.TextChoices):
        CONVERSATION = "conversation"
        EXTRACTION = "extraction"
        REFUSAL = "refusal"
        FORMAT = "format"
        SAFETY = "safety"
        FREE = "free"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="rituals")
    slug = models.SlugField(max_length=120)
    title = models.CharField(max_length=200)
    type = models.CharField(max_length=14, choices=Type, default=Type.FREE)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    prompt = models.ForeignKey(Prompt, null=True, blank=True, on_delete=models.SET_NULL, related_name="rituals")
    template = models.JSONField(default=list, help_text="Messages to send where no prompt is bound.")
    origin = models.JSONField(default=dict, help_text="What an imported file says that has no place of its own.")
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["swarm", "slug"], name="ritual_slug_once")]

    def __str__(self) -> str:
        return self.slug


class Split(models.TextChoices):
    """What a case is for; training may never look at held_out."""

    TRAIN = "train"
    VALIDATION = "validation"
    HELD_OUT = "held_out", "held out"


class RitualCase(models.Model):
    """One case. A changed case is a new row with the same ref; the old one is retired and keeps its results."""

    ritual = models.ForeignKey(Ritual, on_delete=models.CASCADE, related_name="cases")
    ref = models.CharField(max_length=120)
    position = models.PositiveIntegerField(default=0)
    split = models.CharField(max_length=12, choices=Split, default=Split.VALIDATION)
    weight = models.FloatField(default=1.0)
    input = models.TextField(blank=True)
    variables = models.JSONField(default=dict)
    messages = models.JSONField(default=list, help_text="Turns before the input.")
    expectations = models.JSONField(default=list, help_text="[{id, type, value, weight, clause}]")
    threshold = models.FloatField(null=True, blank=True, help_text="Score that passes; empty: every expectation met.")
    extra = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    since_version = models.PositiveIntegerField(default=1)
    retired_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ritual", "ref"], condition=models.Q(retired_version=None), name="case_ref_once"
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="case_weight_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.ritual.slug} {self.ref}"


class RitualRun(models.Model):
    """One run of a ritual against one text and one model, pinned to everything that can change its result."""

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        RUNNING = "running"
        PAUSED = "paused"
        CANCELLED = "cancelled"
        STOPPED = "stopped", "stopped by the budget"
        DONE = "done"
        FAILED = "failed"

    ritual = models.ForeignKey(Ritual, on_delete=models.CASCADE, related_name="runs")
    ritual_version = models.PositiveIntegerField()
    cases_sha256 = models.CharField(max_length=64)
    checkpoint = models.ForeignKey(
        PromptCheckpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="ritual_runs"
    )
    text = models.TextField(blank=True, help_text="The text tried; empty when the ritual brings its own messages.")
    text_role = models.CharField(max_length=10, default="system")
    text_sha256 = models.CharField(max_length=64)
    provider = models.CharField(max_length=80)
    model = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    judge = models.JSONField(default=dict, help_text="{provider, model}, or empty.")
    graders = models.JSONField(default=dict, help_text="Type of expectation -> grader version.")
    ungraded = models.JSONField(default=dict, help_text="Type of expectation -> why nothing here grades it.")
    is_simulated = models.BooleanField(default=False)
    split = models.CharField(max_length=12, blank=True)
    repeats = models.PositiveSmallIntegerField(default=1)
    concurrency = models.PositiveSmallIntegerField(null=True, blank=True)
    use_cache = models.BooleanField(default=True)
    budget = models.FloatField(null=True, blank=True)
    spent = models.FloatField(default=0.0)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    note = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=10, default="web")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["ritual", "-id"], name="run_recent")]

    def __str__(self) -> str:
        return f"{self.ritual.slug} #{self.pk}"


class RitualReply(models.Model):
    """One reply of a provider, found again by the content of its request; the call that paid for it is named."""

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.FloatField(null=True, blank=True)
    latency_ms = models.FloatField(default=0.0)
    model = models.CharField(max_length=200)
    finish = models.CharField(max_length=40, default="stop")
    run = models.ForeignKey(RitualRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "ritual replies"
        constraints = [models.UniqueConstraint(fields=["swarm", "key"], name="reply_key_once")]
        indexes = [models.Index(fields=["swarm", "created_at"], name="reply_of_a_day")]

    def __str__(self) -> str:
        return self.key[:12]


class RitualResult(models.Model):
    """What one case gave in one repeat of a run. `passed` is empty when it could not be measured."""

    class Status(models.TextChoices):
        GRADED = "graded"
        FAILED = "failed"

    run = models.ForeignKey(RitualRun, on_delete=models.CASCADE, related_name="results")
    case = models.ForeignKey(RitualCase, on_delete=models.CASCADE, related_name="results")
    repeat = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=8, choices=Status, default=Status.GRADED)
    reply = models.ForeignKey(RitualReply, null=True, blank=True, on_delete=models.PROTECT, related_name="results")
    is_cached = models.BooleanField(default=False)
    score = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    grades = models.JSONField(default=list)
    cause = models.CharField(max_length=20, blank=True)
    message = models.TextField(blank=True)
    attempts = models.JSONField(default=list, help_text="Causes of the attempts that failed.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["case__position", "case_id", "repeat"]
        constraints = [models.UniqueConstraint(fields=["run", "case", "repeat"], name="result_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.case_id}/{self.repeat}"


class RitualAnnotation(models.Model):
    """What a person says of a reply on one expectation that a judge model has graded."""

    class Verdict(models.TextChoices):
        MET = "met"
        BROKEN = "broken", "not met"
        UNSURE = "unsure", "cannot tell"

    result = models.ForeignKey(RitualResult, on_delete=models.CASCADE, related_name="annotations")
    expectation = models.CharField(max_length=120)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(max_length=200)
    verdict = models.CharField(max_length=6, choices=Verdict)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["result", "expectation", "user"], name="annotation_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.result_id} {self.expectation}: {self.verdict}"
