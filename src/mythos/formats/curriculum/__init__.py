"""Curricula on their way: documents in canonical JSON, checked by published schemas, signed like packages.

A held-out case goes out as a hash. Whoever sells it keeps the case and a salt; shown later, both together prove that
the case was settled before anybody was tried on it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Literal

from mythos.formats.bundle.canonical import digest, dump_json, load_json, refused
from mythos.formats.bundle.checker import checker
from mythos.formats.bundle.signing import sign, verify

Kind = Literal["curriculum", "reveal", "certificate", "market"]
MOST_BYTES = 64 * 1024 * 1024


def check(kind: Kind, document: Any) -> None:
    """Raise PackageUnreadable at the first place that the published schema does not allow."""
    if problem := checker(kind)(document, kind):
        raise refused(f"{kind}.json", problem)


def sign_document(private: bytes, signer: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The signature of a document in its one spelling."""
    return sign(private, signer, dump_json(document))


def verify_document(kind: Kind, document: Any, signature: Any) -> str:
    """The fingerprint of the key that vouches for the document; PackageUnreadable unless it does."""
    check(kind, document)
    if problem := checker("signature")(signature, "signature"):
        raise refused("signature.json", problem)
    verify(signature, dump_json(document))
    return str(signature["fingerprint"])


def pack(document: Mapping[str, Any], signature: Mapping[str, Any]) -> bytes:
    """Document and signature as one file."""
    return dump_json({"document": document, "signature": signature})


def unpack(kind: Kind, data: bytes, name: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """(document, signature) of a file; PackageUnreadable for anything that is not signed or not as published."""
    place = name or f"{kind}.json"
    if len(data) > MOST_BYTES:
        raise refused(place, f"It is larger than {MOST_BYTES:,} bytes.")
    whole = load_json(data, place)
    if not isinstance(whole, dict) or set(whole) != {"document", "signature"}:
        raise refused(place, "It must hold a document and its signature, and nothing else.")
    verify_document(kind, whole["document"], whole["signature"])
    return whole["document"], whole["signature"]


def salt_of(secret: str, case: Mapping[str, Any]) -> str:
    """The salt of one case, from the secret of its part: showing one says nothing of the others."""
    return hmac.new(bytes.fromhex(secret), dump_json(case), hashlib.sha256).hexdigest()


def seal(salt: str, case: Mapping[str, Any]) -> str:
    """The hash under which a held-out case is published."""
    return digest({"case": case, "salt": salt})


__all__ = [
    "Kind",
    "check",
    "digest",
    "pack",
    "salt_of",
    "seal",
    "sign_document",
    "unpack",
    "verify_document",
]
