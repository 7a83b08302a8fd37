from django.contrib import admin

from mythos.market.models import (
    BarterItem,
    BarterMove,
    BarterOffer,
    Certificate,
    CurriculumFigures,
    CurriculumFit,
    CurriculumLicense,
    CurriculumPart,
    Enrollment,
    LedgerAccount,
    LedgerTransfer,
    Listing,
    MarketSource,
    PartAttempt,
    PromptCurriculumVault,
    RemoteCurriculum,
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
admin.site.register([CurriculumFit, MarketSource, RemoteCurriculum], ReadOnlyAdmin)
