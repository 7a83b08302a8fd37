from django.contrib import admin

from mythos.packages.models import (
    InstalledPackage,
    InstalledPrompt,
    PackageArrival,
    PackageExport,
    PromptPackage,
    SigningKey,
    TrustedSigner,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register([PromptPackage, SigningKey, TrustedSigner, InstalledPackage, InstalledPrompt], ReadOnlyAdmin)


@admin.register(PackageExport, PackageArrival)
class ArchiveAdmin(ReadOnlyAdmin):
    exclude = ("archive",)
