from django.apps import AppConfig


class CodexConfig(AppConfig):
    name = "mythos.codex"
