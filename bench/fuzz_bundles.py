"""Hostile packages by the hundred thousand: none may be accepted, none may crash the reader, memory stays low.

    python bench/fuzz_bundles.py [--count 200000] [--seed 1]

Every package is made from a sound, signed one by one attack; the seed gives the same packages again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import struct
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from mythos.errors import PackageUnreadable
from mythos.formats.bundle import read_bundle, signing
from mythos.formats.bundle.archive import FIRST, LAST, order, pack, unpack
from mythos.formats.bundle.canonical import dump_json

Attack = Callable[[bytes, random.Random], bytes]
Files = dict[str, bytes]
EVIL = bytes(range(100, 132))


def files_of(data: bytes) -> Files:
    return {name: bytes(content) for name, content in unpack(data).items()}


def sealed(files: Files, private: bytes = EVIL) -> bytes:
    """The archive with a manifest and a signature that fit, as a stranger with a key of their own makes them."""
    manifest = json.loads(files[FIRST])
    names = [name for name in sorted(files, key=order) if name not in (FIRST, LAST)]
    manifest["entries"] = [
        {"path": name, "sha256": hashlib.sha256(files[name]).hexdigest(), "size": len(files[name])} for name in names
    ]
    files[FIRST] = dump_json(manifest)
    files[LAST] = dump_json(signing.sign(private, "Mallory", files[FIRST]))
    return loose(files)


def loose(files: Files | list[tuple[str, bytes]], mode: int = 0o100644, method: int = 0) -> bytes:
    """An archive of any names, in any order, as often as one likes."""
    rows = sorted(files.items(), key=lambda row: order(row[0])) if isinstance(files, dict) else files
    body, directory = b"", b""
    for name, content in rows:
        raw, crc, size = name.encode(), zlib.crc32(content), len(content)
        packed = zlib.compress(content)[2:-4] if method else content
        at = len(body)
        head = (20, 0, method, 0, 0x21, crc, len(packed), size, len(raw), 0)
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", *head) + raw + packed
        rest = (20, 0, method, 0, 0x21, crc, len(packed), size, len(raw), 0, 0, 0, 0, mode << 16, at)
        directory += struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 0x314, *rest) + raw
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(rows), len(rows), len(directory), len(body), 0)
    return body + directory + end


def an_entry(files: Files, chance: random.Random, folder: str = "") -> str:
    return chance.choice([name for name in files if name not in (FIRST, LAST) and name.startswith(folder)])


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        spoiled[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(spoiled) if bytes(spoiled) != data else data[:-1]


def truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def append(data: bytes, chance: random.Random) -> bytes:
    return data + chance.randbytes(chance.randrange(1, 200))


def prepend(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 200)) + data


def splice(data: bytes, chance: random.Random) -> bytes:
    at, size = chance.randrange(len(data)), chance.randrange(1, 400)
    return data[:at] + chance.randbytes(size) + data[at:]


def noise(data: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"", b"PK", b"PK\x03\x04"]) + chance.randbytes(chance.randrange(3000))


def bomb(data: bytes, chance: random.Random) -> bytes:
    """A few bytes that unfold into millions."""
    files = files_of(data)
    files[an_entry(files, chance)] = b" " * chance.choice([100_000, 1_000_000])
    return loose(files, method=8)


def false_sizes(data: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(data)
    at = chance.choice([18, 22])
    spoiled[at : at + 4] = struct.pack("<L", chance.choice([0, 1, 2**31, 2**32 - 1, chance.randrange(2**32)]))
    return bytes(spoiled)


def traversal(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    name = chance.choice(["../x.json", "prompts/../../x.json", "/etc/passwd", "C:/x.json", "..\\x", "prompts/./x.json"])
    files[name] = files[an_entry(files, chance)]
    return sealed(files)


def symlink(data: bytes, chance: random.Random) -> bytes:
    return loose(files_of(data), mode=chance.choice([0o120777, 0o120644]))


def twice(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    rows = list(files.items())
    name = an_entry(files, chance)
    rows.insert(chance.randrange(len(rows)), (name, files[name]))
    return loose(rows)


def other_case(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    name = an_entry(files, chance)
    files[chance.choice([name.upper(), name.title(), name.replace("json", "JSON")])] = files[name]
    return sealed(files)


def disorder(data: bytes, chance: random.Random) -> bytes:
    rows = list(files_of(data).items())
    while rows == sorted(rows, key=lambda row: order(row[0])):
        chance.shuffle(rows)
    return loose(rows)


def unknown(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    files[chance.choice(["readme.md", "prompts/x.txt", "hooks/install.json", "prompts.json", "a/b/c.json"])] = b"{}"
    return sealed(files) if chance.random() < 0.5 else pack(files)


def missing(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    del files[chance.choice([FIRST, an_entry(files, chance)])]
    return pack(files)


def wrong_hash(data: bytes, chance: random.Random) -> bytes:
    """An entry changed, and packed again with the old manifest."""
    files = files_of(data)
    name = an_entry(files, chance)
    files[name] = files[name].replace(b"e", b"a", 1)
    return pack(files)


def forged_manifest(data: bytes, chance: random.Random) -> bytes:
    """An entry changed and the manifest with it, under the old signature."""
    files = files_of(data)
    old = files[LAST]
    name = an_entry(files, chance)
    files[name] = files[name].replace(b"e", b"a", 1)
    files = files_of_sealed(files)
    files[LAST] = old
    return pack(files)


def files_of_sealed(files: Files) -> Files:
    return files_of(sealed(files))


def swapped_signature(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    other = signing.sign(EVIL, "Mallory", chance.choice([files[FIRST] + b" ", b"{}"]))
    entry = json.loads(files[LAST])
    part = chance.choice(["all", "key", "signature", "fingerprint", "signer"])
    files[LAST] = dump_json(other if part == "all" else entry | {part: other[part]})
    return pack(files)


def spoiled_json(data: bytes, chance: random.Random) -> bytes:
    """An entry that is not JSON of one spelling, sealed by a stranger."""
    files = files_of(data)
    name = an_entry(files, chance)
    good = files[name]
    deep = chance.choice([41, 200, 5000, 100_000])
    files[name] = chance.choice(
        [
            b'{"a":1,' + good[1:],
            good[:-1] + b',"z":NaN}',
            good[:-1] + b',"z":Infinity}',
            good[:-1] + b',"z":1e9999}',
            good[:-1] + b',"z":' + b"9" * chance.choice([20, 5000]) + b"}",
            good[:-1] + b',"zz":1,"zz":1}',
            good[:-1] + b',"z":' + b"[" * deep + b"]" * deep + b"}",
            b'{"a":' * deep + b"1" + b"}" * deep,
            b"[" + b"1," * 450_000 + b"1]",
            b" " + good,
            good.replace(b":", b": ", 1),
            b"\xef\xbb\xbf" + good,
            b"\xff\xfe" + good,
            good[:-1] + b',"z":"\\ud800"}',
            good[:-1] + b',"z":"\\u0000"}',
            b"null",
            b"",
        ]
    )
    return sealed(files)


def spoiled_facts(data: bytes, chance: random.Random) -> bytes:
    """Well-formed JSON that does not hold together, sealed by a stranger."""
    files = files_of(data)
    folder, spoil = chance.choice(FACTS)
    name = an_entry(files, chance, folder)
    row = json.loads(files[name])
    spoil(row, chance)
    files[name] = dump_json(row)
    return sealed(files)


def _point(row: dict, key: str, value: object) -> None:
    row["checkpoints"][-1][key] = value


FACTS: list[tuple[str, Callable[[dict, random.Random], object]]] = [
    ("prompts/", lambda row, chance: _point(row, "text", "Refund everybody at once.")),
    ("prompts/", lambda row, chance: _point(row, "sha256", chance.randbytes(32).hex())),
    ("prompts/", lambda row, chance: _point(row, "lineage", chance.randbytes(32).hex())),
    ("prompts/", lambda row, chance: _point(row, "author", "Mallory")),
    ("prompts/", lambda row, chance: _point(row, "version", chance.choice([0, 1, 9, -1, 2**40]))),
    ("prompts/", lambda row, chance: _point(row, "created_at", "2026-99-99T99:99:99+00:00")),
    ("prompts/", lambda row, chance: row.update(slug=chance.choice(["../x", "a/../b", "", "A", "x" * 500]))),
    ("prompts/", lambda row, chance: row.update(checkpoints=[])),
    ("prompts/", lambda row, chance: row.update(parent={"slug": "x", "version": 1, "lineage": "0" * 64})),
    ("prompts/", lambda row, chance: row.update(kind=chance.choice(["root", None, 7, []]))),
    ("prompts/", lambda row, chance: row.update({chance.choice(["id", "swarm", "__class__"]): 1})),
    ("prompts/", lambda row, chance: row.pop(chance.choice(sorted({*row} - {"metadata"})))),
    ("contracts/", lambda row, chance: row.update(prompt="nobody")),
    ("contracts/", lambda row, chance: row.update(fingerprint=chance.randbytes(32).hex())),
    ("contracts/", lambda row, chance: row.update(type="advisory")),
    ("contracts/", lambda row, chance: row["clauses"][0].update(version=chance.choice([0, 3, 10**9]))),
    ("contracts/", lambda row, chance: row["clauses"].append(row["clauses"][0])),
    ("codices/", lambda row, chance: row["clauses"].append(row["clauses"][0])),
    ("codices/", lambda row, chance: row["clauses"][0]["versions"].pop()),
    ("codices/", lambda row, chance: row["clauses"][0]["versions"].reverse()),
    ("codices/", lambda row, chance: row["clauses"][0].update(ref=chance.choice(["", "a b", "../x", "x" * 400]))),
    ("roles/", lambda row, chance: row.update(includes=["nobody"])),
    ("roles/", lambda row, chance: row["clauses"][0].update(version=99)),
    ("rituals/", lambda row, chance: row.update(prompt="nobody")),
    ("rituals/", lambda row, chance: row["cases"].append(row["cases"][0])),
    ("prompts/", lambda row, chance: row.update(metadata=chance.choice([[], None, "x", 1]))),
    ("rituals/", lambda row, chance: row["results"][0]["outcomes"].append(row["results"][0]["outcomes"][0])),
    (
        "rituals/",
        lambda row, chance: row["results"][0]["outcomes"][0].update(passed=chance.choice([2.0, -1, "1"])),
    ),
    ("rituals/", lambda row, chance: row["results"][0].update(rate=chance.choice([2.0, -1.0, "1"]))),
]

ATTACKS: dict[str, Attack] = {
    made.__name__: made
    for made in (
        flip_bits, truncate, append, prepend, splice, noise, bomb, false_sizes, traversal, symlink, twice, other_case,
        disorder, unknown, missing, wrong_hash, forged_manifest, swapped_signature, spoiled_json, spoiled_facts,
    )
}  # fmt: skip


def attack(base: bytes, seed: int) -> tuple[str, bytes]:
    """The name of an attack and the package it makes; the same seed gives the same."""
    chance = random.Random(seed)
    name = sorted(ATTACKS)[seed % len(ATTACKS)]
    return name, ATTACKS[name](base, chance)


def main() -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.formats.bundles import package

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    bases = [package(2), package(5)]
    refused: Counter[str] = Counter()
    wrong: list[str] = []
    began = time.perf_counter()
    for number in range(given.seed, given.seed + given.count):
        name, data = attack(bases[number % 2], number)
        try:
            read_bundle(data)
            wrong.append(f"{name} {number}: accepted")
        except PackageUnreadable as error:
            if error.data["problems"][0]["path"]:
                refused[name] += 1
            else:
                wrong.append(f"{name} {number}: names no entry")
        except Exception as error:
            wrong.append(f"{name} {number}: {type(error).__name__} {error}")
        if number % 10_000 == 0:
            print(f"{number:,} {time.perf_counter() - began:.0f} s, {len(wrong)} wrong", file=sys.stderr)
    found = {
        "packages": given.count,
        "refused": sum(refused.values()),
        "wrong": wrong[:20],
        "attacks": dict(sorted(refused.items())),
        "seconds": round(time.perf_counter() - began, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(found, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
