"""Ed25519 signatures over a manifest. A key is 32 bytes in base64; its fingerprint is their SHA-256."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mythos.formats.bundle.canonical import dump_json, refused

ALGORITHM = "ed25519"
PLACE = "signature.json"


def new_key() -> tuple[bytes, str]:
    """(private key, public key in base64)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), public_of(key.private_bytes_raw())


def public_of(private: bytes) -> str:
    """The public half of a private key, in base64."""
    return _text(Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def fingerprint(public: str) -> str:
    """SHA-256 of a public key, in hex; Ed25519 keys are exactly 32 bytes."""
    raw = _bytes(public)
    if len(raw) != 32 or _text(raw) != public:
        raise refused(PLACE, "The public key is not an Ed25519 key.")
    return hashlib.sha256(raw).hexdigest()


def sign(private: bytes, signer: str, manifest: bytes) -> dict[str, Any]:
    """The signature entry of a package; the same key and manifest give the same one."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    public = public_of(private)
    said = {"algorithm": ALGORITHM, "key": public, "fingerprint": fingerprint(public), "signer": signer}
    return said | {"signature": _text(key.sign(_message(said, manifest)))}


def verify(entry: dict[str, Any], manifest: bytes) -> None:
    """Raise PackageUnreadable unless the signature is of this manifest and by the key it names."""
    said = {key: value for key, value in entry.items() if key != "signature"}
    if fingerprint(entry["key"]) != entry["fingerprint"]:
        raise refused(PLACE, "The fingerprint is not that of the key.")
    signature = _bytes(entry["signature"])
    if _text(signature) != entry["signature"]:
        raise refused(PLACE, "The signature is not in canonical base64.")
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(entry["key"])).verify(signature, _message(said, manifest))
    except (InvalidSignature, ValueError):
        raise refused(PLACE, "The signature is not of this package.") from None


def _message(said: dict[str, Any], manifest: bytes) -> bytes:
    """What is signed: who says so, and the hash of the manifest, which holds the hash of everything else."""
    return b"mythos package 1\n" + dump_json(said | {"manifest": hashlib.sha256(manifest).hexdigest()})


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refused(PLACE, "It is not base64.") from None
