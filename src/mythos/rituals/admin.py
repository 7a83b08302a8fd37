from django.contrib import admin

from mythos.rituals.models import Ritual, RitualAnnotation, RitualCase, RitualReply, RitualResult, RitualRun
from mythos.work.admin import ReadOnlyAdmin

admin.site.register([Ritual, RitualCase, RitualRun, RitualResult, RitualReply, RitualAnnotation], ReadOnlyAdmin)
