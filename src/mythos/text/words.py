"""Words with offsets, in a form that compares: contractions, spelling and amounts evened out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mythos.text.amounts import Word, evened, value_of
from mythos.text.bounds import bounded
from mythos.text.dates import CLOCK, DATE
from mythos.text.spans import frequencies, moments

__all__ = ["Word", "stem", "words"]

_TOKEN = re.compile(
    r"\{\{[^{}\n]*\}\}"  # a placeholder is one word
    rf"|{DATE}|{CLOCK}"
    r"|https?://[^\s)>\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.,)°%-])[-−]\d+(?:[.,]\d+)*(?![\d:/–-])"  # below zero
    r"|[$€£¥]\s?\d[\d.,]*\d|[$€£¥]\s?\d"
    r"|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?\b|\d+(?:[.,]\d+)*"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*|[%€£¥]|_+\w+|\w+"
)
# Link targets, footnote marks and heading ids point at things; renaming one changes no meaning.
_POINTER = re.compile(r"(?<=\])\([^()\s]*\)|\[\^[^\]\s]*\]|(?<=\{)#[\w.-]+")
# One word that stands for two.
_TWO_IN_ONE = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "i'm": ("i", "am"),
    "hourly": ("every", "hour"),
    "daily": ("every", "day"),
    "weekly": ("every", "week"),
    "monthly": ("every", "month"),
    "quarterly": ("every", "quarter"),
    "yearly": ("every", "year"),
    "annually": ("every", "year"),
}
_SUFFIXES = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
# Sentences are looked at again and again; whole prompts once, and remembering them would cost memory.
_CACHED_LENGTH = 2000


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
    return tuple(bounded(frequencies(evened(moments(found)))))


def _norms(raw: str) -> tuple[str, ...]:
    low = unicodedata.normalize("NFKC", raw).lower().replace("’", "'")
    if low in _TWO_IN_ONE:
        return _TWO_IN_ONE[low]
    for suffix, full in _SUFFIXES.items():
        if low.endswith(suffix) and len(low) > len(suffix):
            return (low[: -len(suffix)], full)
    if low.endswith("'s"):
        return (low[:-2], "is") if low[:-2] in ("it", "that", "he", "she", "what", "there") else (low[:-2],)
    return (low.strip("'"),)


def _word(raw: str, norm: str, start: int, end: int) -> Word:
    value, unit = value_of(raw, norm)
    own = f"#{value:.10g}{unit}" if value is not None and unit in ("clock", "date", "nth") else stem(norm)
    return Word(raw, norm, own, start, end, value, unit)


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
