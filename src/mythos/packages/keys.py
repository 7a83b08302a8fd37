"""Where private keys lie: one file each under the data folder, readable by its owner alone. Never in a row or a log."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from mythos.errors import NotConfigured


def store_key(fingerprint: str, private: bytes) -> None:
    """Write a private key that is not there yet."""
    path = _path(fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(private)


def load_key(fingerprint: str) -> bytes:
    """The private key, or NotConfigured when this machine does not have it or others can read it."""
    path = _path(fingerprint)
    try:
        if path.stat().st_mode & 0o077:
            raise NotConfigured(
                "The file of this key can be read by others.",
                hint=f"Run chmod 600 on keys/{path.name}, or make a new key.",
            )
        return path.read_bytes()
    except OSError as error:
        raise NotConfigured(
            "The private half of this key is not on this machine.", hint="Sign where it was made, or make a new key."
        ) from error


def has_key(fingerprint: str) -> bool:
    """Whether this machine can sign with it."""
    return _path(fingerprint).is_file()


def forget_key(fingerprint: str) -> None:
    """Remove the private half."""
    _path(fingerprint).unlink(missing_ok=True)


def _path(fingerprint: str) -> Path:
    return Path(settings.HOME) / "keys" / f"{fingerprint}.key"
