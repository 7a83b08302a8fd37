from django.contrib import admin

from mythos.accounts.models import ApiToken, Membership, Swarm, User


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "name", "is_active", "is_staff")
    search_fields = ("email", "name")
    exclude = ("password",)


@admin.register(Swarm)
class SwarmAdmin(admin.ModelAdmin):
    list_display = ("slug", "name")
    inlines = (MembershipInline,)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    list_display = ("name", "swarm", "role", "prefix", "last_used_at", "revoked_at")
    exclude = ("token_hash",)

    def has_add_permission(self, request: object) -> bool:
        return False
