from django.contrib import admin

from mythos.codex.models import (
    ClauseWaiver,
    Codex,
    CodexClause,
    CodexClauseAudit,
    CodexContract,
    CodexEdition,
    CodexProposal,
    CodexRole,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register(
    [Codex, CodexClause, CodexClauseAudit, CodexEdition, CodexRole, CodexContract, CodexProposal, ClauseWaiver],
    ReadOnlyAdmin,
)
