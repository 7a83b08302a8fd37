from django.contrib import admin

from mythos.training.models import (
    AssistantReflectionChain,
    PromptMutationRing,
    SwarmTrainingChain,
    TrainingCall,
    TrainingStep,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register(
    [SwarmTrainingChain, TrainingCall, TrainingStep, AssistantReflectionChain, PromptMutationRing], ReadOnlyAdmin
)
