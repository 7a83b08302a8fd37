from django.contrib import admin

from mythos.assistants.models import Assistant


@admin.register(Assistant)
class AssistantAdmin(admin.ModelAdmin):
    list_display = ("slug", "name", "swarm")
