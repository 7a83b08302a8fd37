from django.contrib import admin

from mythos.codex.models import Codex, CodexClause, CodexClauseAudit, CodexEdition
from mythos.work.admin import ReadOnlyAdmin

admin.site.register([Codex, CodexClause, CodexClauseAudit, CodexEdition], ReadOnlyAdmin)
