from django.contrib import admin

from mythos.drafts.models import AssistantDraft, AssistantPrompt, AssistantVersion
from mythos.work.admin import ReadOnlyAdmin

admin.site.register([AssistantDraft, AssistantVersion, AssistantPrompt], ReadOnlyAdmin)
