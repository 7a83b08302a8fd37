"""Text with a history: prompts, their checkpoints, mutations and labels."""

from mythos.prompts.models.finding import CheckpointTag, PromptAncestor, PromptVector, PurgedMutation
from mythos.prompts.models.history import Compared, Prompt, PromptCheckpoint, PromptMutationLog, Source
from mythos.prompts.models.labels import LabelRequest, PromptFeedback, PromptLabel, PromptLabelMove

__all__ = [
    "CheckpointTag",
    "Compared",
    "LabelRequest",
    "Prompt",
    "PromptAncestor",
    "PromptCheckpoint",
    "PromptFeedback",
    "PromptLabel",
    "PromptLabelMove",
    "PromptMutationLog",
    "PromptVector",
    "PurgedMutation",
    "Source",
]
