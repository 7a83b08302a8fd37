"""Amounts evened out: number words, multipliers, fractions and units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mythos.text import dates
from mythos.text.unit_names import CODES, SPANS, SPEEDS, UNITS


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands; `stem` is what is compared, `number` its value when it is a quantity."""

    text: str
    norm: str
    stem: str
    start: int
    end: int
    number: float | None = None
    unit: str = ""


_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = {name: value for value, name in enumerate(_SMALL)} | {
    name: 20 + 10 * place for place, name in enumerate(_TENS)
}
_MULTIPLIERS = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 10**9, "dozen": 12, "dozens": 12}
_TIMES = {"twice": 2.0, "thrice": 3.0}
_PARTS = {"half": 50.0, "third": 100 / 3, "thirds": 100 / 3, "quarter": 25.0, "quarters": 25.0} | {
    name + ending: 100 / place
    for place, name in enumerate(["fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=5)
    for ending in ("", "s")
}
_SETTLED = frozenset({"times", "clock", "date", "delay", "period", "nth"})
_WHOLE = frozenset(["full", "whole", "consecutive", "clear", "calendar"])
_PER = frozenset(["a", "an", "per", "every", "each", "daily", "weekly", "monthly"])


_LASTING = frozenset(["for", "every", "last", "past", "next", "first", "in", "within", "these", "those"])
_DIGIT = re.compile(r"\d")
_NTH = re.compile(r"\d{1,2}(?:st|nd|rd|th)")


def value_of(raw: str, norm: str) -> tuple[float | None, str]:
    """Number and unit that a single token has by itself."""
    if norm in _TIMES:
        return _TIMES[norm], "times"
    if norm in NUMBER_WORDS:
        return float(NUMBER_WORDS[norm]), ""
    if not _DIGIT.search(norm):
        return dates.value_of(raw, norm) if norm in dates.HOURS else (None, "")
    digits = re.sub(r"(?<=\d),(?=\d{3}\b)", "", norm.strip("$€£¥ "))
    if _NTH.fullmatch(digits):
        return float(digits[:-2]), "nth"
    if re.fullmatch(r"[-−]?\d+(?:[.,]\d+)?", digits):
        digits = digits.replace("−", "-")
        return float(digits.replace(",", ".")), UNITS[norm[0]][0] if norm[0] in "$€£¥" else ""
    return dates.value_of(raw, norm)


def evened(found: list[Word]) -> list[Word]:
    """Numbers take up multiplier and unit, so an hour is sixty minutes."""
    return _ranges(_quantities(found))


def _quantities(found: list[Word]) -> list[Word]:
    out: list[Word] = []
    index = 0
    while index < len(found):
        word = found[index]
        read = _amount(found, index)
        if read is None:
            index += 1
            following = found[index] if index < len(found) else None
            if not (word.norm in CODES and following is not None and following.number is not None):
                out.append(word)
            continue
        value, unit, after = read
        bare = word.number
        start = word.start
        if word.norm == "one" and after == index + 1:
            out.append(replace(word, number=None, stem="one"))
            index = after
            continue
        last = out[-1] if out else None
        if last and last.number == bare and not last.unit and last.norm in NUMBER_WORDS:
            start = out.pop().start  # “thirty (30) days” says it twice
        own = "one" if word.norm == "1" and not unit and value == 1 else f"#{value:.10g}{unit}"
        out.append(Word(word.text, word.norm, own, start, found[after - 1].end, value, unit))
        index = after
    return out


def _amount(found: Sequence[Word], index: int) -> tuple[float, str, int] | None:
    """Value in the base unit, unit, and the index after the amount that begins here; None where none does."""
    word = found[index]
    if word.unit in _SETTLED and word.number is not None:
        return word.number, word.unit, index + 1
    read = _part(found, index) or _number(found, index)
    if read is None:
        return None
    value, unit, at = read
    if unit:
        return value, unit, at
    before = found[index - 1].norm if index else ""
    unit = word.unit or (before if before in CODES else "")
    norms = [other.norm for other in found[at : at + 4]]
    if norms[:1] == ["us"] and norms[1:2] and norms[1] in ("dollar", "dollars"):
        at, norms = at + 1, norms[1:]
    if norms[:2] in (["per", "cent"], ["per", "centum"]):
        return value, "%", at + 2
    if norms[1:3] in (["per", "hour"], ["an", "hour"]) and norms[0] in SPEEDS:
        return value, SPEEDS[norms[0]], at + 3
    if norms[:1] in (["business"], ["working"]) and norms[1:2] and norms[1] in ("day", "days", "hour", "hours"):
        return value, "work" + norms[1].rstrip("s"), at + 2
    if norms[1:2] and norms[0] in _WHOLE and norms[1] in UNITS:
        at, norms = at + 1, norms[1:]
    if not unit and norms and norms[0] in UNITS:
        unit, factor = UNITS[norms[0]]
        at += 1
        if norms[1:4] == ["and", "a", "half"]:  # an hour and a half
            value, at = value + 0.5, at + 3
        value *= factor
    return value, unit, at


def _part(found: Sequence[Word], index: int) -> tuple[float, str, int] | None:
    """“Half of”, “a quarter of”, “two thirds of”: a share in percent."""
    word = found[index]
    count, at = (word.number or 1.0, index + 1) if word.number or word.norm in ("a", "an") else (1.0, index)
    norms = [other.norm for other in found[at : at + 2]]
    if not norms or norms[0] not in _PARTS or count > 9 or (at == index and norms[0] not in ("half", "quarter")):
        return None
    whole = [other.norm for other in found[at + 1 : at + 4]]
    if whole[:1] == ["of"] and whole[1:2] in (["a"], ["an"]) and whole[2:] and whole[2] in SPANS:
        unit, factor = UNITS[whole[2]]
        return count * _PARTS[norms[0]] / 100 * factor, unit, at + 4
    if at == index and norms[0] == "quarter":
        return None
    if at > index and count > 1 and norms[0].endswith("s") and _is_share(found, index, norms[0]):
        return round(count * _PARTS[norms[0]]), "%", at + 1
    if norms[1:2] and (norms[1] == "of" or (norms[0] == "half" and norms[1] in ("the", "all"))):
        return round(count * _PARTS[norms[0]]), "%", at + 1
    return None


def _is_share(found: Sequence[Word], index: int, part: str) -> bool:
    """Whether “three quarters” are parts of something, and not nine months."""
    before = found[index - 1].norm if index else ""
    return part != "quarters" or (found[index].number == 3 and before not in _LASTING)


def _number(found: Sequence[Word], index: int) -> tuple[float, str, int] | None:
    """A number in digits or words with what multiplies it, or “an” before a span of time or a dozen."""
    word = found[index]
    norms = [other.norm for other in found[index : index + 4]]
    if norms[0] == "once" and norms[1:2] and norms[1] in _PER:
        return 1.0, "times", index + 1
    if norms[0] == "half" and len(norms) > 1:
        skip = 2 if norms[1] in ("a", "an") else 1
        if norms[skip : skip + 1] and (norms[skip] in SPANS or (skip == 2 and norms[skip] in UNITS)):
            return 0.5, "", index + skip
        return (6.0, "", index + skip + 1) if norms[skip : skip + 1] == ["dozen"] else None
    if norms[:3] == ["a", "couple", "of"]:
        return 2.0, "", index + 3
    if norms[:2] in (["the", "hour"], ["the", "minute"]) and index and found[index - 1].norm == "within":
        return 1.0, "", index + 1
    if norms[0] in ("a", "an") and norms[1:2]:
        if norms[1] in SPANS:
            return 1.0, "", index + 1
        return (1.0 * _MULTIPLIERS[norms[1]], "", index + 2) if norms[1] in _MULTIPLIERS else None
    if norms[0] in SPANS and index and found[index - 1].norm in ("every", "per", "each"):
        return 1.0, "", index
    if word.number is None:
        return None
    value, at = _spelled(found, index) if word.norm in NUMBER_WORDS else (word.number, index + 1)
    while at < len(found) and found[at].norm in _MULTIPLIERS:
        value, at = value * _MULTIPLIERS[found[at].norm], at + 1
    if at < len(found) and found[at].norm == "k" and found[at].start == found[at - 1].end:
        value, at = value * 1000, at + 1
    if [other.norm for other in found[at : at + 3]] == ["and", "a", "half"]:
        value, at = value + 0.5, at + 3
    return value, "", at


def _spelled(found: Sequence[Word], index: int) -> tuple[float, int]:
    """“Two hundred and fifty thousand”, “twenty-five”: numbers in words add up."""
    total, group, at = 0.0, 0.0, index
    while at < len(found):
        norm = found[at].norm
        small = NUMBER_WORDS.get(norm)
        if small is not None and (at == index or _fits(found[at - 1].norm, small)):
            group += small
        elif norm == "hundred" and at > index:
            group = max(group, 1) * 100
        elif norm in ("thousand", "million") and at > index and group:
            total, group = total + group * _MULTIPLIERS[norm], 0.0
        elif not (norm == "and" and found[at - 1].norm in ("hundred", "thousand") and _follows(found, at + 1)):
            break
        at += 1
    return total + group, at


def _fits(before: str, small: int) -> bool:
    """Whether a number word goes on with the number before it, as in “twenty five” but not in “five six”."""
    tens = NUMBER_WORDS.get(before, 0)
    return before in ("hundred", "thousand", "million", "and") or (tens >= 20 and tens % 10 == 0 and 0 < small < 10)


def _follows(found: Sequence[Word], at: int) -> bool:
    return at < len(found) and found[at].norm in NUMBER_WORDS


def _ranges(found: list[Word]) -> list[Word]:
    """“5 to 10 days” and “5–10 days” are five days to ten days."""
    out = list(found)
    for index, word in enumerate(found):
        if word.number is None or word.unit:
            continue
        joined = found[index + 1].norm in ("to", "and", "or") if index + 1 < len(found) else False
        other = found[index + 2] if joined and index + 2 < len(found) else None
        if other is None and index + 1 < len(found) and found[index + 1].start - word.end <= 3:
            other = found[index + 1]
        if other is None or other.number is None or other.unit not in ("s", "month", "%", "eur", "usd", "gbp"):
            continue
        factor = next((f for u, f in UNITS.values() if u == other.unit and _is_last(other, u, f)), 1.0)
        value = word.number * factor
        if value < other.number:
            out[index] = replace(word, number=value, unit=other.unit, stem=f"#{value:.10g}{other.unit}")
    return out


def _is_last(word: Word, unit: str, factor: float) -> bool:
    """Whether the amount was given in this unit: its own number is the value in it."""
    bare, _ = value_of(word.text, word.norm)
    return bare is not None and word.number is not None and abs(word.number - bare * factor) < 1e-9
