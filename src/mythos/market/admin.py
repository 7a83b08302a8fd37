from django.contrib import admin

from mythos.market.models import (
    BarterItem,
    BarterMove,
    BarterOffer,
    Certificate,
    CurriculumFigures,
    CurriculumLicense,
    CurriculumPart,
    Enrollment,
    LedgerAccount,
    LedgerTransfer,
    Listing,
    PartAttempt,
    PromptCurriculumVault,
    RitualTagBundle,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register(
    [RitualTagBundle, PromptCurriculumVault, CurriculumPart, CurriculumFigures, Enrollment, PartAttempt, Certificate],
    ReadOnlyAdmin,
)
admin.site.register(
    [LedgerAccount, LedgerTransfer, Listing, BarterOffer, BarterItem, BarterMove, CurriculumLicense], ReadOnlyAdmin
)
