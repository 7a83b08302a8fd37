"""What a licence lets the holder of a copy do, read from its SPDX expression."""

from __future__ import annotations

import re
from collections.abc import Callable

# Licences that let anybody copy and change. A family ends in "-": GPL- stands for GPL-3.0-or-later and the others.
_FREE = frozenset({
    "0BSD", "AFL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSL-1.0",
    "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "ISC", "MIT",
    "MIT-0", "MS-PL", "NCSA", "ODC-By-1.0", "PDDL-1.0", "Unlicense", "WTFPL", "Zlib",
})  # fmt: skip
_FREE_FAMILIES = ("AGPL-", "CDDL-", "CDLA-", "ECL-", "EPL-", "EUPL-", "GPL-", "LGPL-", "MPL-", "ODbL-", "OFL-")
# Copying and changing is free, asking money for it is not.
_NOT_FOR_MONEY = ("CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0")
_TOKEN = re.compile(r"\(|\)|[^\s()]+")


def allows_copies(expression: str) -> bool:
    """Whether anybody may copy and change the work; a licence nobody here knows does not."""
    return _holds(expression, lambda name: _is_free(name) or name in _NOT_FOR_MONEY)


def allows_selling_on(expression: str) -> bool:
    """Whether somebody who got a copy may trade it on."""
    return _holds(expression, _is_free)


def _is_free(name: str) -> bool:
    return name.rstrip("+") in _FREE or name.startswith(_FREE_FAMILIES)


def _holds(expression: str, rule: Callable[[str], bool]) -> bool:
    """OR leaves the choice, AND asks for both; an exception (WITH) only ever permits more."""
    tokens = _TOKEN.findall(expression)
    try:
        result, rest = _either(tokens, rule)
    except IndexError:
        return False
    return result and not rest


def _either(tokens: list[str], rule: Callable[[str], bool]) -> tuple[bool, list[str]]:
    result, rest = _both(tokens, rule)
    while rest and rest[0].upper() == "OR":
        more, rest = _both(rest[1:], rule)
        result = result or more
    return result, rest


def _both(tokens: list[str], rule: Callable[[str], bool]) -> tuple[bool, list[str]]:
    result, rest = _one(tokens, rule)
    while rest and rest[0].upper() == "AND":
        more, rest = _one(rest[1:], rule)
        result = result and more
    return result, rest


def _one(tokens: list[str], rule: Callable[[str], bool]) -> tuple[bool, list[str]]:
    if tokens[0] == "(":
        result, rest = _either(tokens[1:], rule)
        if rest[0] != ")":
            raise IndexError
        return result, rest[1:]
    rest = tokens[1:]
    if rest and rest[0].upper() == "WITH":
        rest = rest[2:]
    return rule(tokens[0]), rest
