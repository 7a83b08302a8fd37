"""Assistants that teach each other: who offers what, what was handed over, and what came of it."""

from django.db import models
from django.utils import timezone

from mythos.accounts.models import Swarm, User
from mythos.assistants.models import Assistant, Section
from mythos.drafts.models import AssistantVersion
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.rituals.models import Ritual, RitualRun


class AssistantMentorTag(models.Model):
    """Marks an assistant that teaches; the terms stand in `mentorship_notes`.

    `mentor_score` is the score at `scored_at`. It fades: `gain_sum` and `weight_sum` are kept so that the score of any
    later moment follows from them alone.
    """

    assistant = models.OneToOneField(Assistant, on_delete=models.CASCADE, related_name="mentor_tag")
    mentor_score = models.FloatField(default=0.0)
    mentorship_notes = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    is_offering = models.BooleanField(default=True)
    subjects = models.JSONField(default=list)
    gain_sum = models.FloatField(default=0.0)
    weight_sum = models.FloatField(default=0.0)
    mentees_counted = models.PositiveIntegerField(default=0)
    scored_at = models.DateTimeField(default=timezone.now)
    offered_by_name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.assistant.slug} teaches"


class MentorPromptSet(models.Model):
    """Prompts that a mentor hands over together, at the checkpoints it speaks from."""

    tag = models.ForeignKey(AssistantMentorTag, on_delete=models.CASCADE, related_name="prompt_sets")
    name = models.CharField(max_length=80)
    prompts = models.ManyToManyField(Prompt, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["tag", "name"], name="mentor_set_once")]

    def __str__(self) -> str:
        return self.name


class PromptMentorshipLog(models.Model):
    """One adoption: what a mentee took from a mentor, what was noted, and how much it helped.

    `trust_delta` is the measured `gain` and a bounded share of what people say; it counts once `state` is measured.
    """

    class State(models.TextChoices):
        ADOPTED = "adopted", "not measured"
        MEASURING = "measuring"
        MEASURED = "measured"
        FAILED = "failed", "could not be measured"

    swarm = models.ForeignKey(Swarm, on_delete=models.CASCADE, related_name="+")
    mentor = models.ForeignKey(Assistant, related_name="mentorships_given", on_delete=models.CASCADE)
    mentee = models.ForeignKey(Assistant, related_name="mentorships_received", on_delete=models.CASCADE)
    prompt_set = models.ManyToManyField(Prompt, related_name="+")
    mutation_notes = models.TextField()
    trust_delta = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)
    set_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ADOPTED)
    note = models.TextField(blank=True)
    before = models.ForeignKey(AssistantVersion, null=True, on_delete=models.CASCADE, related_name="+")
    after = models.ForeignKey(AssistantVersion, null=True, on_delete=models.CASCADE, related_name="+")
    gain = models.FloatField(null=True, blank=True)
    gain_low = models.FloatField(null=True, blank=True)
    gain_high = models.FloatField(null=True, blank=True)
    cases = models.PositiveIntegerField(default=0)
    is_simulated = models.BooleanField(default=False)
    measured_at = models.DateTimeField(null=True, blank=True)
    feedback = models.FloatField(default=0.0, help_text="The share of the trust delta that people gave.")
    actor_name = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by_name = models.CharField(max_length=200, blank=True)
    undo_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["mentee", "-id"], name="mentorship_received"),
            models.Index(fields=["mentor", "-id"], name="mentorship_given"),
            models.Index(fields=["swarm", "state"], name="mentorship_of_swarm"),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(mentor=models.F("mentee")), name="mentor_is_another")]

    def __str__(self) -> str:
        return f"{self.mentor_id} taught {self.mentee_id}"


class MentorshipFork(models.Model):
    """One prompt of an adoption: the mentor's checkpoint, what the mentee made of it, and what it took the place of."""

    log = models.ForeignKey(PromptMentorshipLog, on_delete=models.CASCADE, related_name="forks")
    source = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="+")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(PromptCheckpoint, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=12, choices=Section)
    is_update = models.BooleanField(default=False)
    replaced = models.ForeignKey(PromptCheckpoint, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["log", "prompt"], name="mentorship_fork_once")]

    def __str__(self) -> str:
        return f"{self.source.slug} as {self.prompt.slug}"


class MentorshipTrial(models.Model):
    """A run on the whole text of an assistant; with a log it measures that adoption."""

    class Side(models.TextChoices):
        BEFORE = "before"
        AFTER = "after"
        ALONE = "", "on its own"

    run = models.ForeignKey(RitualRun, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(AssistantVersion, on_delete=models.CASCADE, related_name="+")
    log = models.ForeignKey(PromptMentorshipLog, null=True, blank=True, on_delete=models.CASCADE, related_name="trials")
    side = models.CharField(max_length=6, choices=Side, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run"], name="trial_by_run")]

    def __str__(self) -> str:
        return f"{self.version} in run {self.run_id}"


class MentorshipFeedback(models.Model):
    """What a person says of an adoption, from -2 (it hurts) to 2 (it helps a lot); one voice a person."""

    log = models.ForeignKey(PromptMentorshipLog, on_delete=models.CASCADE, related_name="voices")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(max_length=200)
    value = models.SmallIntegerField()
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["log", "user"], name="mentorship_voice_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=-2, value__lte=2), name="mentorship_voice_from_minus_2_to_2"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_name}: {self.value}"


class SkillRecord(models.Model):
    """How one text of an assistant did in one ritual under one setting, case by case: [value, weight] by case."""

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64, help_text="Of the text that was tried.")
    ritual = models.ForeignKey(Ritual, on_delete=models.CASCADE, related_name="+")
    setting = models.CharField(max_length=64, help_text="Of model, parameters, graders and judge: what must be equal.")
    run = models.ForeignKey(RitualRun, on_delete=models.CASCADE, related_name="+")
    is_binary = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)
    scores = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["assistant", "sha256", "ritual", "setting"], name="skill_once")]
        indexes = [models.Index(fields=["ritual", "setting"], name="skill_by_ritual")]

    def __str__(self) -> str:
        return f"{self.assistant_id} in {self.ritual_id}"


class MentorStanding(models.Model):
    """What a mentor could teach a mentee, from results both have on the same cases; kept up when runs finish."""

    mentee = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="+")
    mentor = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="+")
    teach = models.FloatField(default=0.0)
    overlap = models.FloatField(default=0.0)
    cases = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-teach", "id"]
        constraints = [models.UniqueConstraint(fields=["mentee", "mentor"], name="standing_once")]
        indexes = [models.Index(fields=["mentee", "-teach"], name="standing_of_mentee")]

    def __str__(self) -> str:
        return f"{self.mentor_id} for {self.mentee_id}"
