"""Training: chains, the calls and steps that make them durable, what they reflected on, and what they tried."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.assistants.models import Assistant
from mythos.prompts.models import Prompt, PromptCheckpoint


class SwarmTrainingChain(models.Model):
    """A durable run that improves the prompts of several assistants; `plan` pins everything that decides its result."""

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        RUNNING = "running"
        PAUSED = "paused"
        OUTAGE = "outage", "waiting for the provider"
        CANCELLED = "cancelled"
        FAILED = "failed"
        DONE = "done"
        SEALED = "sealed"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="training_chains")
    chain_title = models.CharField(max_length=150)
    seed_assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="seeded_chains")
    involved_assistants = models.ManyToManyField(Assistant, related_name="training_chains")
    current_step = models.IntegerField(default=0)
    belief_delta_tracker = models.JSONField(default=dict)
    codex_tension = models.FloatField(default=0.0)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    note = models.TextField(blank=True)
    stopped_by = models.CharField(max_length=120, blank=True, help_text="What ended the search: budget, goal, …")
    plan = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    provider = models.CharField(max_length=80)
    model = models.CharField(max_length=200)
    reflector = models.CharField(max_length=80)
    reflector_model = models.CharField(max_length=200)
    is_simulated = models.BooleanField(default=False)
    most_calls = models.PositiveIntegerField()
    most_tokens = models.PositiveIntegerField(null=True, blank=True)
    most_money = models.FloatField(null=True, blank=True, help_text="US dollars.")
    most_seconds = models.FloatField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    spent = models.FloatField(default=0.0)
    seconds = models.FloatField(default=0.0)
    outages = models.PositiveIntegerField(default=0, help_text="In a row, without a call that came back.")
    calls_at_outage = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0, help_text="Raised by whoever takes the chain; only the last writes.")
    score_before = models.FloatField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True, help_text="Of the best texts on validation cases.")
    result = models.JSONField(default=dict, help_text="The texts chosen, and what they are worth on held-out cases.")
    reopened_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reopened")
    reopened_step = models.PositiveIntegerField(null=True, blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    sealed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sealer_name = models.CharField(max_length=200, blank=True)
    seal_reason = models.TextField(blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["swarm", "-id"], name="chain_recent")]

    def __str__(self) -> str:
        return f"{self.chain_title} #{self.pk}"


class TrainingCall(models.Model):
    """One call of a chain: written before it leaves and again when it returns, found by the content of its request."""

    class State(models.TextChoices):
        BEGUN = "begun"
        DONE = "done"
        FAILED = "failed"

    chain = models.ForeignKey(SwarmTrainingChain, on_delete=models.CASCADE, related_name="training_calls")
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=20)
    step = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.BEGUN)
    begun = models.PositiveSmallIntegerField(default=1, help_text="How often; more than once after a crash.")
    value = models.JSONField(null=True)
    tokens = models.PositiveIntegerField(default=0)
    cost = models.FloatField(default=0.0)
    begun_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["chain", "key"], name="training_call_once")]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.kind} {self.key[:12]}"


class TrainingStep(models.Model):
    """One step of a chain: begun with its first call, done when everything it found is committed, in order."""

    chain = models.ForeignKey(SwarmTrainingChain, on_delete=models.CASCADE, related_name="training_steps")
    number = models.PositiveIntegerField()
    is_done = models.BooleanField(default=False)
    report = models.JSONField(default=dict)
    score = models.FloatField(null=True, blank=True, help_text="Of the best texts so far, after this step.")
    belief_delta = models.FloatField(default=0.0)
    codex_tension = models.FloatField(default=0.0)
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)
    cost = models.FloatField(default=0.0)
    begun_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="training_step_once")]

    def __str__(self) -> str:
        return f"{self.chain_id} step {self.number}"


class AssistantReflectionChain(models.Model):
    """What was concluded for one assistant at one step, with everything needed to open that step again."""

    chain = models.ForeignKey(SwarmTrainingChain, on_delete=models.CASCADE, related_name="reflections")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="reflections")
    reflection_notes = models.TextField()
    memory_snapshot = models.JSONField()
    step = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["chain", "step", "assistant"], name="reflection_once")]

    def __str__(self) -> str:
        return f"{self.chain_id} step {self.step} {self.assistant_id}"


class PromptMutationRing(models.Model):
    """One text tried for a prompt, kept or rejected, with what it changed in measured belief.

    A text tried in place has its own prompt as parent; `checkpoint` is there once the text was adopted.
    """

    class Cause(models.TextChoices):
        KEPT = "kept"
        CODEX = "codex", "breaks the codex"
        LEAK = "leak", "copies training text"
        WORSE = "worse"
        NO_BETTER = "no_better", "no better"
        FAILED = "failed"

    parent_prompt = models.ForeignKey(Prompt, related_name="mutation_rings", on_delete=models.CASCADE)
    mutated_prompt = models.ForeignKey(Prompt, related_name="mutated_versions", on_delete=models.CASCADE)
    belief_delta = models.FloatField()
    is_measured = models.BooleanField(default=True, help_text="Not when the text was refused before it was tried.")
    mutation_step = models.IntegerField()
    chain = models.ForeignKey(SwarmTrainingChain, on_delete=models.CASCADE, related_name="mutations")
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kept = models.BooleanField(default=False)
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.KEPT)
    detail = models.TextField(blank=True)
    text_before = models.TextField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    checkpoint = models.ForeignKey(
        PromptCheckpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="mutation_rings"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["mutation_step", "id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "mutation_step", "mutated_prompt", "sha256"], name="ring_once")
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} step {self.mutation_step} {self.mutated_prompt_id}: {self.cause}"
