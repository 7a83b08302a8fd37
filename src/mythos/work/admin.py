from django.contrib import admin

from mythos.work.models import Job


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that services alone may write; here they can only be looked at."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "key", "state", "attempts", "worker", "error_code", "updated_at")
    list_filter = ("state", "kind")
