from django.contrib import admin

from mythos.packages.models import (
    InstalledPackage,
    InstalledPrompt,
    PackageExport,
    PromptPackage,
    SigningKey,
    TrustedSigner,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register([PromptPackage, SigningKey, TrustedSigner, InstalledPackage, InstalledPrompt], ReadOnlyAdmin)


@admin.register(PackageExport)
class ExportAdmin(ReadOnlyAdmin):
    exclude = ("archive",)
