from django.contrib import admin

from mythos.prompts.models import Prompt, PromptCheckpoint, PromptLabel, PromptLabelMove, PromptMutationLog
from mythos.work.admin import ReadOnlyAdmin

admin.site.register([Prompt, PromptCheckpoint, PromptLabel, PromptLabelMove, PromptMutationLog], ReadOnlyAdmin)
