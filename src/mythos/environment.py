"""The environment, read: each value by its kind; one that cannot be used stops the start with its name."""

from __future__ import annotations

import os
import secrets
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

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


def text(name: str, default: str) -> str:
    return os.environ.get(name, default).strip()


def boolean(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def days(name: str, default: str = "0") -> int:
    """A number of days; 0 stands for never."""
    value = text(name, default)
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a number of days, not {value!r}.")
    return int(value)


def words(name: str, default: str) -> list[str]:
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first is the default."""
    value = text(name, choices[0]).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not {value!r}.")
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(item) for item in words(name, "")]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks such as 10.0.0.0/8: {error}.") from error


def time_zone(name: str) -> str:
    value = text(name, "UTC")
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Athens, not {value!r}.") from error


def refuse_unknown() -> None:
    unknown = sorted(name for name in os.environ if name.startswith("MYTHOS_") and name not in KNOWN)
    if unknown:
        raise ImproperlyConfigured(f"Unknown setting {unknown[0]}. Known: {', '.join(sorted(KNOWN))}.")


def home() -> Path:
    """The data folder: MYTHOS_HOME, else the user's data directory as the XDG rules name it."""
    given = text("MYTHOS_HOME", "")
    if given:
        return Path(given).expanduser().resolve()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mythos"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mythos"


def make_home(folder: Path) -> None:
    """See that the data folder is there; only its owner looks into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise ImproperlyConfigured(f"MYTHOS_HOME: cannot use {folder}: it is a file, not a folder.") from error
    except OSError as error:
        raise ImproperlyConfigured(f"MYTHOS_HOME: cannot use {folder}: {error.strerror}.") from error


def secret_key(folder: Path) -> str:
    """MYTHOS_SECRET_KEY, else one made on first use and kept readable by the owner alone."""
    given = text("MYTHOS_SECRET_KEY", "")
    if given:
        return given
    make_home(folder)
    path = folder / "secret.key"
    try:
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


def database(folder: Path) -> dict[str, Any]:
    url = text("MYTHOS_DATABASE_URL", "")
    if url:
        try:
            config: dict[str, Any] = dict(dj_database_url.parse(url))
        except (ValueError, KeyError) as error:
            raise ImproperlyConfigured("MYTHOS_DATABASE_URL is not a database address.") from error
        if not config["ENGINE"].endswith((".sqlite3", ".postgresql")):
            raise ImproperlyConfigured("MYTHOS_DATABASE_URL must be an address of SQLite or PostgreSQL.")
    else:
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "mythos.sqlite3")}
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
