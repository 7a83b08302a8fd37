"""Composing an assistant: drafts, and every version of what an assistant speaks from."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.assistants.models import Assistant, Section
from mythos.codex.models import CodexContract
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.models.history import AppendOnly


class Model(models.TextChoices):
    """What the text is for; each has a number of tokens it may take."""

    GENERAL_128K = "general-128k", "General, 128k tokens"
    GENERAL_32K = "general-32k", "General, 32k tokens"
    GENERAL_8K = "general-8k", "General, 8k tokens"
    LOCAL_2K = "local-2k", "Small local model, 2k tokens"


TOKEN_LIMITS: dict[str, int] = {
    Model.GENERAL_128K: 128_000,
    Model.GENERAL_32K: 32_000,
    Model.GENERAL_8K: 8_000,
    Model.LOCAL_2K: 2_000,
}


class AssistantDraft(models.Model):
    """An assistant that is being put together; nothing speaks from it until it is deployed.

    `prompt_cluster` holds rows of `section`, `order`, `prompt` and `checkpoint`, a prompt at most once. `answers` says
    of a conflict, by the hashes of its two texts, why somebody accepts it.
    """

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="drafts")
    name = models.CharField(max_length=150)
    tone = models.CharField(max_length=50, default="neutral")
    codex_contract_type = models.CharField(max_length=50, default=CodexContract.Type.GUARDED)
    prompt_cluster = models.JSONField(default=list, blank=True)
    model = models.CharField(max_length=40, choices=Model, default=Model.GENERAL_128K)
    token_limit = models.PositiveIntegerField(default=TOKEN_LIMITS[Model.GENERAL_128K])
    answers = models.JSONField(default=dict, blank=True)
    assistant = models.ForeignKey(Assistant, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts")
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    editor_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at", "-id"]
        indexes = [models.Index(fields=["swarm", "updated_at"], name="draft_by_change")]

    def __str__(self) -> str:
        return self.name


class AssistantVersion(AppendOnly):
    """One deployed state of an assistant: the exact text, and what it was decided on."""

    class Origin(models.TextChoices):
        DRAFT = "draft", "deployed from a draft"
        ROLLBACK = "rollback", "rolled back"
        PIN = "pin", "moved a pin"
        MENTOR = "mentor", "learnt from a mentor"

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=150)
    tone = models.CharField(max_length=50)
    codex_contract_type = models.CharField(max_length=50)
    model = models.CharField(max_length=40)
    token_limit = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    token_count = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.DRAFT)
    restored = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["assistant", "number"], name="assistant_version_once")]

    def __str__(self) -> str:
        return f"{self.assistant.slug} v{self.number}"


class AssistantPrompt(AppendOnly):
    """One prompt in a version of an assistant: where it stands, and the checkpoint it is pinned to."""

    version = models.ForeignKey(AssistantVersion, on_delete=models.CASCADE, related_name="pins")
    section = models.CharField(max_length=12, choices=Section)
    order = models.PositiveIntegerField()
    # The prompt as well: a purge asks it, and so finds out that the history of an assistant needs the text.
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="pins")
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="pins")

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "prompt"], name="assistant_prompt_once"),
            models.UniqueConstraint(fields=["version", "order"], name="assistant_prompt_order"),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.prompt.slug} v{self.checkpoint.version}"


class ConflictResult(models.Model):
    """What two texts disagree about, kept by the content of both, so that no pair is compared twice."""

    one = models.CharField(max_length=64)
    other = models.CharField(max_length=64)
    measure = models.CharField(max_length=40)
    result = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "one", "other"], name="conflict_pair_once")]

    def __str__(self) -> str:
        return f"{self.one[:8]} {self.other[:8]}"
