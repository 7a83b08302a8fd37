"""The archive of a package: a ZIP of the plainest kind, so that the same entries are always the same bytes.

Every entry is stored as it is, with one date, one mode and no extras. The reader rebuilds each header from the name
and the content and compares: whatever a stranger hides in an archive (compression, links, a second directory, bytes
between entries or after the end) makes it another archive, and another archive is refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping

from mythos.errors import PackageUnreadable
from mythos.formats.bundle.canonical import AGAIN, refused

MOST_BYTES = 64 * 1024 * 1024
MOST_ENTRY_BYTES = 8 * 1024 * 1024
MOST_ENTRIES = 60_000
MOST_NAME = 240
FIRST, LAST = "manifest.json", "signature.json"
_DATE = (0, 0x21)  # 1 January 1980, the first day a ZIP knows
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_REGULAR = 0o100644 << 16
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*\Z")
_ENCRYPTED, _LINK = 1, 0o120000
_BEGIN, _FINISH = b"PK\x03\x04", b"PK\x05\x06"
CHOOSE = "Choose the file that MythOS exported; its name ends in .mythos."
AS_IT_WAS = "Ask the sender for the file as MythOS exported it, neither unpacked nor packed again."


def order(name: str) -> tuple[int, str]:
    """The manifest first, the signature last, the others by name."""
    return (0 if name == FIRST else 2 if name == LAST else 1, name)


def name_problem(name: str) -> str:
    """What is wrong with the name of an entry; empty when nothing is."""
    if len(name) > MOST_NAME:
        return "The name is too long."
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "The path is absolute."
    if ".." in name.replace("\\", "/").split("/"):
        return "The path leads out of the package."
    if not _NAME.match(name):
        return "The name may hold lower-case letters, digits, - _ . and / only."
    return ""


def pack(entries: Mapping[str, bytes]) -> bytes:
    """The archive of these entries."""
    parts: list[bytes] = []
    directory: list[bytes] = []
    position = 0
    for name in sorted(entries, key=order):
        content = entries[name]
        problem = name_problem(name) or ("It is too large." if len(content) > MOST_ENTRY_BYTES else "")
        if problem:
            raise refused(name, problem)
        local, central = _headers(name.encode(), content, position)
        parts += [local, content]
        directory.append(central)
        position += len(local) + len(content)
    if len(entries) > MOST_ENTRIES:
        raise refused("package", f"It has {len(entries)} entries; the most is {MOST_ENTRIES}.")
    data = b"".join([*parts, *directory, _end(len(entries), sum(map(len, directory)), position)])
    if len(data) > MOST_BYTES:
        raise refused("package", f"It is larger than {MOST_BYTES:,} bytes.")
    return data


def unpack(data: bytes) -> dict[str, memoryview]:
    """Name -> content, without a copy; PackageUnreadable names the entry that is not as it should be."""
    if len(data) > MOST_BYTES:
        raise refused("package", f"It is larger than {MOST_BYTES:,} bytes.")
    view = memoryview(data)
    _look(view)
    entries: dict[str, memoryview] = {}
    directory: list[tuple[str, bytes]] = []
    position, last = 0, (-1, "")
    while data[position : position + 4] == _BEGIN:
        name, content, local, central = _entry(view, position)
        if name in entries:
            raise refused(name, "The name stands there twice.")
        if order(name) < last:
            raise refused(name, "The entries are not in order.")
        if len(entries) >= MOST_ENTRIES:
            raise refused(name, f"There are more than {MOST_ENTRIES} entries.")
        last = order(name)
        entries[name] = content
        directory.append((name, central))
        position += len(local) + len(content)
    _compare_directory(view, position, directory)
    return entries


def _look(view: memoryview) -> None:
    """Tell another kind of file, and an archive that something else made, from a package that was spoiled."""
    if not view:
        raise refused("package", "The file is empty.", CHOOSE)
    if bytes(view[:4]) not in (_BEGIN[: len(view)], _FINISH):
        raise refused("package", "This is another kind of file, not a package of MythOS.", CHOOSE)
    first = bytes(view[_LOCAL.size : _LOCAL.size + len(FIRST)])
    if len(first) == len(FIRST) and first != FIRST.encode():
        raise refused(FIRST, "It does not come first: something other than MythOS made this archive.", AS_IT_WAS)


def _entry(view: memoryview, position: int) -> tuple[str, memoryview, bytes, bytes]:
    """(name, content, local header, record in the directory) of the entry that begins here."""
    where = f"entry at byte {position}"
    if len(view) < position + _LOCAL.size:
        raise refused(where, "The package is cut off.")
    _, _, flags, method, _, _, _, packed, size, name_length, _ = _LOCAL.unpack_from(view, position)
    start = position + _LOCAL.size
    raw = bytes(view[start : start + name_length])
    name = raw.decode("utf-8", "replace")[: MOST_NAME + 1]
    kind = _kind_problem(flags, method, packed, size)
    problem = name_problem(name) or kind
    if not problem and start + name_length + size > len(view):
        problem = "The package is cut off."
    if problem:
        raise refused(name or where, problem, AS_IT_WAS if problem == kind else AGAIN)
    content = view[start + name_length : start + name_length + size]
    local, central = _headers(raw, content, position)
    if view[position : start + name_length] != local:
        if _LOCAL.unpack_from(view, position)[6] != zlib.crc32(content):
            raise refused(name, "The checksum does not fit. It was changed or damaged after it was packed.")
        raise refused(name, "Its header is not the one MythOS writes: another program packed it.", AS_IT_WAS)
    return name, content, local, central


def _kind_problem(flags: int, method: int, packed: int, size: int) -> str:
    if flags & _ENCRYPTED:
        return "It is encrypted."
    if method != 0:
        return "It is compressed, so another program packed it: MythOS stores entries as they are."
    if packed != size:
        return "Its two sizes differ."
    if size > MOST_ENTRY_BYTES:
        return f"It is larger than {MOST_ENTRY_BYTES:,} bytes."
    return ""


def _compare_directory(view: memoryview, position: int, directory: Iterable[tuple[str, bytes]]) -> None:
    """The directory is the one the entries give, and nothing follows it."""
    start, count = position, 0
    for name, central in directory:
        if view[position : position + len(central)] != central:
            raise refused(name, _record_problem(view, position))
        position += len(central)
        count += 1
    end = _end(count, position - start, start)
    if view[position:] != end:
        raise refused("package", _end_problem(view[position:], end))
    if not count:
        raise refused("package", "It holds nothing.", CHOOSE)


def _end_problem(rest: memoryview, end: bytes) -> str:
    if len(rest) < len(end):
        return "The end is missing: the file did not arrive whole."
    if rest[: len(end)] == end:
        return "Something was added after the end."
    return "Its end is not the one its entries give: it was changed after it was packed."


def _record_problem(view: memoryview, position: int) -> str:
    if len(view) < position + _CENTRAL.size or bytes(view[position : position + 4]) != b"PK\x01\x02":
        return "The package is cut off: the directory lacks it."
    attributes = _CENTRAL.unpack_from(view, position)[15]
    if (attributes >> 16) & 0o170000 == _LINK:
        return "It is a symbolic link."
    return "The directory says something else than the entry."


def _headers(name: bytes, content: bytes | memoryview, position: int) -> tuple[bytes, bytes]:
    time, date = _DATE
    crc, size = zlib.crc32(content), len(content)
    local = _LOCAL.pack(b"PK\x03\x04", 20, 0, 0, time, date, crc, size, size, len(name), 0) + name
    central = _CENTRAL.pack(
        b"PK\x01\x02", 0x314, 20, 0, 0, time, date, crc, size, size, len(name), 0, 0, 0, 0, _REGULAR, position
    )
    return local, central + name


def _end(count: int, size: int, start: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0)


__all__ = ["FIRST", "LAST", "MOST_BYTES", "PackageUnreadable", "name_problem", "order", "pack", "unpack"]
