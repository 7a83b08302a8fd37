"""Contents to the bytes of a package: the same contents and key give the same bytes, on any machine."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from mythos.formats.bundle import signing
from mythos.formats.bundle.archive import FIRST, LAST, order, pack
from mythos.formats.bundle.canonical import dump_json
from mythos.formats.bundle.document import FORMAT, FORMAT_VERSION, About, Contents
from mythos.formats.bundle.reader import Bundle, Progress, read_bundle


@dataclass(frozen=True)
class Seal:
    """A private key and the name its owner signs with."""

    private: bytes
    signer: str


def write_bundle(
    about: About, contents: Contents, seal: Seal | None = None, on_progress: Progress | None = None
) -> Bundle:
    """The package, read back once before it is given away: what we refuse from others we do not make."""
    entries = {path: dump_json(value) for path, value in contents.files()}
    listed = [
        {"path": path, "sha256": hashlib.sha256(entries[path]).hexdigest(), "size": len(entries[path])}
        for path in sorted(entries, key=order)
    ]
    manifest = dump_json({"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(about), "entries": listed})
    entries[FIRST] = manifest
    if seal is not None:
        entries[LAST] = dump_json(signing.sign(seal.private, seal.signer, manifest))
    return read_bundle(pack(entries), on_progress)
