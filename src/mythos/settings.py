"""All settings, in Django's names and ours; `environment.py` reads what the environment says of them."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from mythos import environment

PACKAGE = Path(__file__).resolve().parent
QUEUES = ("database", "celery")
LEVELS = ("warning", "debug", "info", "error", "critical")

environment.refuse_unknown()

HOME = environment.home()
MCP_TOKEN = environment.text("MYTHOS_TOKEN", "")
SECRET_KEY = environment.secret_key(HOME)
DEBUG = environment.boolean("MYTHOS_DEBUG", False)
HTTPS = environment.boolean("MYTHOS_HTTPS", False)
ALLOWED_HOSTS = environment.words("MYTHOS_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("MYTHOS_TRUSTED_ORIGINS", "")
DEFAULT_SWARM = environment.text("MYTHOS_SWARM", "")
TRASH_DAYS = environment.days("MYTHOS_TRASH_DAYS")
RETEST_DAYS = environment.days("MYTHOS_RETEST_DAYS", "30")
LOAD_DEMO = environment.boolean("MYTHOS_DEMO", True)
PRIVATE_NETWORKS = environment.networks("MYTHOS_PRIVATE_NETWORKS")
COMPARATOR_JUDGE = environment.text("MYTHOS_COMPARATOR_JUDGE", "")
QUEUE = environment.one_of("MYTHOS_QUEUE", QUEUES)
BROKER_URL = environment.text("MYTHOS_BROKER_URL", "amqp://guest:guest@localhost:5672//")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "mythos.work",
    "mythos.accounts",
    "mythos.assistants",
    "mythos.prompts",
    "mythos.codex",
    "mythos.rituals",
    "mythos.drafts",
    "mythos.packages",
    "mythos.mentorship",
    "mythos.market",
    "mythos.training",
    "mythos.webhooks",
    "mythos.api.apps.ApiConfig",
    "mythos.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mythos.api.errors.ProblemMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mythos.api.idempotency.IdempotencyMiddleware",
    "mythos.web.errors.ErrorMiddleware",
]
ROOT_URLCONF = "mythos.urls"
ASGI_APPLICATION = "mythos.asgi.application"
WSGI_APPLICATION = "mythos.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mythos.web.context.page",
            ],
            "builtins": ["mythos.web.templatetags.mythos_ui", "mythos.web.templatetags.mythos_text"],
        },
    }
]

DATABASES = {"default": environment.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# Scrypt first: as strong as the default for memory-hard attacks, and a tenth of its time at every sign-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
TIME_ZONE = environment.time_zone("MYTHOS_TIME_ZONE")
USE_TZ = True
APPEND_SLASH = False

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 6_000_000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],  # a nonce only on pages that ask for one: those with the editor
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOG_LEVEL = environment.one_of("MYTHOS_LOG_LEVEL", LEVELS).upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
