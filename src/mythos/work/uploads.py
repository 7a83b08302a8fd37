"""Files a job carries in its payload, so that a worker on another machine has them too."""

from __future__ import annotations

import base64
import gzip


def pack(data: bytes) -> str:
    """Bytes as a text that JSON can hold."""
    return base64.b64encode(gzip.compress(data, compresslevel=6, mtime=0)).decode()


def unpack(text: str) -> bytes:
    """The bytes again."""
    return gzip.decompress(base64.b64decode(text))
