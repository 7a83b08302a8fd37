"""Secrets and signatures as the Standard Webhooks specification has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.crypto import salted_hmac

SECRET_START = "whsec_"  # noqa: S105 - the public beginning of every secret
PURPOSE = "mythos.webhooks"


def new_salt() -> str:
    """What a new secret is made of."""
    return secrets.token_hex(32)


def secret_of(salt: str) -> str:
    """The secret of a salt; only this server's key makes it."""
    return SECRET_START + base64.b64encode(_key(salt)).decode()


def headers_of(message_id: str, at: datetime, body: bytes, salts: Iterable[str]) -> dict[str, str]:
    """The three headers; one signature for each secret that is valid now."""
    seconds = str(int(at.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{_signature(salt, signed)}" for salt in salts),
    }


def _key(salt: str) -> bytes:
    return salted_hmac(PURPOSE, salt, algorithm="sha256").digest()


def _signature(salt: str, signed: bytes) -> str:
    return base64.b64encode(hmac.new(_key(salt), signed, hashlib.sha256).digest()).decode()
