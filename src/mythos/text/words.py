"""Words with offsets, in a form that compares: contractions, spelling, numbers and units evened out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

_TOKEN = re.compile(
    r"\{\{[^{}\n]*\}\}"  # a placeholder is one word
    r"|https?://[^\s)>\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[$€£¥]\s?\d[\d.,]*\d|[$€£¥]\s?\d"
    r"|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?\b|\d+(?:[.,]\d+)*"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*|[%€£¥]|_+\w+|\w+"
)
# Link targets, footnote marks and heading ids point at things; renaming one changes no meaning.
_POINTER = re.compile(r"(?<=\])\([^()\s]*\)|\[\^[^\]\s]*\]|(?<=\{)#[\w.-]+")
_CONTRACTIONS = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "i'm": ("i", "am"),
}
_SUFFIXES = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
NUMBER_WORDS = {
    name: value
    for value, name in enumerate(
        [
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
    )
} | {
    name: value
    for value, name in zip(
        range(20, 100, 10),
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        strict=True,
    )
}
_MULTIPLIERS = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_TIMES = {"twice": 2.0, "thrice": 3.0}
_UNITS: dict[str, tuple[str, float]] = {}
for _name, _unit, _factor in (
    ("second seconds sec secs s", "s", 1),
    ("minute minutes min mins", "s", 60),
    ("hour hours hr hrs h", "s", 3600),
    ("day days", "s", 86400),
    ("week weeks", "s", 604800),
    ("fortnight", "s", 1209600),
    ("month months", "month", 1),
    ("year years yr yrs", "month", 12),
    ("quarter quarters", "month", 3),
    ("euro euros eur €", "eur", 1),
    ("dollar dollars usd $", "usd", 1),
    ("pound pounds gbp £", "gbp", 1),
    ("¥ yen", "jpy", 1),
    ("cent cents", "cent", 1),
    ("percent % pct", "%", 1),
    ("kb", "byte", 1e3),
    ("mb", "byte", 1e6),
    ("gb", "byte", 1e9),
    ("kib", "byte", 1024),
    ("mib", "byte", 1024**2),
    ("gib", "byte", 1024**3),
    ("byte bytes", "byte", 1),
    ("metre metres meter meters m", "m", 1),
    ("km kilometre kilometres kilometer kilometers", "m", 1000),
    ("cm", "m", 0.01),
    ("mm", "m", 0.001),
    ("kg kilogram kilograms", "g", 1000),
    ("gram grams g", "g", 1),
    ("mg milligram milligrams", "g", 0.001),
    ("mcg µg microgram micrograms", "g", 1e-6),
    ("litre litres liter liters", "l", 1),
    ("ml millilitre millilitres milliliter milliliters", "l", 0.001),
    ("time times", "times", 1),
    ("retry retries", "times", 1),
):
    for _spelling in _name.split():
        _UNITS[_spelling] = (_unit, _factor)


_SPANS = frozenset(["second", "minute", "hour", "day", "week", "fortnight", "month", "quarter", "year"])
_CODES = frozenset(["eur", "usd", "gbp"])

# Sentences are looked at again and again; whole prompts once, and remembering them would cost memory.
_CACHED_LENGTH = 2000


_BOUNDS = {
    phrase.strip(): bound
    for bound, listed in (
        (
            "at-most",
            "at most|no more than|not more than|no longer than|not longer than|no later than|not later than"
            "|not exceed|up to|maximum of|max|a maximum|no greater than|max of|not over",
        ),
        ("at-least", "at least|no less than|not less than|no fewer than|minimum of|a minimum|min|not under"),
        ("less-than", "under|below|less than|fewer than|shorter than|younger than"),
        ("more-than", "over|above|more than|greater than|longer than|exceeding|older than"),
    )
    for phrase in listed.split("|")
}
_BOUNDS_AFTER = {
    "or more": "at-least",
    "or over": "at-least",
    "or older": "at-least",
    "or less": "at-most",
    "or fewer": "at-most",
    "or under": "at-most",
}


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


def words(text: str) -> tuple[Word, ...]:
    """Words of a text in order; Markdown marks and punctuation are not words."""
    return _sentence_words(text) if len(text) <= _CACHED_LENGTH else _find_words(text)


@lru_cache(maxsize=4096)
def _sentence_words(text: str) -> tuple[Word, ...]:
    return _find_words(text)


def _find_words(text: str) -> tuple[Word, ...]:
    plain = _POINTER.sub(lambda match: " " * len(match[0]), text)
    found = [
        _word(match[0], norm, match.start(), match.end())
        for match in _TOKEN.finditer(plain)
        for norm in _norms(match[0])
    ]
    return tuple(_bounds(_quantities(found)))


def _norms(raw: str) -> tuple[str, ...]:
    low = unicodedata.normalize("NFKC", raw).lower().replace("’", "'")
    if low in _CONTRACTIONS:
        return _CONTRACTIONS[low]
    for suffix, full in _SUFFIXES.items():
        if low.endswith(suffix) and len(low) > len(suffix):
            return (low[: -len(suffix)], full)
    if low.endswith("'s"):
        return (low[:-2] + "s",) if low[:-2] in ("it", "that", "he", "she", "what", "there") else (low[:-2],)
    return (low.strip("'"),)


def _word(raw: str, norm: str, start: int, end: int) -> Word:
    digits = re.sub(r"(?<=\d),(?=\d{3}\b)", "", norm.strip("$€£¥ "))
    number = NUMBER_WORDS.get(norm)
    value: float | None = float(number) if number is not None else _TIMES.get(norm)
    unit = "times" if norm in _TIMES else ""
    if value is None and re.fullmatch(r"\d+(?:[.,]\d+)?", digits):
        value = float(digits.replace(",", "."))
        unit = _UNITS[norm[0]][0] if norm[0] in "$€£¥" else ""
    return Word(raw, norm, stem(norm), start, end, value, unit)


def _quantities(found: list[Word]) -> list[Word]:
    """Numbers take up the multiplier and unit that follow them, so an hour is sixty minutes."""
    out: list[Word] = []
    index = 0
    while index < len(found):
        word = _span_of_one(found, index) or found[index]
        index += 1
        if word.number is None:
            if not (word.norm in _CODES and index < len(found) and found[index].number is not None):
                out.append(word)
            continue
        value, unit, end = word.number, word.unit, word.end
        if value >= 20 and value % 10 == 0 and word.norm in NUMBER_WORDS and index < len(found):
            units = NUMBER_WORDS.get(found[index].norm, 0)
            if 0 < units < 10:
                value, end, index = value + units, found[index].end, index + 1
        if index < len(found) and found[index].norm in _MULTIPLIERS:
            value, end, index = value * _MULTIPLIERS[found[index].norm], found[index].end, index + 1
        bare = value
        before = found[index - 2].norm if index >= 2 else ""
        if not unit and before in _CODES:
            unit = before
        if index + 1 < len(found) and found[index].norm == "us" and found[index + 1].norm in ("dollar", "dollars"):
            index += 1
        if not unit and index < len(found) and found[index].norm in _UNITS:
            unit, factor = _UNITS[found[index].norm]
            value, end, index = value * factor, found[index].end, index + 1
        if word.norm == "one" and not unit and value == 1:
            out.append(Word(word.text, "one", "one", word.start, word.end))
            continue
        made = Word(word.text, word.norm, f"#{value:g}{unit}", word.start, end, value, unit)
        last = out[-1] if out else None
        if last and last.number == bare and not last.unit and last.norm in NUMBER_WORDS:
            out.pop()  # “thirty (30) days” says it twice
        out.append(made)
    return out


def _span_of_one(found: list[Word], index: int) -> Word | None:
    """“An hour” is one hour, “half an hour” half of one."""
    word = found[index]
    following = [other.norm for other in found[index + 1 : index + 3]]
    if word.norm in ("a", "an") and following[:1] and following[0] in _SPANS:
        return replace(word, norm="one", number=1.0)
    if word.norm != "half" or not following:
        return None
    gap = 2 if following[0] in ("a", "an") and len(following) > 1 else 1
    if following[gap - 1] not in _SPANS:
        return None
    del found[index + 1 : index + gap]
    return replace(word, number=0.5)


def _bounds(found: list[Word]) -> list[Word]:
    """Every way to set an upper or lower bound before a number becomes one word."""
    out: list[Word] = []
    index = 0
    while index < len(found):
        for length in (3, 2, 1):
            run = found[index : index + length]
            bound = _BOUNDS.get(" ".join(word.norm for word in run))
            following = found[index + length : index + length + 1]
            if bound and following and following[0].number is not None:
                out.append(Word(run[0].text, bound, bound, run[0].start, run[-1].end))
                index += length
                break
        else:
            tail = " ".join(word.norm for word in found[index : index + 2])
            bound = (
                _BOUNDS_AFTER.get(tail)
                if any(word.number is not None for word in found[max(0, index - 2) : index])
                else None
            )
            run = found[index : index + 2] if bound else found[index : index + 1]
            out.append(replace(run[0], norm=bound, stem=bound, end=run[-1].end) if bound else run[0])
            index += len(run)
    return out


@lru_cache(maxsize=16384)
def stem(norm: str) -> str:
    """A light stem: inflection and British or American spelling do not make another word."""
    word = norm
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, other in (
        ("isation", "ization"),
        ("ise", "ize"),
        ("ised", "ized"),
        ("ising", "izing"),
        ("ises", "izes"),
        ("our", "or"),
        ("ours", "ors"),
        ("oured", "ored"),
        ("yse", "yze"),
        ("ogue", "og"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            word = word[: -len(ending)] + other
            break
    if (word.endswith("ies") and len(word) > 4) or (word.endswith("ied") and len(word) > 4):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    elif word.endswith("ing") and len(word) > 5:
        word = _undouble(word[:-3])
    elif word.endswith("ed") and len(word) > 4 and not word.endswith("eed"):
        word = _undouble(word[:-2])
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _undouble(word: str) -> str:
    double = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if double else word
