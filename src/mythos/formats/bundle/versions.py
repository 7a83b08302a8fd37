"""Version numbers as SemVer 2.0.0 has them, and which ones a dependency takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mythos.errors import Invalid

Step = Literal["major", "minor", "patch"]
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})(?:-([0-9a-z]+(?:[.-][0-9a-z]+)*))?\Z")


@dataclass(frozen=True)
class Version:
    """major.minor.patch, with what a pre-release adds."""

    major: int
    minor: int
    patch: int
    pre: str = ""

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre}" if self.pre else "")

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def after(self, step: Step) -> Version:
        """The next number; below 1.0.0 what breaks raises the middle one."""
        if step == "major" and self.major:
            return Version(self.major + 1, 0, 0)
        if step == "patch" and not self.pre:
            return Version(self.major, self.minor, self.patch + 1)
        if step == "patch":
            return Version(self.major, self.minor, self.patch)
        return Version(self.major, self.minor + 1, 0)

    def _key(self) -> tuple[object, ...]:
        parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split("."))
        return (self.major, self.minor, self.patch, not self.pre, parts)


def read_version(text: str) -> Version:
    """A version, or Invalid."""
    found = _VERSION.match(text)
    if not found:
        raise Invalid(
            f"{text[:40]!r} is not a version.",
            hint="Write three numbers, as in 1.4.0.",
            fields={"version": "Three numbers, as in 1.4.0."},
        )
    major, minor, patch, pre = found.groups()
    return Version(int(major), int(minor), int(patch), pre or "")


def takes(wanted: str, version: str) -> bool:
    """Whether a dependency on `wanted` (`1.2.0` or `^1.2.0`) is met by a version."""
    least, found = read_version(wanted.removeprefix("^")), read_version(version)
    if not wanted.startswith("^"):
        return least == found
    same = found.major == least.major and (least.major > 0 or found.minor == least.minor)
    return same and not found < least
