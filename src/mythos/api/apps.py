from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "mythos.api"
    label = "mythos_api"
