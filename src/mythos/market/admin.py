from django.contrib import admin

from mythos.market.models import (
    Certificate,
    CurriculumFigures,
    CurriculumPart,
    Enrollment,
    PartAttempt,
    PromptCurriculumVault,
    RitualTagBundle,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register(
    [RitualTagBundle, PromptCurriculumVault, CurriculumPart, CurriculumFigures, Enrollment, PartAttempt, Certificate],
    ReadOnlyAdmin,
)
