"""All settings, read from the environment; a value that cannot be read stops the start with its name."""

from __future__ import annotations

import os
import secrets
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent

KNOWN = {
    "MYTHOS_HOME",
    "MYTHOS_DATABASE_URL",
    "MYTHOS_SECRET_KEY",
    "MYTHOS_ALLOWED_HOSTS",
    "MYTHOS_TRUSTED_ORIGINS",
    "MYTHOS_HTTPS",
    "MYTHOS_DEBUG",
    "MYTHOS_LOG_LEVEL",
    "MYTHOS_TIME_ZONE",
    "MYTHOS_SWARM",
    "MYTHOS_DEMO",
    "MYTHOS_PASSWORD",
    "MYTHOS_EMBED_THREADS",
    "MYTHOS_COMPARATOR_JUDGE",
    "MYTHOS_OPENAI_URL",
    "MYTHOS_OPENAI_MODEL",
    "MYTHOS_OPENAI_CONCURRENCY",
    "MYTHOS_OPENAI_PER_MINUTE",
    "MYTHOS_OPENAI_TOKENS_PER_MINUTE",
    "MYTHOS_PRICES",
    "MYTHOS_DAY_BUDGET",
    "MYTHOS_REPLAY_FILE",
    "MYTHOS_LOCAL_THREADS",
    "MYTHOS_TRASH_DAYS",
    "MYTHOS_RETEST_DAYS",
    "MYTHOS_TRACES",
    "MYTHOS_TOKEN",
    "MYTHOS_PRIVATE_NETWORKS",
    "MYTHOS_QUEUE",
    "MYTHOS_BROKER_URL",
}
QUEUES = ("database", "celery")


def _text(name: str, default: str) -> str:
    return os.environ.get(name, default).strip()


def _bool(name: str, default: bool) -> bool:
    value = _text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def _days(name: str, default: str = "0") -> int:
    """A number of days; 0 stands for never."""
    value = _text(name, default)
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a number of days, not {value!r}.")
    return int(value)


def _list(name: str, default: str) -> list[str]:
    return [item.strip() for item in _text(name, default).split(",") if item.strip()]


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first is the default."""
    value = _text(name, choices[0]).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not {value!r}.")
    return value


def _networks(name: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(item) for item in _list(name, "")]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks such as 10.0.0.0/8: {error}.") from error


def _time_zone(name: str) -> str:
    value = _text(name, "UTC")
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Athens, not {value!r}.") from error


def _refuse_unknown() -> None:
    unknown = sorted(name for name in os.environ if name.startswith("MYTHOS_") and name not in KNOWN)
    if unknown:
        raise ImproperlyConfigured(f"Unknown setting {unknown[0]}. Known: {', '.join(sorted(KNOWN))}.")


def _home() -> Path:
    """The data folder: MYTHOS_HOME, else the user's data directory as the XDG rules name it."""
    given = _text("MYTHOS_HOME", "")
    if given:
        return Path(given).expanduser().resolve()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mythos"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mythos"


def _secret_key(home: Path) -> str:
    """MYTHOS_SECRET_KEY, else one made on first use and kept readable by the owner alone."""
    given = _text("MYTHOS_SECRET_KEY", "")
    if given:
        return given
    path = home / "secret.key"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"MYTHOS_HOME: cannot use {path}: {error.strerror}.") from error
    key = secrets.token_urlsafe(50)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def _database(home: Path) -> dict[str, Any]:
    url = _text("MYTHOS_DATABASE_URL", "")
    if url:
        try:
            config: dict[str, Any] = dict(dj_database_url.parse(url))
        except (ValueError, KeyError) as error:
            raise ImproperlyConfigured("MYTHOS_DATABASE_URL is not a database address.") from error
        if not config["ENGINE"].endswith((".sqlite3", ".postgresql")):
            raise ImproperlyConfigured("MYTHOS_DATABASE_URL must be an address of SQLite or PostgreSQL.")
    else:
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "mythos.sqlite3")}
    # ASGI gives each request a thread of its own: nothing would reuse a connection, it would only be left open.
    config["CONN_MAX_AGE"] = 0
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["ENGINE"] = "mythos.sqlite"
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728;"
            ),
        }
    elif config["ENGINE"] == "django.db.backends.postgresql":
        # A machine that is cut off gives up within half a minute, instead of waiting for hours.
        patience = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}
        config["OPTIONS"] = {**patience, "tcp_user_timeout": 30_000, **config.get("OPTIONS", {})}
    return config


_refuse_unknown()

HOME = _home()
MCP_TOKEN = _text("MYTHOS_TOKEN", "")
SECRET_KEY = _secret_key(HOME)
DEBUG = _bool("MYTHOS_DEBUG", False)
HTTPS = _bool("MYTHOS_HTTPS", False)
ALLOWED_HOSTS = _list("MYTHOS_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _list("MYTHOS_TRUSTED_ORIGINS", "")
DEFAULT_SWARM = _text("MYTHOS_SWARM", "")
TRASH_DAYS = _days("MYTHOS_TRASH_DAYS")
RETEST_DAYS = _days("MYTHOS_RETEST_DAYS", "30")
LOAD_DEMO = _bool("MYTHOS_DEMO", True)
PRIVATE_NETWORKS = _networks("MYTHOS_PRIVATE_NETWORKS")
COMPARATOR_JUDGE = _text("MYTHOS_COMPARATOR_JUDGE", "")
QUEUE = _one_of("MYTHOS_QUEUE", QUEUES)
BROKER_URL = _text("MYTHOS_BROKER_URL", "amqp://guest:guest@localhost:5672//")

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

DATABASES = {"default": _database(HOME)}
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
TIME_ZONE = _time_zone("MYTHOS_TIME_ZONE")
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

LOG_LEVEL = _text("MYTHOS_LOG_LEVEL", "WARNING").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(f"MYTHOS_LOG_LEVEL must be a level such as INFO, not {LOG_LEVEL!r}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
