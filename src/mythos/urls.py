"""Which door answers which address."""

from django.contrib import admin
from django.urls import include, path

from mythos.api.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("mythos.web.urls")),
]
handler400 = "mythos.web.errors.bad_request"
handler403 = "mythos.web.errors.denied"
handler404 = "mythos.web.errors.not_found"
handler500 = "mythos.web.errors.server_error"
