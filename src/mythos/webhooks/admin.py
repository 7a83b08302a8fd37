from django.contrib import admin

from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.work.admin import ReadOnlyAdmin


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    exclude = ("salt", "previous_salt")


admin.site.register(WebhookDelivery, ReadOnlyAdmin)
